// Random system-level states against QEMU: 5,000 descriptor tables, page tables, gates, task states and one instruction
// each. FUZZ_SEED chooses others, FUZZ_STATES their number.
import assert from 'node:assert/strict';
import { Random } from './randomInstructions.ts';
import { explain } from './systemFuzz/differences.ts';
import { SNIPPETS } from './systemFuzz/snippets.ts';
import { randomState } from './systemFuzz/states.ts';
import { type Outcome, runOnMachine, runOnQemu, stateBytes } from './systemFuzz/run.ts';

const SEED = Number(process.env.FUZZ_SEED ?? 1);
const STATES = Number(process.env.FUZZ_STATES ?? 5000);
/** The image with its states must lie below 4 MB. */
const BATCH = 5000;

const fieldsThatDiffer = (ours: Outcome, theirs: Outcome): (keyof Outcome)[] =>
  (Object.keys(ours) as (keyof Outcome)[]).filter((field) => ours[field] !== theirs[field]);

function describeDifference(ours: Outcome, theirs: Outcome): string {
  return fieldsThatDiffer(ours, theirs)
    .map((field) => `${field} ${ours[field].toString(16)}, QEMU ${theirs[field].toString(16)}`)
    .join('; ');
}

describe('Random system-level states', () => {
  it(`end as on QEMU, seed ${SEED}, but for the differences that have a reason`, function () {
    this.timeout(600_000);
    const random = new Random(Math.imul(SEED, 0x9e37_79b1));
    const reasons = new Map<string, number>();
    const vectors = new Set<number>();
    for (let done = 0; done < STATES; done += BATCH) {
      const states = Array.from({ length: Math.min(BATCH, STATES - done) }, () =>
        randomState(random),
      );
      const bytes = stateBytes(states);
      const theirs = runOnQemu(bytes);
      if (theirs === undefined) {
        this.skip();
      }
      const ours = runOnMachine(bytes);
      assert.equal(
        ours.outcomes.length,
        states.length,
        `Our machine: ${ours.detail}; seed ${SEED}.`,
      );
      assert.equal(theirs.outcomes.length, states.length, `QEMU: ${theirs.detail}; seed ${SEED}.`);
      states.forEach(([snippet, ring], index) => {
        const [mine, other] = [ours.outcomes[index], theirs.outcomes[index]];
        const fields = fieldsThatDiffer(mine, other);
        vectors.add(mine.vector);
        if (fields.length === 0) {
          return;
        }
        const { name } = SNIPPETS[snippet];
        const reason = explain({ snippet: name, ours: mine, theirs: other, fields });
        const where = `State ${done + index} of seed ${SEED}, "${name}" at ring ${ring}`;
        assert.ok(reason !== undefined, `${where}: ${describeDifference(mine, other)}`);
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      });
    }
    // The states reach what they are for.
    for (const vector of [0, 3, 4, 6, 10, 11, 13, 14]) {
      assert.ok(vectors.has(vector) || STATES < 5000, `No state raised vector ${vector}.`);
    }
    for (const [reason, count] of reasons) {
      console.log(`      ${count} of ${STATES}: ${reason}`);
    }
  });
});
