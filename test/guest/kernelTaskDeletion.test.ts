// guest/programs/l4/task_deletion.c from outside: a task with a hundred thousand mappings dies in pieces, and between
// them all structures are in order.
import assert from 'node:assert/strict';
import { KERNEL_WINDOW, KernelNames } from './invariants/structures.ts';
import { brokenInvariants } from './kernelInvariants.ts';
import { kernelMachine } from './kernelMachine.ts';
import { buildImages } from './linuxMachine.ts';

const MEGABYTES = 64;
const USER_LEVEL = 3;
/** Instructions with interrupts off: 64 mappings, or a page table of which nothing is left, with what stands around. */
const LONGEST_PIECE = 20_000;
/** After so many pieces of the first deletion, and of a later one. */
const MOMENTS = [100, 900, 2500];

describe('A task with 103,424 mappings', () => {
  before(buildImages);

  it('is deleted in short pieces, and all structures are in order between them.', () => {
    const machine = kernelMachine('task_deletion', { memoryMegabytes: MEGABYTES }, () => undefined);
    const names = new KernelNames();
    const flush = names.address('mapping_flush_space') - KERNEL_WINDOW;
    const clock = names.address('interrupt_8') - KERNEL_WINDOW;
    const lengths: number[] = [];
    let last = 0;
    for (const address of [flush, clock]) {
      machine.addHook(address);
    }
    machine.onHook = (physical): boolean => {
      if (physical === flush && last !== 0) {
        lengths.push(machine.instructionCount - last);
      }
      last = physical === flush ? machine.instructionCount : 0;
      return false;
    };
    for (const moment of MOMENTS) {
      while (lengths.length < moment || machine.registers().cpl !== USER_LEVEL) {
        const result = machine.run(lengths.length < moment ? 10_000 : 1);
        if (result.reason === 'idle') {
          machine.skipIdle();
        } else {
          assert.equal(result.reason, 'budget');
        }
      }
      assert.deepEqual(brokenInvariants(machine, MEGABYTES), []);
      last = 0;
    }
    const longest = Math.max(...lengths);
    assert.ok(longest <= LONGEST_PIECE, `${longest} instructions`);
  });
});
