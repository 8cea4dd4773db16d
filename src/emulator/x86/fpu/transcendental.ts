// FSIN, FCOS, FSINCOS, FPTAN, FPATAN, F2XM1, FYL2X and FYL2XP1 (SDM vol. 1, 8.3.7 to 8.3.10, and the tables of each
// instruction in vol. 2). Computed with some 190 correct bits and rounded once to 64, as the rounding control says;
// precision control does not apply to them. Arguments of the trigonometric instructions are reduced by the 66-bit pi
// that SDM vol. 1, 8.3.8 gives, exactly: so results near multiples of pi are those of the hardware and not those of
// mathematics; FPATAN's results are fractions of the true pi.
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
  zero,
} from './extended.ts';
import { special } from './arithmetic.ts';
import * as fixed from './fixedPoint.ts';
import {
  type Environment,
  INVALID,
  PRECISION,
  UNDERFLOW,
  ZERO_DIVIDE,
  toExtended,
} from './rounding.ts';

/** Correct bits below the leading one that a result is computed with, at least. */
const BITS = 256;
/** Below 2^TINY a function is its first term, and the rest of the series only decides the rounding. */
const TINY = -100;

function invalid(environment: Environment): Extended {
  environment.raised |= INVALID;
  return INDEFINITE;
}

/** Binary exponent of the leading bit. */
function exponentOf({ magnitude, scale }: Exact): number {
  return scale + bitLength(magnitude) - 1;
}

function shifted(value: bigint, by: number): bigint {
  return by >= 0 ? value << BigInt(by) : value >> BigInt(-by);
}

/** `value` with `bits` bits of fraction as a result that is never exact. */
function irrational(value: bigint, bits: number, environment: Environment): Extended {
  const magnitude = ((value < 0n ? -value : value) << 1n) | 1n;
  return rounded({ sign: value < 0n ? 1 : 0, magnitude, scale: -bits - 1 }, environment);
}

/** These instructions say "inexact" of every result that they compute, even of 2^1 - 1; a denormal one underflows. */
function rounded(value: Exact, environment: Environment): Extended {
  const result = toExtended(value, environment, 64);
  environment.raised |= PRECISION | (result.exponent === 0 ? UNDERFLOW : 0);
  return result;
}

/** A number a little nearer to zero, or farther from it, than `value`. */
function beside(value: Exact, nearer: boolean, environment: Environment): Extended {
  const wide = value.magnitude << BigInt(BITS);
  const magnitude = nearer ? wide - 1n : wide + 1n;
  return rounded({ ...value, magnitude, scale: value.scale - BITS }, environment);
}

const ONE: Exact = { sign: 0, magnitude: 1n, scale: 0 };

// Trigonometric functions of one argument

/** pi = PI_66 * 2^-66 (SDM vol. 1, 8.3.8: 0.C90FDAA2 2168C234 C times 2^2). */
const PI_66 = 0xc90fdaa22168c234cn;
/** From this exponent on an argument is refused: C2. */
const LIMIT_EXPONENT = 63;

/** Whether FSIN, FCOS, FSINCOS and FPTAN leave an operand alone and set C2. */
export function isOutOfRange(value: Extended): boolean {
  return kindOf(value) === 'normal' && value.exponent >= LIMIT_EXPONENT + 16383;
}

interface Reduced {
  /** In [-pi/4, pi/4], with BITS more bits of fraction than it has leading zeros. */
  readonly rest: bigint;
  readonly bits: number;
  /** The multiple of pi/2 that was taken off, modulo 4. */
  readonly quadrant: number;
}

function reduce(value: Exact): Reduced {
  const exponent = exponentOf(value);
  const bits = BITS + Math.max(0, -exponent);
  const whole = shifted(value.magnitude, value.scale + bits);
  const halfPi = shifted(PI_66, bits - 67);
  const quotient = (2n * whole + halfPi) / (2n * halfPi);
  return { rest: whole - quotient * halfPi, bits, quadrant: Number(quotient & 3n) };
}

/** Sine and cosine of a positive number. */
function circular(value: Exact): { sine: bigint; cosine: bigint; bits: number } {
  const { rest, bits, quadrant } = reduce({ ...value, sign: 0 });
  const [s, c] = fixed.sineAndCosine(rest, bits);
  const turned = [
    [s, c],
    [c, -s],
    [-s, -c],
    [-c, s],
  ][quadrant];
  return { sine: turned[0], cosine: turned[1], bits };
}

/** What comes before the computation: NaNs, infinities and zeros. Undefined: go on. */
function circularSpecial(
  value: Extended,
  atZero: Extended,
  environment: Environment,
): Extended | undefined {
  const kind = kindOf(value);
  if (kind === 'infinity') {
    return invalid(environment);
  }
  return special(value, value, [kind, kind], environment) ?? (kind === 'zero' ? atZero : undefined);
}

export const ONE_EXTENDED: Extended = { sign: 0, exponent: 16383, significand: 1n << 63n };

export function sine(value: Extended, environment: Environment): Extended {
  const early = circularSpecial(value, value, environment);
  if (early !== undefined) {
    return early;
  }
  const exact = exactOf(value);
  if (exponentOf(exact) < TINY) {
    return beside(exact, true, environment);
  }
  const found = circular(exact);
  return irrational(value.sign === 1 ? -found.sine : found.sine, found.bits, environment);
}

export function cosine(value: Extended, environment: Environment): Extended {
  const early = circularSpecial(value, ONE_EXTENDED, environment);
  if (early !== undefined) {
    return early;
  }
  const exact = exactOf(value);
  if (exponentOf(exact) < TINY) {
    return beside(ONE, true, environment);
  }
  const found = circular(exact);
  return irrational(found.cosine, found.bits, environment);
}

export function tangent(value: Extended, environment: Environment): Extended {
  const early = circularSpecial(value, value, environment);
  if (early !== undefined) {
    return early;
  }
  const exact = exactOf(value);
  if (exponentOf(exact) < TINY) {
    return beside(exact, false, environment);
  }
  const found = circular(exact);
  const ratio = (found.sine << BigInt(found.bits)) / found.cosine;
  return irrational(value.sign === 1 ? -ratio : ratio, found.bits, environment);
}

// FPATAN

/** `quarters` quarters of pi. */
function partOfPi(quarters: bigint, sign: 0 | 1, environment: Environment): Extended {
  const value = quarters * fixed.pi(BITS);
  return irrational(sign === 1 ? -value : value, BITS + 2, environment);
}

/** The angle of the point (x, y); the rows and columns of FPATAN's table in SDM vol. 2. */
export function arctangent(y: Extended, x: Extended, environment: Environment): Extended {
  const kinds = [kindOf(y), kindOf(x)] as const;
  const early = special(y, x, kinds, environment);
  if (early !== undefined) {
    return early;
  }
  const [kindY, kindX] = kinds;
  const left = x.sign === 1;
  if (kindY === 'infinity') {
    return partOfPi(kindX !== 'infinity' ? 2n : left ? 3n : 1n, y.sign, environment);
  }
  if (kindX === 'infinity' || kindY === 'zero') {
    return left ? partOfPi(4n, y.sign, environment) : zero(y.sign);
  }
  if (kindX === 'zero') {
    return partOfPi(2n, y.sign, environment);
  }
  return finiteArctangent(exactOf(y), exactOf(x), environment);
}

function finiteArctangent(y: Exact, x: Exact, environment: Environment): Extended {
  const distance = exponentOf(y) - exponentOf(x);
  if (distance < TINY && x.sign === 0) {
    return tinyQuotient(y, x, environment);
  }
  // Of y/x and x/y the one that is at most 1: arctan(t) = pi/2 - arctan(1/t).
  const bits = BITS + Math.min(-TINY, Math.abs(distance));
  const isSteep = compareMagnitudes(y, x) > 0;
  const [small, large] = isSteep ? [x, y] : [y, x];
  const up = bits + small.scale - large.scale;
  const ratio =
    up >= 0
      ? (small.magnitude << BigInt(up)) / large.magnitude
      : (small.magnitude / large.magnitude) >> BigInt(-up);
  const angle = fixed.arctangent(ratio, bits);
  const first = isSteep ? (fixed.pi(bits) >> 1n) - angle : angle;
  const steepLeft = (fixed.pi(bits) >> 1n) + angle;
  const inLeft = isSteep ? steepLeft : fixed.pi(bits) - angle;
  const result = x.sign === 1 ? inLeft : first;
  return irrational(y.sign === 1 ? -result : result, bits, environment);
}

function compareMagnitudes(a: Exact, b: Exact): number {
  const scale = Math.min(a.scale, b.scale);
  const distance = exponentOf(a) - exponentOf(b);
  if (distance !== 0) {
    return distance;
  }
  const left = a.magnitude << BigInt(a.scale - scale);
  const right = b.magnitude << BigInt(b.scale - scale);
  return left > right ? 1 : left < right ? -1 : 0;
}

/** y/x less a trace: arctan(t) = t - t^3/3 ... */
function tinyQuotient(y: Exact, x: Exact, environment: Environment): Extended {
  const numerator = y.magnitude << BigInt(BITS);
  const quotient = numerator / x.magnitude;
  const isWhole = quotient * x.magnitude === numerator;
  const magnitude = (quotient << 1n) + (isWhole ? -1n : 1n);
  return rounded({ sign: y.sign, magnitude, scale: y.scale - x.scale - BITS - 1 }, environment);
}

// Powers and logarithms to the base 2

/** F2XM1: 2^x - 1 for |x| <= 1. Beyond, where the manual leaves it open, x itself as AMD's processors give it. */
export function powerMinus1(x: Extended, environment: Environment): Extended {
  const kind = kindOf(x);
  const early = special(x, x, [kind, kind], environment);
  if (early !== undefined) {
    return early;
  }
  if (kind === 'zero') {
    return x;
  }
  if (kind === 'infinity') {
    return x.sign === 0 ? x : { ...ONE_EXTENDED, sign: 1 };
  }
  const exact = exactOf(x);
  const exponent = exponentOf(exact);
  if (exponent >= 0) {
    environment.raised |= PRECISION;
    return x.sign === 1 && x.exponent === 16383 && x.significand === ONE_EXTENDED.significand
      ? { ...ONE_EXTENDED, sign: 1, exponent: 16382 }
      : x;
  }
  if (exponent < TINY) {
    const magnitude = ((exact.magnitude * fixed.ln2(BITS)) << 1n) | 1n;
    return rounded({ ...exact, magnitude, scale: exact.scale - BITS - 1 }, environment);
  }
  const bits = BITS - exponent;
  const product = shifted(exact.magnitude * fixed.ln2(bits), exact.scale);
  const result = fixed.expMinus1(x.sign === 1 ? -product : product, bits);
  return irrational(result, bits, environment);
}

/** y * log2(x) when the logarithm has the sign `below` (x below 1: 1), and y or x is zero or infinite. */
function signedProduct(y: Extended, below: 0 | 1, kindY: Kind): Extended {
  const sign = (y.sign ^ below) as 0 | 1;
  return kindY === 'zero' ? zero(sign) : infinity(sign);
}

function isOne(value: Extended): boolean {
  return value.exponent === 16383 && value.significand === ONE_EXTENDED.significand;
}

/** FYL2X: y * log2(x), by its table in SDM vol. 2. */
export function logarithm(y: Extended, x: Extended, environment: Environment): Extended {
  const kinds = [kindOf(y), kindOf(x)] as const;
  if (x.sign === 1 && kinds[1] !== 'zero' && !kinds.some(isNan) && !kinds.includes('unsupported')) {
    return invalid(environment);
  }
  const early = special(y, x, kinds, environment);
  if (early !== undefined) {
    return early;
  }
  const [kindY, kind] = kinds;
  if (kind === 'zero') {
    return logarithmOfZero(y, kindY, environment);
  }
  if (kind === 'infinity') {
    return kindY === 'zero' ? invalid(environment) : infinity(y.sign);
  }
  if (isOne(x)) {
    return kindY === 'infinity' ? invalid(environment) : zero(y.sign);
  }
  if (kindY === 'zero' || kindY === 'infinity') {
    return signedProduct(y, x.exponent < 16383 ? 1 : 0, kindY);
  }
  return scaledLogarithm(y, log2(exactOf(x)), BITS, environment);
}

function logarithmOfZero(y: Extended, kindY: Kind, environment: Environment): Extended {
  if (kindY === 'zero') {
    return invalid(environment);
  }
  if (kindY !== 'infinity') {
    environment.raised = ZERO_DIVIDE; // and nothing of a denormal factor
  }
  return infinity(y.sign === 1 ? 0 : 1);
}

/** log2 of a positive number that is not 1, with BITS bits of fraction. */
function log2(x: Exact): bigint {
  const length = bitLength(x.magnitude);
  let exponent = x.scale + length - 1;
  let mantissa = x.magnitude << BigInt(BITS - length + 1); // in [1, 2)
  const one = 1n << BigInt(BITS);
  if (2n * mantissa > 3n * one) {
    mantissa >>= 1n; // exact: BITS is far above 64
    exponent++;
  }
  const natural = fixed.logarithm1p(mantissa - one, BITS);
  return (BigInt(exponent) << BigInt(BITS)) + (natural << BigInt(BITS)) / fixed.ln2(BITS);
}

/** y times a logarithm with `bits` bits of fraction. */
function scaledLogarithm(
  y: Extended,
  log: bigint,
  bits: number,
  environment: Environment,
): Extended {
  const exact = exactOf(y);
  const negative = log < 0n;
  const isWhole = (log & ((1n << BigInt(bits)) - 1n)) === 0n; // of a power of two
  const product = exact.magnitude * (negative ? -log : log);
  const sign = (exact.sign ^ (negative ? 1 : 0)) as 0 | 1;
  const magnitude = (product << 1n) | (isWhole ? 0n : 1n);
  return rounded({ sign, magnitude, scale: exact.scale - bits - 1 }, environment);
}

/**
 * FYL2XP1: y * log2(1 + x), for |x| up to 1 - sqrt(1/2). Beyond, where the manual leaves it open, as far as the
 * logarithm goes; of -1 and less x itself, as AMD's processors give it.
 */
export function logarithm1p(y: Extended, x: Extended, environment: Environment): Extended {
  const kinds = [kindOf(y), kindOf(x)] as const;
  const early = special(y, x, kinds, environment);
  if (early !== undefined) {
    return early;
  }
  const [kindY, kind] = kinds;
  if (kind === 'infinity' && x.sign === 1) {
    environment.raised = 0; // nothing of a denormal factor
    return invalid(environment);
  }
  if (kind === 'infinity') {
    return kindY === 'zero' ? invalid(environment) : infinity(y.sign);
  }
  if (kind === 'zero' && kindY === 'infinity') {
    return invalid(environment);
  }
  if (kind === 'zero' || kindY === 'zero' || kindY === 'infinity') {
    return signedProduct(y, x.sign, kindY === 'infinity' ? 'infinity' : 'zero');
  }
  if (x.sign === 1 && x.exponent >= 16383) {
    environment.raised |= PRECISION;
    return x;
  }
  return finiteLogarithm1p(y, exactOf(x), environment);
}

function finiteLogarithm1p(y: Extended, x: Exact, environment: Environment): Extended {
  const exponent = exponentOf(x);
  if (exponent < TINY) {
    const right = exactOf(y);
    const product = ((x.magnitude * right.magnitude) << BigInt(2 * BITS)) / fixed.ln2(BITS);
    const sign = (x.sign ^ right.sign) as 0 | 1;
    const scale = x.scale + right.scale - BITS - 1;
    return rounded({ sign, magnitude: (product << 1n) | 1n, scale }, environment);
  }
  if (exponent >= -1) {
    return scaledLogarithm(y, log2(onePlus(x)), BITS, environment);
  }
  const bits = BITS - exponent;
  const whole = shifted(x.magnitude, x.scale + bits);
  const natural = fixed.logarithm1p(x.sign === 1 ? -whole : whole, bits);
  return scaledLogarithm(y, (natural << BigInt(bits)) / fixed.ln2(bits), bits, environment);
}

/** 1 + x, which is positive. */
function onePlus(x: Exact): Exact {
  const scale = Math.min(x.scale, 0);
  const one = 1n << BigInt(-scale);
  const magnitude = x.magnitude << BigInt(x.scale - scale);
  return { sign: 0, magnitude: x.sign === 1 ? one - magnitude : one + magnitude, scale };
}
