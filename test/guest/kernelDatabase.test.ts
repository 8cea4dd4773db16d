import assert from 'node:assert/strict';
import type { Machine } from '../../src/emulator/machine.ts';
import { brokenInvariants, kernelView, mappingsOf } from './kernelInvariants.ts';
import { kernelMachine } from './kernelMachine.ts';
import { buildImages } from './linuxMachine.ts';

const MEMORY_MEGABYTES = 16;
const USER_LEVEL = 3;

/** Moments of the self-test at which its client task (5) has mappings of various kinds, by the line just printed. */
const MOMENTS = [
  'ok a page is mapped by message',
  'ok a write to a read-only mapping faults',
  'ok a flexpage of 16 pages, last page',
  'ok one-to-one',
  'ok the granter cannot take it back',
  'ok a write faults then',
  'ok a task can flush what it was given',
  'ok the task makes a task of its own clan',
] as const;
const CLIENT_TASK = 5;
const STEP = 100;

/** Runs on until the line is there, and then to user mode: no kernel structure is in mid-change. */
function runToLine(machine: Machine, console: () => string, line: string): void {
  while (!console().includes(`${line}\n`) || machine.registers().cpl !== USER_LEVEL) {
    const result = machine.run(console().includes(`${line}\n`) ? 1 : STEP);
    if (result.reason === 'idle') {
      machine.skipIdle();
    } else {
      assert.equal(result.reason, 'budget');
    }
  }
}

describe("The µ-kernel's mapping database", () => {
  before(buildImages);

  it('agrees with the page tables of all spaces, node for entry, whenever a thread is in user mode.', () => {
    let console = '';
    const machine = kernelMachine(
      'l4test',
      { memoryMegabytes: MEMORY_MEGABYTES },
      (port, byte) => {
        console += port === 0 ? String.fromCharCode(byte) : '';
      },
    );
    const view = kernelView(machine);
    for (const moment of MOMENTS) {
      runToLine(machine, () => console, moment);
      assert.deepEqual(brokenInvariants(machine, MEMORY_MEGABYTES), [], moment);
      assert.ok(
        mappingsOf(view, MEMORY_MEGABYTES).some(({ node }) => node.task === CLIENT_TASK),
        moment,
      );
    }
  });
});
