// SSE3's arithmetic between neighbouring lanes (SDM vol. 1, 12.3): each result is computed as in simdReal.ts, and
// what all of them raise is entered together.
import {
  DOUBLES,
  type RealBinary,
  type RealFormat,
  SINGLES,
  realAdd,
  realSubtract,
} from '../simd/real.ts';
import { Vector } from '../simd/vector.ts';
import type { Handler } from './operands.ts';
import { SOURCE, TARGET, enterSse, load, storeXmm } from './simdOperands.ts';
import { commit, environmentOf, getLane, setLane } from './simdReal.ts';

/** One lane of the result: the operation, and its two operands. */
type LaneRule = (lane: number, count: number) => readonly [RealBinary, a: Lane, b: Lane];
type Lane = readonly [vector: Vector, lane: number];

const RESULT = new Vector();

function neighbours(format: RealFormat, rule: LaneRule): Handler {
  const count = 128 / format.width;
  return (cpu, i) => {
    enterSse(cpu);
    load(cpu, i, 1, SOURCE);
    load(cpu, i, 0, TARGET);
    let raised = 0;
    for (let lane = 0; lane < count; lane++) {
      const environment = environmentOf(cpu);
      const [compute, a, b] = rule(lane, count);
      const [left, right] = [getLane(...a, format), getLane(...b, format)];
      setLane(RESULT, lane, format, compute(left, right, format, environment));
      raised |= environment.raised;
    }
    commit(cpu, raised);
    storeXmm(cpu, i.register1, RESULT);
  };
}

/** Subtracts in even lanes, adds in odd ones. */
const addSubtract: LaneRule = (lane) => [
  lane % 2 === 0 ? realSubtract : realAdd,
  [TARGET, lane],
  [SOURCE, lane],
];

/** Pairs of the target give the lower half of the result, pairs of the source the upper one. */
function horizontal(compute: RealBinary): LaneRule {
  return (lane, count) => {
    const vector = lane < count / 2 ? TARGET : SOURCE;
    const even = (2 * lane) % count;
    return [compute, [vector, even], [vector, even + 1]];
  };
}

export const simdHorizontalHandlers = {
  addSubtractSingle: neighbours(SINGLES, addSubtract),
  addSubtractDouble: neighbours(DOUBLES, addSubtract),
  horizontalAddSingle: neighbours(SINGLES, horizontal(realAdd)),
  horizontalAddDouble: neighbours(DOUBLES, horizontal(realAdd)),
  horizontalSubtractSingle: neighbours(SINGLES, horizontal(realSubtract)),
  horizontalSubtractDouble: neighbours(DOUBLES, horizontal(realSubtract)),
} satisfies Record<string, Handler>;
