import assert from 'node:assert/strict';
import { CYCLES_PER_SECOND } from '../../src/emulator/clock.ts';
import { kernelWord } from './kernelInvariants.ts';
import { buildImages } from './linuxMachine.ts';
import { SAMPLE_PROGRAMS, goldenText, masked, runKernel } from './kernelMachine.ts';

/** In the kernel info page. */
const PROCESSOR_HERTZ = 0xb0;

/** isa-debug-exit's status for a value. */
const exitStatus = (value: number): number => (value << 1) | 1;

describe('The µ-kernel in the emulator', () => {
  before(buildImages);

  it('passes its own test of every system call on a Pentium with 64 MB.', () => {
    const run = runKernel('l4test');
    const text = masked(run.console);
    assert.equal(text, goldenText('l4test', text));
    assert.doesNotMatch(text, /^FAIL/m);
    assert.deepEqual([run.reason, run.status], ['debugExit', exitStatus(0)]);
    const hertz = kernelWord(run.machine, 'kernel_info', PROCESSOR_HERTZ);
    assert.ok(Math.abs(hertz - CYCLES_PER_SECOND) < CYCLES_PER_SECOND / 1000, `${hertz} Hz`);
  });

  for (const [cpu, memoryMegabytes] of [
    ['pentium', 16],
    ['i686', 256],
  ] as const) {
    it(`passes its own test on ${cpu} with ${memoryMegabytes} MB.`, () => {
      const run = runKernel('l4test', { cpu, memoryMegabytes });
      assert.doesNotMatch(run.console, /^FAIL|panic/m);
      assert.match(run.console, /l4test: 0 failures\n$/);
    });
  }

  for (const name of ['l4test', 'small_spaces', 'mapping_chain']) {
    it(`runs ${name} with the same text if the TLB is tagged by address space.`, () => {
      const { console, machine } = runKernel(name, { taggedTlb: true });
      assert.equal(masked(console), goldenText(name, masked(console)));
      assert.equal(machine.statistics().tlbIsTagged, true);
    });
  }

  for (const name of ['pingpong', 'small_spaces', ...SAMPLE_PROGRAMS]) {
    it(`runs ${name}, which prints its golden text.`, () => {
      const run = runKernel(name);
      const text = masked(run.console);
      assert.equal(text, goldenText(name, text));
      assert.deepEqual([run.reason, run.status], ['debugExit', exitStatus(0)]);
    });
  }
});
