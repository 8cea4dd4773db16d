// Between 80-bit registers and memory: single and double precision, integers of 16, 32 and 64 bits (SDM vol. 1, 4.2
// and 8.2).
import {
  type Extended,
  INTEGER_BIT,
  MAXIMUM_EXPONENT,
  bitLength,
  exactOf,
  extended,
  infinity,
  kindOf,
  quieted,
  zero,
} from './extended.ts';
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
  overflowIsInfinite,
  roundToFormat,
  roundToQuantum,
} from './rounding.ts';

export type RealWidth = 32 | 64;
export type IntegerWidth = 16 | 32 | 64;

function formatOf(width: RealWidth): { format: Format; fraction: number; ones: number } {
  return width === 32
    ? { format: SINGLE, fraction: 23, ones: 0xff }
    : { format: DOUBLE, fraction: 52, ones: 0x7ff };
}

/** FLD m32fp, m64fp: as realOperand, but a signalling NaN raises and becomes quiet. */
export function fromReal(bits: bigint, width: RealWidth, environment: Environment): Extended {
  const value = realOperand(bits, width, environment);
  if (kindOf(value) === 'signalling') {
    environment.raised |= INVALID;
    return quieted(value);
  }
  return value;
}

/** A number in single or double precision, exactly; a denormal is noted. */
export function realOperand(bits: bigint, width: RealWidth, environment: Environment): Extended {
  const { format, fraction, ones } = formatOf(width);
  const sign = Number(bits >> BigInt(width - 1)) as 0 | 1;
  const exponent = Number((bits >> BigInt(fraction)) & BigInt(ones));
  const low = bits & ((1n << BigInt(fraction)) - 1n);
  const significand = low << BigInt(63 - fraction);
  if (exponent === ones) {
    if (low === 0n) {
      return infinity(sign);
    }
    return extended(sign, MAXIMUM_EXPONENT, INTEGER_BIT | significand);
  }
  if (exponent !== 0) {
    return extended(sign, exponent - format.maximum + 16383, INTEGER_BIT | significand);
  }
  if (low === 0n) {
    return zero(sign);
  }
  environment.raised |= DENORMAL;
  const length = bitLength(low);
  return extended(sign, format.minimum - fraction + length - 1 + 16383, low << BigInt(64 - length));
}

/** FST m32fp, m64fp; undefined if an exception that is not masked forbids the store. */
export function toReal(
  value: Extended,
  width: RealWidth,
  environment: Environment,
): bigint | undefined {
  const { fraction, ones, format } = formatOf(width);
  const kind = kindOf(value);
  const signBit = BigInt(value.sign) << BigInt(width - 1);
  const infinite = signBit | (BigInt(ones) << BigInt(fraction));
  switch (kind) {
    case 'zero':
      return signBit;
    case 'infinity':
      return infinite;
    case 'unsupported':
      environment.raised |= INVALID;
      return (
        (1n << BigInt(width - 1)) |
        (BigInt(ones) << BigInt(fraction)) |
        (1n << BigInt(fraction - 1))
      );
    case 'signalling':
    case 'quiet': {
      environment.raised |= kind === 'signalling' ? INVALID : 0;
      const payload = (quieted(value).significand & (INTEGER_BIT - 1n)) >> BigInt(63 - fraction);
      return infinite | payload;
    }
    default:
      return finiteToReal(value, width, format, environment);
  }
}

function finiteToReal(
  value: Extended,
  width: RealWidth,
  format: Format,
  environment: Environment,
): bigint | undefined {
  const { fraction, ones } = formatOf(width);
  const signBit = BigInt(value.sign) << BigInt(width - 1);
  const { units, quantum, overflow } = roundToFormat(exactOf(value), format, environment);
  if ((environment.raised & ~environment.masks & (OVERFLOW | UNDERFLOW)) !== 0) {
    environment.raised &= ~PRECISION; // nothing is stored, so nothing was rounded
    environment.roundedUp = false;
    return undefined;
  }
  if (overflow) {
    environment.raised |= PRECISION;
    environment.roundedUp = overflowIsInfinite(environment.rounding, value.sign);
    const infinite = BigInt(ones) << BigInt(fraction);
    return signBit | (environment.roundedUp ? infinite : infinite - 1n);
  }
  const length = bitLength(units);
  const exponent = quantum + length - 1;
  if (exponent < format.minimum) {
    return signBit | units; // denormal or zero: the quantum is that of the smallest numbers
  }
  const low = (units << BigInt(fraction + 1 - length)) & ((1n << BigInt(fraction)) - 1n);
  return signBit | (BigInt(exponent + format.maximum) << BigInt(fraction)) | low;
}

export function fromInteger(value: bigint): Extended {
  if (value === 0n) {
    return zero(0);
  }
  const magnitude = value < 0n ? -value : value;
  const length = bitLength(magnitude);
  return extended(value < 0n ? 1 : 0, 16383 + length - 1, magnitude << BigInt(64 - length));
}

/** FIST: the integer, or the integer indefinite with an invalid operation. */
export function toInteger(value: Extended, width: IntegerWidth, environment: Environment): bigint {
  const kind = kindOf(value);
  const least = -(1n << BigInt(width - 1));
  if (kind === 'normal' || kind === 'denormal' || kind === 'zero') {
    const rounded = roundToQuantum(exactOf(value), 0, environment.rounding);
    const result = value.sign === 1 ? -rounded.units : rounded.units;
    if (result >= least && result < -least) {
      if (rounded.inexact) {
        environment.raised |= PRECISION;
        environment.roundedUp = rounded.up;
      }
      return result;
    }
  }
  environment.raised |= INVALID;
  return least;
}
