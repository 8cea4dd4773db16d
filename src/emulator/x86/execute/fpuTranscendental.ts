// The transcendental instructions, FXTRACT and the packed decimals on the register stack (SDM vol. 2): operands,
// stack faults, results and C2; the numbers themselves come from fpu/.
import { fromDecimal, toDecimal } from '../fpu/decimal.ts';
import { type Extended, INDEFINITE, kindOf } from '../fpu/extended.ts';
import { exponentAndSignificand } from '../fpu/extract.ts';
import type { Binary } from '../fpu/arithmetic.ts';
import type { Environment } from '../fpu/rounding.ts';
import {
  ONE_EXTENDED,
  arctangent,
  cosine,
  isOutOfRange,
  logarithm,
  logarithm1p,
  powerMinus1,
  sine,
  tangent,
} from '../fpu/transcendental.ts';
import { C1, C2, type FpuState } from '../fpuState.ts';
import type { Cpu } from '../cpu.ts';
import {
  finish,
  forbids,
  isUnderflow,
  operands,
  pushResult,
  underflowed,
} from './fpuArithmetic.ts';
import type { FpuHandler } from './fpuControl.ts';
import { probeStore, readBytes, writeBytes } from './fpuMemory.ts';

type Unary = (value: Extended, environment: Environment) => Extended;

function onTop(compute: Unary): FpuHandler {
  return ({ fpu }) => {
    if (isUnderflow(fpu, 0)) {
      underflowed(fpu, false, 0, 0);
      return;
    }
    const environment = fpu.environment();
    finish(fpu, environment, 0, compute(fpu.get(0), environment));
  };
}

/** An operand of 2^63 and more stays where it is, with C2 set. A stack fault comes before that. */
function inRange(handler: FpuHandler, pushes = false): FpuHandler {
  return (cpu, i) => {
    const { fpu } = cpu;
    const isFault = isUnderflow(fpu, 0) || (pushes && !fpu.isEmpty(7));
    if (!isFault && isOutOfRange(fpu.get(0))) {
      fpu.statusWord = (fpu.statusWord & ~C1) | C2;
      return;
    }
    fpu.statusWord &= ~C2;
    handler(cpu, i);
  };
}

/** ST(0) becomes two numbers: the first in its place, the second pushed. */
function onTopAndPush(
  compute: (value: Extended, environment: Environment) => readonly [Extended, Extended],
): FpuHandler {
  return ({ fpu }) => {
    const isEmpty = isUnderflow(fpu, 0);
    if (isEmpty || !fpu.isEmpty(7)) {
      if (fpu.stackFault(!isEmpty)) {
        replaceAndPush(fpu, INDEFINITE, INDEFINITE);
      }
      return;
    }
    const environment = fpu.environment();
    const [first, second] = compute(fpu.get(0), environment);
    fpu.commit(environment);
    if (!forbids(environment)) {
      replaceAndPush(fpu, first, second);
    }
  };
}

function replaceAndPush(fpu: FpuState, first: Extended, second: Extended): void {
  fpu.set(0, first);
  fpu.moveTop(-1);
  fpu.set(0, second);
}

/** ST(1) and ST(0) become one number in ST(1), the new top. */
function onTwo(compute: Binary): FpuHandler {
  return ({ fpu }) => {
    if (isUnderflow(fpu, 0, 1)) {
      underflowed(fpu, false, 1, 1);
      return;
    }
    const environment = fpu.environment();
    finish(fpu, environment, 1, compute(fpu.get(1), fpu.get(0), environment), 1);
  };
}

export const sineOfTop = inRange(onTop(sine));
export const cosineOfTop = inRange(onTop(cosine));
export const sineAndCosineOfTop = inRange(
  onTopAndPush((value, environment) => {
    const first = sine(value, environment);
    return [first, cosine(value, environment)];
  }),
  true,
);
/** Pushes 1.0 behind the tangent, or the NaN once more. */
export const tangentOfTop = inRange(
  onTopAndPush((value, environment) => {
    const result = tangent(value, environment);
    return [result, isNumber(result) ? ONE_EXTENDED : result];
  }),
  true,
);
export const arctangentOfTwo = onTwo(arctangent);
export const powerOfTop = onTop(powerMinus1);
export const logarithmOfTwo = onTwo(logarithm);
export const logarithm1pOfTwo = onTwo(logarithm1p);
export const extract = onTopAndPush(exponentAndSignificand);

function isNumber(value: Extended): boolean {
  return kindOf(value) !== 'quiet';
}

// Packed decimals

export const loadDecimal: FpuHandler = (cpu, i) => {
  const bytes = readBytes(cpu, i, cpu.effectiveAddress(i), 10);
  pushResult(cpu.fpu, cpu.fpu.environment(), fromDecimal(bytes));
};

export const storeDecimal: FpuHandler = (cpu: Cpu, i) => {
  const { fpu } = cpu;
  probeStore(cpu, i, 10);
  const environment = fpu.environment();
  const found = operands(fpu, 0);
  if (found === undefined) {
    return;
  }
  const bytes = toDecimal(found[0], environment);
  if (!isUnderflow(fpu, 0)) {
    fpu.commit(environment);
  }
  if (!forbids(environment) || isUnderflow(fpu, 0)) {
    writeBytes(cpu, i, cpu.effectiveAddress(i), bytes);
    fpu.pop();
  }
};
