// A hostile crowd (guest/programs/l4/l4fuzz.c) against the kernel. FUZZ_SEED and FUZZ_CALLS choose another run; the seed
// is in every message, and the same seed is the same run to the instruction. "npm run stress" makes ten million calls.
import assert from 'node:assert/strict';
import { fuzz } from './kernelFuzz.ts';
import { buildImages } from './linuxMachine.ts';
import { buildWithBug, plantedBugs } from './plantedBugs.ts';

const SEED = Number(process.env.FUZZ_SEED ?? 1);
const CALLS = Number(process.env.FUZZ_CALLS ?? 1_000_000);
/** So many of them with almost no memory left in the kernel. */
const SCARCE_SHARE = 0.2;
/** And so many beside them with a tagged TLB. */
const TAGGED_SHARE = 0.1;
const MILLISECONDS_PER_CALL = 2;
const LONG_BURST = 400_000;
/** Within so many calls a planted bug is to be found, by one of the seeds. */
const CALLS_TO_FIND_A_BUG = 50_000;
const SEEDS_TO_FIND_A_BUG = [1, 2, 3, 4, 5, 6];

describe('The µ-kernel among hostile tasks', () => {
  before(buildImages);

  for (const isMemoryScarce of [false, true]) {
    const calls = Math.round(CALLS * (isMemoryScarce ? SCARCE_SHARE : 1 - SCARCE_SHARE));
    const memory = isMemoryScarce ? ' without memory' : '';
    it(`keeps its structures in order${memory} (seed ${SEED}, ${calls} calls).`, function () {
      this.timeout(60_000 + CALLS * MILLISECONDS_PER_CALL);
      const result = fuzz({ seed: SEED, calls, isMemoryScarce, burstMicroseconds: LONG_BURST });
      assert.deepEqual(result.wrong, [], `FUZZ_SEED=${SEED} after ${result.calls} calls`);
      assert.ok(result.calls >= calls);
    });
  }

  it(`keeps its structures in order with a tagged TLB (seed ${SEED}).`, () => {
    const calls = Math.round(CALLS * TAGGED_SHARE);
    const { wrong } = fuzz({ seed: SEED, calls, taggedTlb: true, burstMicroseconds: LONG_BURST });
    assert.deepEqual(wrong, [], `FUZZ_SEED=${SEED}`);
  }).timeout(60_000 + CALLS * MILLISECONDS_PER_CALL);

  it('is the same run for the same seed.', () => {
    const run = (seed: number): number => fuzz({ seed, calls: 10_000 }).calls;
    assert.equal(run(SEED), run(SEED));
    assert.notEqual(run(SEED), run(SEED + 1));
  });

  for (const bug of plantedBugs) {
    it(`would be found out: ${bug.name}.`, () => {
      const kernel = buildWithBug(bug);
      const find = (seed: number): string =>
        fuzz({
          seed,
          calls: CALLS_TO_FIND_A_BUG,
          kernel,
          taggedTlb: bug.taggedTlb ?? false,
        }).wrong.join('\n');
      const isFound = SEEDS_TO_FIND_A_BUG.some((seed) => bug.finding.test(find(seed)));
      assert.ok(isFound, `${bug.name} is not found by the seeds ${SEEDS_TO_FIND_A_BUG.join(', ')}`);
    });
  }
});
