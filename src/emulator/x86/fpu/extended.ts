// The x87's numbers: double extended precision, 80 bits (SDM vol. 1, 4.2.2 and 8.2). Fields as they lie in a register;
// what kind of number they are; and the number as integers. No host floating point is used anywhere in this folder.

export interface Extended {
  readonly sign: 0 | 1;
  /** Biased by 16383, 0 to 0x7fff. */
  readonly exponent: number;
  /** 64 bits; the integer bit is explicit. */
  readonly significand: bigint;
}

export type Kind =
  'zero' | 'denormal' | 'normal' | 'infinity' | 'quiet' | 'signalling' | 'unsupported';

export const INTEGER_BIT = 1n << 63n;
const QUIET_BIT = 1n << 62n;
export const MAXIMUM_EXPONENT = 0x7fff;
/** Exponent of the last bit of a significand whose biased exponent is 0: value = significand * 2^(biased - BIAS). */
export const BIAS = 16383 + 63;

export function extended(sign: 0 | 1, exponent: number, significand: bigint): Extended {
  return { sign, exponent, significand };
}

export const INDEFINITE = extended(1, MAXIMUM_EXPONENT, INTEGER_BIT | QUIET_BIT);

export function zero(sign: 0 | 1): Extended {
  return extended(sign, 0, 0n);
}

export function infinity(sign: 0 | 1): Extended {
  return extended(sign, MAXIMUM_EXPONENT, INTEGER_BIT);
}

/** Pseudo-denormals count as denormals; unnormals, pseudo-infinities and pseudo-NaNs are not supported (8.2.2). */
export function kindOf({ exponent, significand }: Extended): Kind {
  if (exponent === 0) {
    return significand === 0n ? 'zero' : 'denormal';
  }
  if ((significand & INTEGER_BIT) === 0n) {
    return 'unsupported';
  }
  if (exponent < MAXIMUM_EXPONENT) {
    return 'normal';
  }
  if (significand === INTEGER_BIT) {
    return 'infinity';
  }
  return (significand & QUIET_BIT) !== 0n ? 'quiet' : 'signalling';
}

export function isNan(kind: Kind): boolean {
  return kind === 'quiet' || kind === 'signalling';
}

export function quieted(value: Extended): Extended {
  return { ...value, significand: value.significand | QUIET_BIT };
}

export function negated(value: Extended): Extended {
  return { ...value, sign: value.sign === 0 ? 1 : 0 };
}

/** A finite number as integers: (-1)^sign * magnitude * 2^scale. */
export interface Exact {
  readonly sign: 0 | 1;
  readonly magnitude: bigint;
  readonly scale: number;
}

export function exactOf({ sign, exponent, significand }: Extended): Exact {
  return { sign, magnitude: significand, scale: Math.max(exponent, 1) - BIAS };
}

export function bitLength(value: bigint): number {
  if (value < 0x1_0000_0000_0000_0000n) {
    const high = Number(value >> 32n);
    return high === 0 ? 32 - Math.clz32(Number(value)) : 64 - Math.clz32(high);
  }
  const digits = value.toString(16);
  return digits.length * 4 - (Math.clz32(parseInt(digits[0], 16)) - 28);
}
