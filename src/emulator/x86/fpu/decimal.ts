// Packed decimals, the ten bytes of FBLD and FBSTP (SDM vol. 1, 4.7): eighteen digits, the lowest first, and a sign.
import { type Extended, exactOf, kindOf } from './extended.ts';
import { fromInteger } from './conversion.ts';
import { type Environment, INVALID, PRECISION, roundToQuantum } from './rounding.ts';

const DIGIT_BYTES = 9;
const LIMIT = 10n ** 18n;

/** What FBSTP stores if the number has no packed decimal: the packed decimal indefinite. */
export const DECIMAL_INDEFINITE = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0xff);

/** A half byte above 9 counts as what it is: the manual leaves it open. */
export function fromDecimal(bytes: Uint8Array): Extended {
  let value = 0n;
  for (let at = DIGIT_BYTES - 1; at >= 0; at--) {
    value = value * 100n + BigInt((bytes[at] >> 4) * 10 + (bytes[at] & 15));
  }
  return { ...fromInteger(value), sign: (bytes[DIGIT_BYTES] >> 7) as 0 | 1 };
}

export function toDecimal(value: Extended, environment: Environment): Uint8Array {
  const kind = kindOf(value);
  if (kind !== 'normal' && kind !== 'denormal' && kind !== 'zero') {
    environment.raised |= INVALID;
    return DECIMAL_INDEFINITE;
  }
  const { units, inexact, up } = roundToQuantum(exactOf(value), 0, environment.rounding);
  if (units >= LIMIT) {
    environment.raised |= INVALID;
    return DECIMAL_INDEFINITE;
  }
  if (inexact) {
    environment.raised |= PRECISION;
    environment.roundedUp = up;
  }
  const digits = units.toString().padStart(2 * DIGIT_BYTES, '0');
  const bytes = new Uint8Array(DIGIT_BYTES + 1);
  for (let at = 0; at < DIGIT_BYTES; at++) {
    // The decimal digits of a byte are also its hexadecimal ones.
    bytes[at] = parseInt(digits.slice(-2 * at - 2, digits.length - 2 * at), 16);
  }
  bytes[DIGIT_BYTES] = value.sign << 7;
  return bytes;
}
