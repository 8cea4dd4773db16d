// Stacks of code without call frame information and without symbols, against the names that the same file has before it
// is stripped.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SymbolImage } from '../../src/symbols/image.ts';
import { root } from '../support/paths.ts';
import { bootSystem, stopAt } from '../support/system.ts';

const SOURCE = path.join(root, 'test/fixtures/undescribed.c');
const CHAIN = ['leaf', 'with_room', 'early_return', 'aligned', 'by_table', 'start', '_start'];

describe('the stack of stripped code without call frame information', () => {
  for (const level of ['-O1', '-O2', '-Os', '-O0', '-O2 -fomit-frame-pointer -mno-push-args']) {
    for (const system of ['l4linux', 'native'] as const) {
      it(`is that of the calls which made it (${level}, ${system})`, async () => {
        const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-'));
        try {
          const program = path.join(folder, 'program');
          const flags = [
            '-m32',
            '-march=i686',
            '-static',
            '-nostdlib',
            '-ffreestanding',
            '-fno-pie',
          ];
          const bare = ['-no-pie', '-fno-stack-protector', '-fno-asynchronous-unwind-tables'];
          execFileSync('gcc', [...flags, ...bare, ...level.split(' '), SOURCE, '-o', program]);
          const named = new SymbolImage('program', new Uint8Array(readFileSync(program)));
          execFileSync('strip', [program]);
          const booted = await bootSystem({ program, system });
          await stopAt(booted, 'linux-syscall');
          const thread = booted.threads
            .list()
            .threads.find(({ name }) => name.includes('program (pid 1)'));
          assert.ok(thread);
          const frames = booted.stacks.framesOf(thread);
          const own = frames.filter(({ image }) => image?.role === 'program');
          const names = own.map(({ pc, machine }) => {
            return named.functionAt(machine.isExact ? pc : pc - 1)?.name;
          });
          assert.deepEqual(names, CHAIN);
          assert.ok(own.every(({ name }) => /^program\+0x[0-9a-f]+$/.test(name)));
          assert.ok(own.slice(1).every(({ machine }) => machine.isScanned === true));
        } finally {
          rmSync(folder, { recursive: true });
        }
      });
    }
  }
});
