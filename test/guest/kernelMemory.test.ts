// The kernel's account of its own memory: what tasks cost is free again when they are gone, to the byte.
import assert from 'node:assert/strict';
import type { Machine } from '../../src/emulator/machine.ts';
import { kernelWord } from './kernelInvariants.ts';
import { kernelMachine, runToText } from './kernelMachine.ts';
import { buildImages } from './linuxMachine.ts';

const MEMORY_MEGABYTES = 16;
const STEP = 1000;

/** Free frames, and bytes of free objects in the frames that are not free. */
const freeMemory = (machine: Machine): readonly number[] => [
  kernelWord(machine, 'free_frame_count'),
  kernelWord(machine, 'free_object_bytes'),
];

describe("The µ-kernel's memory", () => {
  before(buildImages);

  it('is as it was after 20,000 tasks with mappings were made and deleted.', () => {
    let console = '';
    const machine = kernelMachine('task_churn', { memoryMegabytes: MEMORY_MEGABYTES }, (port, byte) => {
      console += port === 0 ? String.fromCharCode(byte) : '';
    });
    runToText(machine, () => console, 'warm');
    const before = freeMemory(machine);
    runToText(machine, () => console, 'tasks made and deleted', STEP);
    assert.match(console, /^done: 20000 tasks made and deleted$/m);
    assert.deepEqual(freeMemory(machine), before);
  });
});
