// FXTRACT (SDM vol. 2): a number's unbiased exponent as a number, and its significand with the exponent 0.
import { fromInteger } from './conversion.ts';
import { special } from './arithmetic.ts';
import { type Extended, bitLength, exactOf, infinity, kindOf } from './extended.ts';
import { type Environment, ZERO_DIVIDE } from './rounding.ts';

export function exponentAndSignificand(
  value: Extended,
  environment: Environment,
): readonly [exponent: Extended, significand: Extended] {
  const kind = kindOf(value);
  const early = special(value, value, [kind, kind], environment);
  if (early !== undefined) {
    return [early, early];
  }
  if (kind === 'zero') {
    environment.raised |= ZERO_DIVIDE;
    return [infinity(1), value];
  }
  if (kind === 'infinity') {
    return [infinity(0), value];
  }
  const { magnitude, scale } = exactOf(value);
  const length = bitLength(magnitude);
  const significand = magnitude << BigInt(64 - length);
  const exponent = scale + length - 1;
  return [fromInteger(BigInt(exponent)), { sign: value.sign, exponent: 16383, significand }];
}
