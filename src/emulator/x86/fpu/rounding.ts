// Rounding of an exact result to a format (SDM vol. 1, 4.8.4 and 8.1.5): precision and rounding control, overflow,
// underflow with tininess after rounding, inexact results, and C1.
import {
  type Exact,
  type Extended,
  MAXIMUM_EXPONENT,
  bitLength,
  extended,
  infinity,
  zero,
} from './extended.ts';

/** Exception flags as they stand in the status word. */
export const INVALID = 0x01;
export const DENORMAL = 0x02;
export const ZERO_DIVIDE = 0x04;
export const OVERFLOW = 0x08;
export const UNDERFLOW = 0x10;
export const PRECISION = 0x20;

/** Found before anything is computed: not masked, they end the operation there. */
export const BEFORE = INVALID | DENORMAL | ZERO_DIVIDE;

export const NEAREST = 0;
const DOWN = 1;
const UP = 2;

/** What the control word says, and what an operation raises. */
export interface Environment {
  /** 0 nearest, 1 down, 2 up, 3 toward zero. */
  readonly rounding: number;
  /** Bits of the significand: 24, 53 or 64. */
  readonly precision: number;
  /** Mask bits as in the control word. */
  readonly masks: number;
  raised: number;
  /** The magnitude was rounded up: C1. */
  roundedUp: boolean;
}

export interface Format {
  readonly precision: number;
  /** Unbiased exponents of normal numbers. */
  readonly minimum: number;
  readonly maximum: number;
  /** What is added to or taken from the exponent when underflow or overflow is not masked. */
  readonly adjustment: number;
}

export const EXTENDED_RANGE = { minimum: -16382, maximum: 16383, adjustment: 24576 };
export const SINGLE: Format = { precision: 24, minimum: -126, maximum: 127, adjustment: 192 };
export const DOUBLE: Format = { precision: 53, minimum: -1022, maximum: 1023, adjustment: 1536 };

/** An exception that ends the operation before it computes leaves no trace of what would have come later. */
export function settle(environment: Environment): void {
  const ending = environment.raised & ~environment.masks & BEFORE;
  if (ending !== 0) {
    environment.raised &= (ending & DENORMAL) !== 0 ? DENORMAL | INVALID : BEFORE;
    environment.roundedUp = false;
  }
}

/** Whether a magnitude is to be increased: `half` compares what is cut off with half a unit (-1, 0, 1). */
export function roundsUp(rounding: number, sign: 0 | 1, odd: boolean, half: number): boolean {
  switch (rounding) {
    case NEAREST:
      return half > 0 || (half === 0 && odd);
    case DOWN:
      return sign === 1;
    case UP:
      return sign === 0;
    default:
      return false;
  }
}

/** A magnitude in units of 2^scale, as a whole number of units of 2^quantum. */
export function roundToQuantum(
  { sign, magnitude, scale }: Exact,
  quantum: number,
  rounding: number,
): { units: bigint; inexact: boolean; up: boolean } {
  const shift = quantum - scale;
  if (shift <= 0) {
    return { units: magnitude << BigInt(-shift), inexact: false, up: false };
  }
  const units = magnitude >> BigInt(shift);
  const rest = magnitude - (units << BigInt(shift));
  if (rest === 0n) {
    return { units, inexact: false, up: false };
  }
  const middle = 1n << BigInt(shift - 1);
  const half = rest > middle ? 1 : rest === middle ? 0 : -1;
  const up = roundsUp(rounding, sign, (units & 1n) === 1n, half);
  return { units: up ? units + 1n : units, inexact: true, up };
}

/** A rounded finite number, or an overflow; `units` of 2^quantum. */
export interface Rounded {
  readonly units: bigint;
  readonly quantum: number;
  readonly overflow: boolean;
}

/** Rounds a magnitude that is not zero to a format, raising what must be raised. */
export function roundToFormat(value: Exact, format: Format, environment: Environment): Rounded {
  const { precision, minimum, maximum } = format;
  const exponent = value.scale + bitLength(value.magnitude) - 1;
  const unbounded = roundToQuantum(value, exponent - (precision - 1), environment.rounding);
  const carried = bitLength(unbounded.units) > precision ? exponent + 1 : exponent;
  if (carried > maximum) {
    environment.raised |= OVERFLOW | (unbounded.inexact ? PRECISION : 0);
    environment.roundedUp = unbounded.up;
    return { units: unbounded.units, quantum: exponent - (precision - 1), overflow: true };
  }
  const tiny = carried < minimum;
  const unmasked = (environment.masks & UNDERFLOW) === 0;
  if (tiny && unmasked) {
    environment.raised |= UNDERFLOW | (unbounded.inexact ? PRECISION : 0);
    environment.roundedUp = unbounded.up;
    return { units: unbounded.units, quantum: exponent - (precision - 1), overflow: false };
  }
  const quantum = Math.max(exponent, minimum) - (precision - 1);
  const rounded =
    exponent < minimum ? roundToQuantum(value, quantum, environment.rounding) : unbounded;
  if (rounded.inexact) {
    environment.raised |= PRECISION | (tiny ? UNDERFLOW : 0);
    environment.roundedUp = rounded.up;
  }
  return { units: rounded.units, quantum, overflow: false };
}

/** The largest finite magnitude instead of infinity, when rounding goes toward zero on this side. */
export function overflowIsInfinite(rounding: number, sign: 0 | 1): boolean {
  return (
    rounding === NEAREST || (rounding === UP && sign === 0) || (rounding === DOWN && sign === 1)
  );
}

/** An exact result as an 80-bit register holds it. */
export function toExtended(
  value: Exact,
  environment: Environment,
  precision = environment.precision,
): Extended {
  if (value.magnitude === 0n) {
    return zero(value.sign);
  }
  const { sign } = value;
  const rounded = roundToFormat(value, { precision, ...EXTENDED_RANGE }, environment);
  if (rounded.overflow && (environment.masks & OVERFLOW) !== 0) {
    environment.raised |= PRECISION;
    environment.roundedUp = overflowIsInfinite(environment.rounding, sign);
    const most = ((1n << BigInt(precision)) - 1n) << BigInt(64 - precision);
    return environment.roundedUp ? infinity(sign) : extended(sign, MAXIMUM_EXPONENT - 1, most);
  }
  const unmaskedUnderflow = (environment.raised & ~environment.masks & UNDERFLOW) !== 0;
  const adjustment = rounded.overflow ? -24576 : unmaskedUnderflow ? 24576 : 0;
  const quantum = rounded.quantum + adjustment;
  const exponent = quantum + bitLength(rounded.units) - 1;
  if (rounded.overflow ? exponent > 16383 : unmaskedUnderflow && exponent < -16382) {
    // FSCALE can go so far that the adjusted exponent does not fit either.
    environment.raised |= PRECISION;
    environment.roundedUp = rounded.overflow;
    return rounded.overflow ? infinity(sign) : zero(sign);
  }
  return pack(sign, rounded.units, quantum);
}

/** units * 2^quantum, which is known to fit. */
function pack(sign: 0 | 1, units: bigint, quantum: number): Extended {
  if (units === 0n) {
    return zero(sign);
  }
  const length = bitLength(units);
  const exponent = quantum + length - 1 + 16383;
  if (exponent >= 1) {
    return extended(sign, exponent, units << BigInt(64 - length));
  }
  return extended(sign, 0, units << BigInt(quantum + 16445));
}
