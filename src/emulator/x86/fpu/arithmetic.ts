// Add, subtract, multiply, divide, square root, compare, round to integer, scale, extract (SDM vol. 1, 8.3), exactly
// and then rounded once. Special operands come first, by one rule for NaNs (table 4-7).
import {
  type Exact,
  type Extended,
  INDEFINITE,
  type Kind,
  bitLength,
  exactOf,
  infinity,
  isNan,
  kindOf,
  negated,
  quieted,
  zero,
} from './extended.ts';
import {
  DENORMAL,
  type Environment,
  INVALID,
  PRECISION,
  ZERO_DIVIDE,
  roundToQuantum,
  toExtended,
} from './rounding.ts';

export type Binary = (a: Extended, b: Extended, environment: Environment) => Extended;

function invalid(environment: Environment): Extended {
  environment.raised |= INVALID;
  return INDEFINITE;
}

/** The result if an operand is a NaN or not supported; also notes denormal operands. Undefined: go on. */
export function special(
  a: Extended,
  b: Extended,
  kinds: readonly [Kind, Kind],
  environment: Environment,
): Extended | undefined {
  if (kinds.includes('unsupported')) {
    return invalid(environment);
  }
  if (kinds.some(isNan)) {
    if (kinds.includes('signalling')) {
      environment.raised |= INVALID;
    }
    return propagated(a, b, kinds);
  }
  if (kinds.includes('denormal')) {
    environment.raised |= DENORMAL;
  }
  return undefined;
}

/** Which NaN survives: a quiet one beside a signalling one; of two alike the larger significand, then the positive. */
function propagated(a: Extended, b: Extended, [kindA, kindB]: readonly [Kind, Kind]): Extended {
  if (!isNan(kindB)) {
    return quieted(a);
  }
  if (!isNan(kindA)) {
    return quieted(b);
  }
  if (kindA !== kindB) {
    return kindA === 'quiet' ? a : b;
  }
  if (a.significand !== b.significand) {
    return quieted(a.significand > b.significand ? a : b);
  }
  return quieted(a.sign === 0 ? a : b);
}

function isDown(environment: Environment): boolean {
  return environment.rounding === 1;
}

export const add: Binary = (a, b, environment) => {
  const kinds = [kindOf(a), kindOf(b)] as const;
  const early = special(a, b, kinds, environment);
  if (early !== undefined) {
    return early;
  }
  if (kinds[0] === 'infinity' || kinds[1] === 'infinity') {
    const opposed = kinds[0] === kinds[1] && a.sign !== b.sign;
    return opposed ? invalid(environment) : infinity(kinds[0] === 'infinity' ? a.sign : b.sign);
  }
  const sum = sumOf(exactOf(a), exactOf(b));
  if (sum.magnitude !== 0n) {
    return toExtended(sum, environment);
  }
  return zero(a.sign === b.sign ? a.sign : isDown(environment) ? 1 : 0);
};

/** Farther apart than this, the smaller operand only decides the rounding. */
const FAR = 256;

export function sumOf(a: Exact, b: Exact): Exact {
  const [high, low] = a.scale >= b.scale ? [a, b] : [b, a];
  const distance = high.scale - low.scale;
  if (distance > FAR && high.magnitude !== 0n && low.magnitude !== 0n) {
    return sumOf(high, { sign: low.sign, magnitude: 1n, scale: high.scale - FAR });
  }
  if (high.magnitude === 0n) {
    return low;
  }
  const raised = high.magnitude << BigInt(distance);
  const left = high.sign === 1 ? -raised : raised;
  const total = left + (low.sign === 1 ? -low.magnitude : low.magnitude);
  return { sign: total < 0n ? 1 : 0, magnitude: total < 0n ? -total : total, scale: low.scale };
}

/** A NaN keeps its sign when it is the subtrahend. */
export const subtract: Binary = (a, b, environment) =>
  add(a, isNan(kindOf(b)) ? b : negated(b), environment);

export const multiply: Binary = (a, b, environment) => {
  const kinds = [kindOf(a), kindOf(b)] as const;
  const early = special(a, b, kinds, environment);
  if (early !== undefined) {
    return early;
  }
  const sign = (a.sign ^ b.sign) as 0 | 1;
  if (kinds.includes('infinity')) {
    return kinds.includes('zero') ? invalid(environment) : infinity(sign);
  }
  return toExtended(productOf(exactOf(a), exactOf(b)), environment);
};

export function productOf(a: Exact, b: Exact): Exact {
  const sign = (a.sign ^ b.sign) as 0 | 1;
  return { sign, magnitude: a.magnitude * b.magnitude, scale: a.scale + b.scale };
}

export const divide: Binary = (a, b, environment) => {
  const kinds = [kindOf(a), kindOf(b)] as const;
  const early = special(a, b, kinds, environment);
  if (early !== undefined) {
    return early;
  }
  const sign = (a.sign ^ b.sign) as 0 | 1;
  if (kinds[0] === kinds[1] && (kinds[0] === 'infinity' || kinds[0] === 'zero')) {
    return invalid(environment);
  }
  if (kinds[0] === 'infinity') {
    return infinity(sign);
  }
  if (kinds[1] === 'zero') {
    environment.raised = ZERO_DIVIDE; // and nothing of a denormal dividend
    return infinity(sign);
  }
  if (kinds[1] === 'infinity' || kinds[0] === 'zero') {
    return zero(sign);
  }
  return toExtended(quotientOf(exactOf(a), exactOf(b)), environment);
};

/** Of two numbers that are not zero: exact, or with a last bit that says that more follows. */
export function quotientOf(a: Exact, b: Exact): Exact {
  const up = 140; // quotient bits enough for 64 and two more, whatever the operands' leading zeros
  const numerator = a.magnitude << BigInt(up);
  const quotient = numerator / b.magnitude;
  const sticky = quotient * b.magnitude === numerator ? 0n : 1n;
  const sign = (a.sign ^ b.sign) as 0 | 1;
  return { sign, magnitude: (quotient << 1n) | sticky, scale: a.scale - b.scale - up - 1 };
}

export function squareRoot(a: Extended, environment: Environment): Extended {
  const kind = kindOf(a);
  const early = special(a, a, [kind, kind], environment);
  if (early !== undefined) {
    return early;
  }
  if (kind === 'zero') {
    return a;
  }
  if (a.sign === 1) {
    environment.raised &= ~DENORMAL; // the sign is looked at first
    return invalid(environment);
  }
  if (kind === 'infinity') {
    return a;
  }
  return toExtended(rootOf(exactOf(a)), environment);
}

/** Of a positive number: exact, or with a last bit that says that more follows. */
export function rootOf({ magnitude, scale }: Exact): Exact {
  const up = 140 + (scale & 1);
  const radicand = magnitude << BigInt(up);
  const root = integerRoot(radicand);
  const sticky = root * root === radicand ? 0n : 1n;
  return { sign: 0, magnitude: (root << 1n) | sticky, scale: (scale - up) / 2 - 1 };
}

/** The largest integer whose square is not above `value`, by Newton's method from above. */
function integerRoot(value: bigint): bigint {
  let guess = 1n << BigInt((bitLength(value) + 1) >> 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) {
      return guess;
    }
    guess = next;
  }
}

export type Order = 'less' | 'equal' | 'greater' | 'unordered';

/** `quietIsInvalid`: FCOM; FUCOM and FUCOMI let quiet NaNs pass. */
export function compare(
  a: Extended,
  b: Extended,
  quietIsInvalid: boolean,
  environment: Environment,
): Order {
  const kinds = [kindOf(a), kindOf(b)] as const;
  if (kinds.includes('unsupported') || kinds.some(isNan)) {
    const onlyQuiet = !kinds.includes('unsupported') && !kinds.includes('signalling');
    environment.raised |= onlyQuiet && !quietIsInvalid ? 0 : INVALID;
    return 'unordered';
  }
  if (kinds.includes('denormal')) {
    environment.raised |= DENORMAL;
  }
  const [left, right] = [orderedValue(a), orderedValue(b)];
  return left < right ? 'less' : left > right ? 'greater' : 'equal';
}

/** An integer that grows with the number. */
function orderedValue(value: Extended): bigint {
  const magnitude = (BigInt(Math.max(value.exponent, 1)) << 64n) + value.significand;
  const base = magnitude - (1n << 64n);
  return value.sign === 1 ? -base : base;
}

export function roundToInteger(a: Extended, environment: Environment): Extended {
  const kind = kindOf(a);
  const early = special(a, a, [kind, kind], environment);
  if (early !== undefined) {
    return early;
  }
  if (kind === 'infinity' || kind === 'zero') {
    return a;
  }
  const rounded = roundToQuantum(exactOf(a), 0, environment.rounding);
  if (rounded.inexact) {
    environment.raised |= PRECISION;
    environment.roundedUp = rounded.up;
  }
  return toExtended({ sign: a.sign, magnitude: rounded.units, scale: 0 }, environment, 64);
}

/** FSCALE: a * 2^trunc(b). */
export const scale: Binary = (a, b, environment) => {
  const kinds = [kindOf(a), kindOf(b)] as const;
  const early = special(a, b, kinds, environment);
  if (early !== undefined) {
    return early;
  }
  if (kinds[1] === 'infinity') {
    const grows = b.sign === 0;
    if (kinds[0] === (grows ? 'zero' : 'infinity')) {
      return invalid(environment);
    }
    return grows ? infinity(a.sign) : zero(a.sign);
  }
  if (kinds[0] === 'zero' || kinds[0] === 'infinity') {
    return a;
  }
  const power = roundToQuantum({ ...exactOf(b), sign: 0 }, 0, 3).units;
  const limited = Number(power > 0x10000n ? 0x10000n : power);
  const exact = exactOf(a);
  const by = b.sign === 1 ? -limited : limited;
  return toExtended({ ...exact, scale: exact.scale + by }, environment, 64);
};
