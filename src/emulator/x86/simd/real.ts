// SSE's real numbers, single and double precision as bits (SDM vol. 1, 4.2 and 11.5): exact in integers, rounded once by
// the x87's rounding, with MXCSR's own rules: the first NaN survives, DAZ, FTZ.
import { productOf, quotientOf, rootOf, sumOf } from '../fpu/arithmetic.ts';
import { type Exact, bitLength } from '../fpu/extended.ts';
import {
  DENORMAL,
  DOUBLE,
  type Environment,
  type Format,
  INVALID,
  OVERFLOW,
  PRECISION,
  SINGLE,
  UNDERFLOW,
  ZERO_DIVIDE,
  overflowIsInfinite,
  roundToFormat,
} from '../fpu/rounding.ts';

/** What MXCSR says, and what an operation raises. */
export interface RealEnvironment extends Environment {
  readonly denormalsAreZeros: boolean;
  readonly flushToZero: boolean;
}

/** A format with its bits taken apart. */
export interface RealFormat extends Format {
  readonly width: 32 | 64;
  readonly fraction: bigint;
  readonly fractionBits: bigint;
  readonly infinity: bigint;
  readonly quietBit: bigint;
  readonly signBit: bigint;
  /** The default NaN: negative, quiet, without payload. */
  readonly indefinite: bigint;
}

function realFormat(format: Format, width: 32 | 64): RealFormat {
  const fractionBits = BigInt(format.precision - 1);
  const signBit = 1n << BigInt(width - 1);
  const fraction = (1n << fractionBits) - 1n;
  const infinity = (signBit - 1n) & ~fraction;
  const quietBit = 1n << (fractionBits - 1n);
  const indefinite = signBit | infinity | quietBit;
  return { ...format, width, fraction, fractionBits, infinity, quietBit, signBit, indefinite };
}

export const SINGLES = realFormat(SINGLE, 32);
export const DOUBLES = realFormat(DOUBLE, 64);

export type RealKind = 'zero' | 'denormal' | 'normal' | 'infinity' | 'quiet' | 'signalling';

export function kindOfReal(bits: bigint, format: RealFormat): RealKind {
  const exponent = bits & format.infinity;
  const fraction = bits & format.fraction;
  if (exponent === 0n) {
    return fraction === 0n ? 'zero' : 'denormal';
  }
  if (exponent !== format.infinity) {
    return 'normal';
  }
  if (fraction === 0n) {
    return 'infinity';
  }
  return (fraction & format.quietBit) !== 0n ? 'quiet' : 'signalling';
}

export function isNanKind(kind: RealKind): boolean {
  return kind === 'quiet' || kind === 'signalling';
}

export function isNegative(bits: bigint, format: RealFormat): boolean {
  return (bits & format.signBit) !== 0n;
}

/** A finite number. */
export function exactReal(bits: bigint, format: RealFormat): Exact {
  const biased = Number((bits & format.infinity) >> format.fractionBits);
  const fraction = bits & format.fraction;
  const scale = Math.max(biased, 1) - format.maximum - (format.precision - 1);
  const magnitude = biased === 0 ? fraction : fraction | (format.fraction + 1n);
  return { sign: isNegative(bits, format) ? 1 : 0, magnitude, scale };
}

/** A denormal operand as zero, if MXCSR says so. */
export function operandReal(
  bits: bigint,
  format: RealFormat,
  environment: RealEnvironment,
): bigint {
  const isDenormal = environment.denormalsAreZeros && kindOfReal(bits, format) === 'denormal';
  return isDenormal ? bits & format.signBit : bits;
}

export function signOnly(sign: 0 | 1, format: RealFormat): bigint {
  return sign === 1 ? format.signBit : 0n;
}

/** An exact number that is not zero as bits. */
export function roundReal(value: Exact, format: RealFormat, environment: RealEnvironment): bigint {
  const sign = signOnly(value.sign, format);
  if (value.magnitude === 0n) {
    return sign;
  }
  if (environment.flushToZero && (environment.masks & UNDERFLOW) !== 0) {
    const trial = { ...environment, masks: environment.masks & ~UNDERFLOW, raised: 0 };
    roundToFormat(value, format, trial);
    if ((trial.raised & UNDERFLOW) !== 0) {
      environment.raised |= UNDERFLOW | PRECISION;
      return sign;
    }
  }
  const { units, quantum, overflow } = roundToFormat(value, format, environment);
  if (overflow) {
    environment.raised |= PRECISION;
    const isInfinite = overflowIsInfinite(environment.rounding, value.sign);
    return sign | (isInfinite ? format.infinity : format.infinity - 1n);
  }
  const length = bitLength(units);
  const exponent = quantum + length - 1;
  if (exponent < format.minimum) {
    return sign | units; // denormal or zero; with an unmasked underflow nobody looks at it
  }
  const fraction = (units << BigInt(format.precision - length)) & format.fraction;
  return sign | (BigInt(exponent + format.maximum) << format.fractionBits) | fraction;
}

function invalid(format: RealFormat, environment: RealEnvironment): bigint {
  environment.raised |= INVALID;
  return format.indefinite;
}

/** The NaN that survives: the first operand's, made quiet. Undefined: there is none. Notes denormal operands. */
function special(
  a: bigint,
  b: bigint,
  kinds: readonly [RealKind, RealKind],
  format: RealFormat,
  environment: RealEnvironment,
): bigint | undefined {
  if (kinds.some(isNanKind)) {
    if (kinds.includes('signalling')) {
      environment.raised |= INVALID;
    }
    return (isNanKind(kinds[0]) ? a : b) | format.quietBit;
  }
  return undefined;
}

export type RealBinary = (
  a: bigint,
  b: bigint,
  format: RealFormat,
  environment: RealEnvironment,
) => bigint;

/** Operands by DAZ, NaNs, then the operation proper; a denormal counts unless the operation is invalid. */
function binary(
  compute: (
    a: bigint,
    b: bigint,
    kinds: readonly [RealKind, RealKind],
    format: RealFormat,
    environment: RealEnvironment,
  ) => bigint,
): RealBinary {
  return (first, second, format, environment) => {
    const a = operandReal(first, format, environment);
    const b = operandReal(second, format, environment);
    const kinds = [kindOfReal(a, format), kindOfReal(b, format)] as const;
    const early = special(a, b, kinds, format, environment);
    if (early !== undefined) {
      return early;
    }
    if (kinds.includes('denormal')) {
      environment.raised |= DENORMAL;
    }
    return compute(a, b, kinds, format, environment);
  };
}

export const realAdd = binary((a, b, kinds, format, environment) => {
  if (kinds[0] === 'infinity' || kinds[1] === 'infinity') {
    const opposed = kinds[0] === kinds[1] && a !== b;
    return opposed ? invalid(format, environment) : kinds[0] === 'infinity' ? a : b;
  }
  const sum = sumOf(exactReal(a, format), exactReal(b, format));
  if (sum.magnitude !== 0n) {
    return roundReal(sum, format, environment);
  }
  const bothNegative = isNegative(a, format) && isNegative(b, format);
  const differ = isNegative(a, format) !== isNegative(b, format);
  return bothNegative || (differ && environment.rounding === 1) ? format.signBit : 0n;
});

/** A NaN keeps its sign when it is the subtrahend. */
export const realSubtract: RealBinary = (a, b, format, environment) => {
  const negated = isNanKind(kindOfReal(b, format)) ? b : b ^ format.signBit;
  return realAdd(a, negated, format, environment);
};

export const realMultiply = binary((a, b, kinds, format, environment) => {
  const sign = (a ^ b) & format.signBit;
  if (kinds.includes('infinity')) {
    return kinds.includes('zero') ? invalid(format, environment) : sign | format.infinity;
  }
  if (kinds.includes('zero')) {
    return sign;
  }
  return roundReal(productOf(exactReal(a, format), exactReal(b, format)), format, environment);
});

export const realDivide = binary((a, b, kinds, format, environment) => {
  const sign = (a ^ b) & format.signBit;
  if (kinds[0] === kinds[1] && (kinds[0] === 'infinity' || kinds[0] === 'zero')) {
    return invalid(format, environment);
  }
  if (kinds[0] === 'infinity') {
    return sign | format.infinity;
  }
  if (kinds[1] === 'zero') {
    environment.raised = (environment.raised & ~DENORMAL) | ZERO_DIVIDE;
    return sign | format.infinity;
  }
  if (kinds[1] === 'infinity' || kinds[0] === 'zero') {
    return sign;
  }
  return roundReal(quotientOf(exactReal(a, format), exactReal(b, format)), format, environment);
});

/** Of the second operand; the first is what it replaces. */
export const realSquareRoot: RealBinary = (_, second, format, environment) => {
  const a = operandReal(second, format, environment);
  const kind = kindOfReal(a, format);
  const early = special(a, a, [kind, kind], format, environment);
  if (early !== undefined) {
    return early;
  }
  if (kind === 'zero') {
    return a;
  }
  if (isNegative(a, format)) {
    return invalid(format, environment);
  }
  if (kind === 'infinity') {
    return a;
  }
  environment.raised |= kind === 'denormal' ? DENORMAL : 0;
  return roundReal(rootOf(exactReal(a, format)), format, environment);
};

/** Bits that order as the numbers do; both zeros are 0. */
function ordered(bits: bigint, format: RealFormat): bigint {
  const magnitude = bits & (format.signBit - 1n);
  return isNegative(bits, format) ? -magnitude : magnitude;
}

/** MIN and MAX: the second operand if they are equal or one is a NaN, which is invalid. */
function extremum(prefersFirst: (a: bigint, b: bigint) => boolean): RealBinary {
  return (first, second, format, environment) => {
    const a = operandReal(first, format, environment);
    const b = operandReal(second, format, environment);
    const kinds = [kindOfReal(a, format), kindOfReal(b, format)];
    if (kinds.some(isNanKind)) {
      environment.raised |= INVALID;
      return b;
    }
    environment.raised |= kinds.includes('denormal') ? DENORMAL : 0;
    return prefersFirst(ordered(a, format), ordered(b, format)) ? a : b;
  };
}

export const realMinimum = extremum((a, b) => a < b);
export const realMaximum = extremum((a, b) => a > b);

export type RealOrder = 'less' | 'equal' | 'greater' | 'unordered';

/** `quietIsInvalid`: COMISS and the predicates that order. */
export function realOrder(
  first: bigint,
  second: bigint,
  quietIsInvalid: boolean,
  format: RealFormat,
  environment: RealEnvironment,
): RealOrder {
  const a = operandReal(first, format, environment);
  const b = operandReal(second, format, environment);
  const kinds = [kindOfReal(a, format), kindOfReal(b, format)];
  if (kinds.some(isNanKind)) {
    environment.raised |= quietIsInvalid || kinds.includes('signalling') ? INVALID : 0;
    return 'unordered';
  }
  environment.raised |= kinds.includes('denormal') ? DENORMAL : 0;
  const [left, right] = [ordered(a, format), ordered(b, format)];
  return left < right ? 'less' : left > right ? 'greater' : 'equal';
}

/** OVERFLOW, UNDERFLOW and PRECISION come after the computation, the others before (SDM vol. 1, 11.5.2). */
export const AFTER = OVERFLOW | UNDERFLOW | PRECISION;
