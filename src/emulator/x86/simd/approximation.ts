// RCPPS and RSQRTPS (SDM vol. 2): approximations whose relative error is at most 1.5 * 2^-12. They raise nothing, look
// at no rounding control, take denormals for zeros and give none. Ours are the results rounded to 12 fraction bits.
import { quotientOf, rootOf } from '../fpu/arithmetic.ts';
import { type Exact, bitLength } from '../fpu/extended.ts';
import { roundToQuantum } from '../fpu/rounding.ts';
import { SINGLES, exactReal, isNanKind, isNegative, kindOfReal } from './real.ts';

const FRACTION_BITS = 12;
const ONE: Exact = { sign: 0, magnitude: 1n, scale: 0 };

/** Rounded to FRACTION_BITS; a result below the normal numbers is zero. */
function coarse(value: Exact): bigint {
  const exponent = value.scale + bitLength(value.magnitude) - 1;
  const rounded = roundToQuantum(value, exponent - FRACTION_BITS, 0).units;
  const carried = bitLength(rounded) > FRACTION_BITS + 1;
  const biased = exponent + (carried ? 1 : 0) + SINGLES.maximum;
  const sign = value.sign === 1 ? SINGLES.signBit : 0n;
  if (biased < 1) {
    return sign;
  }
  const units = carried ? rounded >> 1n : rounded;
  const fraction = (units << (SINGLES.fractionBits - BigInt(FRACTION_BITS))) & SINGLES.fraction;
  return sign | (BigInt(biased) << SINGLES.fractionBits) | fraction;
}

function approximate(bits: bigint, atInfinity: bigint, compute: (value: Exact) => Exact): bigint {
  const kind = kindOfReal(bits, SINGLES);
  const sign = bits & SINGLES.signBit;
  if (isNanKind(kind)) {
    return bits | SINGLES.quietBit;
  }
  if (kind === 'zero' || kind === 'denormal') {
    return sign | SINGLES.infinity;
  }
  return kind === 'infinity' ? sign | atInfinity : coarse(compute(exactReal(bits, SINGLES)));
}

export function reciprocal(bits: bigint): bigint {
  return approximate(bits, 0n, (value) => quotientOf(ONE, value));
}

export function reciprocalRoot(bits: bigint): bigint {
  const kind = kindOfReal(bits, SINGLES);
  const isNumber = kind === 'normal' || kind === 'infinity';
  if (isNumber && isNegative(bits, SINGLES)) {
    return SINGLES.indefinite;
  }
  return approximate(bits, 0n, (value) => quotientOf(ONE, rootOf(value)));
}
