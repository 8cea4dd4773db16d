import assert from 'node:assert/strict';
import type { Machine } from '../../src/emulator/machine.ts';
import { kernelMachine, runToText } from './kernelMachine.ts';
import { buildImages } from './linuxMachine.ts';

const ROUND_TRIPS = 1000;

interface Counted {
  readonly cr3Loads: number;
  readonly flushes: number;
}

function counted(machine: Machine): Counted {
  const { cr3Loads, tlb } = machine.statistics();
  return { cr3Loads, flushes: tlb.d.flushes };
}

/** CR3 loads and TLB flushes while two tasks exchange messages, by what the two are in. */
function measure(): Map<string, Counted> {
  let console = '';
  const machine = kernelMachine('small_spaces', {}, (port, byte) => {
    console += port === 0 ? String.fromCharCode(byte) : '';
  });
  return new Map(
    ['small to small', 'small to large', 'large to small', 'large to large'].map((name) => {
      runToText(machine, () => console, `${name}: begin\n`);
      const before = counted(machine);
      runToText(machine, () => console, `${name}: ${ROUND_TRIPS} round trips\n`);
      const after = counted(machine);
      return [
        name,
        { cr3Loads: after.cr3Loads - before.cr3Loads, flushes: after.flushes - before.flushes },
      ];
    }),
  );
}

describe('Small address spaces', () => {
  before(buildImages);

  it('load CR3 and flush the TLB never, between two of them or between one and the loaded large space.', () => {
    const measured = measure();
    const none = { cr3Loads: 0, flushes: 0 };
    assert.deepEqual(measured.get('small to small'), none);
    assert.deepEqual(measured.get('small to large'), none);
    assert.deepEqual(measured.get('large to small'), none);
    assert.deepEqual(
      measured.get('large to large'),
      { cr3Loads: 2 * ROUND_TRIPS, flushes: 2 * ROUND_TRIPS },
      'two large spaces: one for each message',
    );
  });
});
