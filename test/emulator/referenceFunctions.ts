// Elementary functions for comparison with src/emulator/x86/fpu, by another road: continued fractions (Lambert, Gauss)
// evaluated from the far end, in fixed point. A number has BITS bits of fraction.
export const BITS = 640;
const ONE = 1n << BigInt(BITS);
const TERMS = 260;

function divide(a: bigint, b: bigint): bigint {
  return (a << BigInt(BITS)) / b;
}

function square(x: bigint): bigint {
  return (x * x) >> BigInt(BITS);
}

/** x / (1 + f(1) / (3 + f(2) / (5 + ...))) with f(n) = numerator(n) * x^2. */
function continuedFraction(x: bigint, numerator: (n: bigint) => bigint): bigint {
  const xx = square(x);
  let tail = ONE * BigInt(2 * TERMS + 1);
  for (let n = BigInt(TERMS); n > 0n; n--) {
    tail = ONE * (2n * n - 1n) + divide(numerator(n) * xx, tail);
  }
  return divide(x, tail);
}

/** For |x| below pi/2. */
export function tangent(x: bigint): bigint {
  return continuedFraction(x, () => -1n);
}

function hyperbolicTangent(x: bigint): bigint {
  return continuedFraction(x, () => 1n);
}

/** For |x| up to 1. */
export function arctangent(x: bigint): bigint {
  return continuedFraction(x, (n) => n * n);
}

/** For |x| below 1. */
function areaTangent(x: bigint): bigint {
  return continuedFraction(x, (n) => -n * n);
}

/** By the tangent of the half angle t: 2t / (1 + t^2) and (1 - t^2) / (1 + t^2). */
export function sineAndCosine(x: bigint): [bigint, bigint] {
  const t = tangent(x / 2n);
  const tt = square(t);
  return [divide(2n * t, ONE + tt), divide(ONE - tt, ONE + tt)];
}

/** e^x - 1 = 2t / (1 - t), t = tanh(x / 2). */
export function expMinus1(x: bigint): bigint {
  const t = hyperbolicTangent(x / 2n);
  return divide(2n * t, ONE - t);
}

/** ln(1 + x) = 2 artanh(x / (2 + x)). */
export function logarithm1p(x: bigint): bigint {
  return 2n * areaTangent(divide(x, 2n * ONE + x));
}

export const LN_2 = logarithm1p(ONE);
export const PI = 4n * arctangent(ONE);
