// Segments of a program's own (modify_ldt): the bare machine's Linux gives them as the host's does, to the descriptor
// and the error code; on L4 there are none, and the call says so.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../support/paths.ts';
import { type LinuxRun, buildImages, runLinux } from './linuxMachine.ts';

const FLAGS = [
  ...['-m32', '-ffreestanding', '-nostdlib', '-static', '-no-pie', '-fno-pie', '-O1'],
  ...['-fno-stack-protector', '-fcf-protection=none', '-Wall', '-Wextra', '-Werror'],
];

describe('A program with segments of its own', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-'));
  const program = path.join(folder, 'descriptors');

  before(() => {
    buildImages();
    execFileSync('gcc', [...FLAGS, path.join(root, 'test/fixtures/descriptors.c'), '-o', program]);
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  const run = (system: 'native' | 'l4linux'): LinuxRun =>
    runLinux({ system, program: 'descriptors', file: readFileSync(program) });

  it('finds on the bare machine what it finds on the host', () => {
    const expected = execFileSync(program, { encoding: 'latin1' });
    const { output, status } = run('native');
    assert.equal(output, expected);
    assert.equal(status, 0);
    assert.equal(expected.split('\n').length, 54);
  });

  it('is told on L4 that there are none', () => {
    const { output, console, status } = run('l4linux');
    assert.equal(output, 'read ffffffda 00000000 00000000\n');
    assert.equal(status, 2 << 8);
    assert.match(console, /system call 123 \(modify_ldt\) is not implemented/);
  });
});
