// Snapshots of a whole system: L4Linux boots and runs a program, and at 100 random points it goes on to somewhere else
// and is brought back. Whatever a snapshot forgot would be left over from there and show in the final state.
import assert from 'node:assert/strict';
import type { Machine } from '../../src/emulator/machine.ts';
import { Random } from '../emulator/randomInstructions.ts';
import { buildImages, runLinux } from './linuxMachine.ts';

const POINTS = 100;
const LONGEST_DETOUR = 30_000;

interface End {
  readonly hash: string;
  readonly statistics: unknown;
}

/** Runs the same program; `stop` is called before each slice and says how long the next one is. */
function end(system: 'l4linux' | 'native', stop: (machine: Machine) => number): End {
  let last: Machine | undefined;
  const run = runLinux({
    system,
    program: 'signals',
    drive: (machine) => {
      last = machine;
      return stop(machine);
    },
  });
  assert.equal(run.status, 0, run.console);
  assert.ok(last !== undefined);
  return { hash: last.stateHash(), statistics: last.statistics() };
}

describe('A system', () => {
  before(buildImages);

  for (const system of ['l4linux', 'native'] as const) {
    it(`brought back from ${POINTS} random points of its way ends in the same state: ${system}`, function () {
      this.timeout(300_000);
      const straight = end(system, () => 100_000);
      const random = new Random(20_261_122);
      let points = 0;
      const wandering = end(system, (machine) => {
        if (points < POINTS && machine.instructionCount > 0) {
          points++;
          const snapshot = machine.snapshot();
          machine.run(1 + random.below(LONGEST_DETOUR));
          machine.restore(snapshot);
        }
        return 1 + random.below(20_000);
      });
      assert.equal(points, POINTS);
      assert.deepEqual(wandering, straight);
    });
  }
});
