// SSE's conversions between integers, single and double precision (SDM vol. 1, 11.4.1.6).
import { exactOf } from '../fpu/extended.ts';
import { fromInteger } from '../fpu/conversion.ts';
import { DENORMAL, INVALID, PRECISION, roundToQuantum } from '../fpu/rounding.ts';
import {
  DOUBLES,
  type RealEnvironment,
  type RealFormat,
  SINGLES,
  exactReal,
  isNanKind,
  kindOfReal,
  operandReal,
  roundReal,
} from './real.ts';

const INTEGER_INDEFINITE = -0x8000_0000;
const TOWARD_ZERO = 3;

/** A doubleword; what does not fit is invalid and gives the integer indefinite. */
export function realToInteger(
  bits: bigint,
  format: RealFormat,
  truncates: boolean,
  environment: RealEnvironment,
): number {
  const value = operandReal(bits, format, environment);
  const kind = kindOfReal(value, format);
  if (kind === 'infinity' || isNanKind(kind)) {
    environment.raised |= INVALID;
    return INTEGER_INDEFINITE;
  }
  const exact = exactReal(value, format);
  const rounding = truncates ? TOWARD_ZERO : environment.rounding;
  const { units, inexact } = roundToQuantum(exact, 0, rounding);
  const result = exact.sign === 1 ? -units : units;
  if (result < -0x8000_0000n || result > 0x7fff_ffffn) {
    environment.raised |= INVALID;
    return INTEGER_INDEFINITE;
  }
  environment.raised |= inexact ? PRECISION : 0;
  return Number(result);
}

export function integerToReal(
  value: number,
  format: RealFormat,
  environment: RealEnvironment,
): bigint {
  return value === 0 ? 0n : roundReal(exactOf(fromInteger(BigInt(value))), format, environment);
}

function convertNan(bits: bigint, from: RealFormat, to: RealFormat): bigint {
  const up = to.fractionBits - from.fractionBits;
  const fraction = bits & from.fraction;
  const payload = up >= 0n ? fraction << up : fraction >> -up;
  const sign = (bits & from.signBit) === 0n ? 0n : to.signBit;
  return sign | to.infinity | payload | to.quietBit;
}

function convert(
  bits: bigint,
  from: RealFormat,
  to: RealFormat,
  environment: RealEnvironment,
): bigint {
  const value = operandReal(bits, from, environment);
  const kind = kindOfReal(value, from);
  const sign = (value & from.signBit) === 0n ? 0n : to.signBit;
  if (isNanKind(kind)) {
    environment.raised |= kind === 'signalling' ? INVALID : 0;
    return convertNan(value, from, to);
  }
  if (kind === 'infinity') {
    return sign | to.infinity;
  }
  environment.raised |= kind === 'denormal' ? DENORMAL : 0;
  return kind === 'zero' ? sign : roundReal(exactReal(value, from), to, environment);
}

export function widen(bits: bigint, environment: RealEnvironment): bigint {
  return convert(bits, SINGLES, DOUBLES, environment);
}

export function narrow(bits: bigint, environment: RealEnvironment): bigint {
  return convert(bits, DOUBLES, SINGLES, environment);
}
