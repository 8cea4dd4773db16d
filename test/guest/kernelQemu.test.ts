// The same kernel, σ0 and conformance program under QEMU, which is not ours: the same text comes out, but for what rests
// on segment limits (QEMU's translator does not check them) and the kernel's own reports.
import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { masked, SAMPLE_PROGRAMS } from './kernelMachine.ts';
import { root } from '../support/paths.ts';
import { buildImages } from './linuxMachine.ts';

const QEMU = 'qemu-system-i386';
const STATUS_OF_0 = 1;
/** So that its time is that of a processor: 32 ns for each instruction, whatever the host needs. */
const BY_INSTRUCTIONS = ['-icount', 'shift=5,sleep=off'];

/** Without the chapters of segment limits, and without the kernel's reports, which name kinds of exceptions. */
const comparable = (text: string): string =>
  text.replace(/^segment limits:\n[^]*(?=^l4test: )/m, '').replace(/^l4: .*\n/gm, '');

describe('The µ-kernel under QEMU', () => {
  before(function (this: Mocha.Context) {
    if (spawnSync(QEMU, ['--version']).status !== 0) {
      this.skip();
    }
    buildImages();
  });

  const run = (program: string, clock: readonly string[] = []): SpawnSyncReturns<string> => {
    const image = (name: string): string => path.join(root, 'build/guest', name);
    return spawnSync(
      QEMU,
      [
        ...['-kernel', image('kernel.elf'), '-cpu', 'pentium', '-m', '64'],
        ...['-initrd', `${image('sigma0.elf')} sigma0,${image(`l4/${program}.elf`)} ${program}`],
        ...['-device', 'isa-debug-exit,iobase=0xf4,iosize=4', '-serial', 'stdio'],
        // All its clocks by the same time.
        ...['-rtc', 'clock=vm'],
        ...clock,
        ...['-display', 'none', '-monitor', 'none', '-nodefaults', '-no-reboot'],
      ],
      { encoding: 'utf8', timeout: 100_000 },
    );
  };
  const golden = (program: string): string =>
    readFileSync(path.join(root, `test/golden/kernel/${program}.txt`), 'utf8');

  it('passes its conformance program with the same text as in our machine.', () => {
    const { stdout, status } = run('l4test');
    assert.equal(comparable(masked(stdout)), comparable(golden('l4test')));
    assert.equal(status, STATUS_OF_0);
  });

  for (const program of SAMPLE_PROGRAMS) {
    it(`runs ${program} with the same text as in our machine.`, () => {
      const { stdout, status } = run(program, program === 'task_deletion' ? BY_INSTRUCTIONS : []);
      assert.equal(stdout, golden(program));
      assert.equal(status, STATUS_OF_0);
    });
  }
});
