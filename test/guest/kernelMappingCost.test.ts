// guest/programs/l4/many_mappings.c: one page at thousands of places. What the last page fault costs, and how long an
// interrupt waits while all that is mapped on, or taken back.
import assert from 'node:assert/strict';
import { KERNEL_WINDOW, KernelNames } from './invariants/structures.ts';
import { kernelMachine, runToText } from './kernelMachine.ts';
import { brokenInvariants } from './kernelInvariants.ts';
import { buildImages } from './linuxMachine.ts';

const MEGABYTES = 64;
/** Instructions with interrupts off: 64 mappings with what stands around them. */
const LONGEST_WAIT = 10_000;
const FAULTS_COMPARED = 1000;
/** 16,384 pages in one message take longer than that: interrupts do not wait for its end. */
const TICKS_WHILE_MAPPING = 10;

const median = (values: readonly number[]): number =>
  [...values].sort((left, right) => left - right)[values.length >> 1];

describe('A page that is mapped at 16,384 places', () => {
  before(buildImages);

  it('is mapped once more for what the first time costs, mapped on and taken back with interrupts let in.', () => {
    let console = '';
    const machine = kernelMachine('many_mappings', { memoryMegabytes: MEGABYTES }, (port, byte) => {
      console += port === 0 ? String.fromCharCode(byte) : '';
    });
    const names = new KernelNames();
    const faults: number[] = [];
    const unmapping = { begun: 0, end: 0, ticks: 0 };
    /** Of the clock, by what the program has said last. */
    const ticksAfter = new Map<string, number>();
    const handlers = new Map<number, () => void>([
      [names.address('exception_14'), () => faults.push(machine.instructionCount)],
      [names.address('enter_fpage_unmap'), () => (unmapping.begun = machine.instructionCount)],
      [
        names.address('interrupt_8'),
        () => {
          const said = console.split('\n').at(-2) ?? '';
          ticksAfter.set(said, (ticksAfter.get(said) ?? 0) + 1);
          unmapping.ticks += unmapping.begun === 0 || unmapping.end !== 0 ? 0 : 1;
        },
      ],
    ]);
    for (const address of handlers.keys()) {
      machine.addHook(address - KERNEL_WINDOW);
    }
    machine.onHook = (physical): boolean => {
      handlers.get(physical + KERNEL_WINDOW)?.();
      return false;
    };
    runToText(machine, () => console, 'and at none', 10_000);
    unmapping.end = machine.instructionCount;

    const costs = faults.slice(1).map((at, index) => at - faults[index]);
    const first = median(costs.slice(100, 100 + FAULTS_COMPARED));
    assert.ok(median(costs.slice(-FAULTS_COMPARED)) <= first, `${first} and then more`);
    const length = unmapping.end - unmapping.begun;
    assert.ok(length > 10 * LONGEST_WAIT, `unmapping took ${length} instructions`);
    assert.ok(unmapping.ticks >= 3, `${unmapping.ticks} ticks in ${length} instructions`);
    for (const said of ['one page at 16384 places', 'all of them at once: 1']) {
      const ticks = ticksAfter.get(said) ?? 0;
      assert.ok(ticks >= TICKS_WHILE_MAPPING, `${ticks} ticks after "${said}"`);
    }
    assert.match(console, /^and for a page fault: 1$/m);
    assert.deepEqual(brokenInvariants(machine, MEGABYTES), []);
  });
});
