// Elementary functions on binary fixed-point numbers held in BigInts, by their power series; the x87's transcendental
// instructions round what these give. A number x with `bits` bits of fraction is the integer floor(x * 2^bits); every
// result is good to about 2^(12 - bits).

/** Bits of fraction of the constants, and the most that a caller may ask for. */
export const MOST_BITS = 512;

function multiply(a: bigint, b: bigint, bits: number): bigint {
  return (a * b) >> BigInt(bits);
}

/** The sum of term / (first + n * step), n = 0, 1, ..., where each term is the one before times `factor`. */
function series(term: bigint, factor: bigint, bits: number): bigint {
  let sum = 0n;
  let power = term;
  for (let divisor = 1n; power !== 0n && power !== -1n; divisor += 2n) {
    sum += power / divisor;
    power = multiply(power, factor, bits);
  }
  return sum;
}

/** artanh(x) for |x| well below 1: x + x^3/3 + x^5/5 ... */
function areaTangent(x: bigint, bits: number): bigint {
  return series(x, multiply(x, x, bits), bits);
}

/** arctan(x) for |x| well below 1: x - x^3/3 + x^5/5 ... */
function smallArctangent(x: bigint, bits: number): bigint {
  return series(x, -multiply(x, x, bits), bits);
}

/** ln 2 = 2 artanh(1/3). */
const LN_2 = 2n * areaTangent((1n << BigInt(MOST_BITS)) / 3n, MOST_BITS);

/** pi by Machin's formula: 16 arctan(1/5) - 4 arctan(1/239). */
const PI =
  16n * smallArctangent((1n << BigInt(MOST_BITS)) / 5n, MOST_BITS) -
  4n * smallArctangent((1n << BigInt(MOST_BITS)) / 239n, MOST_BITS);

export function ln2(bits: number): bigint {
  return LN_2 >> BigInt(MOST_BITS - bits);
}

export function pi(bits: number): bigint {
  return PI >> BigInt(MOST_BITS - bits);
}

/** Sine and cosine of |x| < 1. */
export function sineAndCosine(x: bigint, bits: number): [sine: bigint, cosine: bigint] {
  const sums: [bigint, bigint] = [0n, 0n];
  let term = 1n << BigInt(bits);
  for (let n = 0; term !== 0n && term !== -1n; n++) {
    const isOdd = n & 1;
    sums[1 - isOdd] += (n & 2) === 0 ? term : -term;
    term = multiply(term, x, bits) / BigInt(n + 1);
  }
  return sums;
}

/** How often expMinus1 halves its argument before it sums the series. */
const HALVINGS = 8;

/** e^x - 1 for |x| <= 1; x keeps its relative precision if `bits` reaches far enough below it. */
export function expMinus1(x: bigint, bits: number): bigint {
  const wide = bits + HALVINGS;
  const reduced = x; // x / 2^HALVINGS, with HALVINGS more bits of fraction
  let sum = 0n;
  let term = reduced;
  for (let n = 2n; term !== 0n && term !== -1n; n++) {
    sum += term;
    term = multiply(term, reduced, wide) / n;
  }
  for (let count = 0; count < HALVINGS; count++) {
    sum = 2n * sum + multiply(sum, sum, wide); // (1 + s)^2 - 1
  }
  return sum >> BigInt(HALVINGS);
}

/** ln(1 + x) for -0.5 <= x <= 1: 2 artanh(x / (2 + x)). */
export function logarithm1p(x: bigint, bits: number): bigint {
  const ratio = (x << BigInt(bits)) / ((2n << BigInt(bits)) + x);
  return 2n * areaTangent(ratio, bits);
}

const ARCTANGENT_STEPS = 16;
/** arctan(k / 16), each from the one before by arctan(1 / (16 + k(k+1)/16)); 400 bits. */
const TABLE_BITS = 400;
const ARCTANGENTS = arctangentTable();

function arctangentTable(): readonly bigint[] {
  const table = [0n];
  const steps = BigInt(ARCTANGENT_STEPS);
  for (let k = 0n; k < steps; k++) {
    const difference = (steps << BigInt(TABLE_BITS)) / (steps * steps + k * (k + 1n));
    table.push(table[Number(k)] + smallArctangent(difference, TABLE_BITS));
  }
  return table;
}

/** arctan(x) for 0 <= x <= 1; at most TABLE_BITS bits of fraction. */
export function arctangent(x: bigint, bits: number): bigint {
  const steps = BigInt(ARCTANGENT_STEPS);
  const nearest = (2n * steps * x + (1n << BigInt(bits))) >> BigInt(bits + 1);
  // tan(a - b) = (tan a - tan b) / (1 + tan a tan b), with tan b = nearest / steps
  const numerator = steps * x - (nearest << BigInt(bits));
  const denominator = (steps << BigInt(bits)) + nearest * x;
  const rest = (numerator << BigInt(bits)) / denominator;
  const whole = ARCTANGENTS[Number(nearest)] >> BigInt(TABLE_BITS - bits);
  return whole + smallArctangent(rest, bits);
}
