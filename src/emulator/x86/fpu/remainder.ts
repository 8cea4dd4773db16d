// FPREM and FPREM1 (SDM vol. 2): partial remainders, at most 63 bits of the quotient at a time, and the low bits of it.
import { type Extended, INDEFINITE, bitLength, exactOf, isNan, kindOf, zero } from './extended.ts';
import { add } from './arithmetic.ts';
import { DENORMAL, type Environment, INVALID, toExtended } from './rounding.ts';

export interface Remainder {
  readonly value: Extended;
  /** C2: the reduction is not complete. */
  readonly partial: boolean;
  /** The low three bits of the quotient; undefined if there is none (NaNs and invalid operations). */
  readonly quotient: number | undefined;
}

/** `nearest`: FPREM1, whose quotient is rounded to nearest; FPREM's is truncated. */
export function remainder(
  a: Extended,
  b: Extended,
  nearest: boolean,
  environment: Environment,
): Remainder {
  const kinds = [kindOf(a), kindOf(b)] as const;
  const none = (value: Extended): Remainder => ({ value, partial: false, quotient: undefined });
  if (kinds.some(isNan) || kinds.includes('unsupported')) {
    return none(add(a, b, environment)); // the rules for NaNs are those of every operation
  }
  if (kinds[0] === 'infinity' || kinds[1] === 'zero') {
    environment.raised |= INVALID;
    return none(INDEFINITE);
  }
  if (kinds.includes('denormal')) {
    environment.raised |= DENORMAL;
  }
  if (kinds[0] === 'zero' || kinds[1] === 'infinity') {
    const value = kinds[0] === 'denormal' ? toExtended(exactOf(a), environment, 64) : a;
    return { value, partial: false, quotient: 0 };
  }
  return reduce(a, b, nearest, environment);
}

function reduce(a: Extended, b: Extended, nearest: boolean, environment: Environment): Remainder {
  const [left, right] = [exactOf(a), exactOf(b)];
  const leading = (value: { magnitude: bigint; scale: number }): number =>
    value.scale + bitLength(value.magnitude);
  const distance = leading(left) - leading(right);
  if (distance >= 64) {
    const steps = (distance & 31) | 32;
    const divisor = { magnitude: right.magnitude, scale: right.scale + distance - steps };
    const { rest, scale } = split(left, divisor);
    const magnitude = rest;
    return {
      value:
        magnitude === 0n
          ? zero(a.sign)
          : toExtended({ sign: a.sign, magnitude, scale }, environment, 64),
      partial: true,
      quotient: 0,
    };
  }
  const { quotient, rest, divisor, scale } = split(left, right);
  const twice = rest * 2n;
  const up = nearest && (twice > divisor || (twice === divisor && (quotient & 1n) === 1n));
  const magnitude = up ? divisor - rest : rest;
  const sign = up ? ((a.sign ^ 1) as 0 | 1) : a.sign;
  return {
    value:
      magnitude === 0n ? zero(a.sign) : toExtended({ sign, magnitude, scale }, environment, 64),
    partial: false,
    quotient: Number((up ? quotient + 1n : quotient) & 7n),
  };
}

/** Whole quotient and rest of two magnitudes, in units of the smaller scale. */
function split(
  left: { magnitude: bigint; scale: number },
  right: { magnitude: bigint; scale: number },
): { quotient: bigint; rest: bigint; divisor: bigint; scale: number } {
  const scale = Math.min(left.scale, right.scale);
  const numerator = left.magnitude << BigInt(left.scale - scale);
  const divisor = right.magnitude << BigInt(right.scale - scale);
  return { quotient: numerator / divisor, rest: numerator % divisor, divisor, scale };
}
