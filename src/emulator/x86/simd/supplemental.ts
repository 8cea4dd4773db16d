// The packed integer operations of SSSE3 (SDM vol. 1, 12.6), on vectors of 8 or 16 bytes.
import type { Vector, VectorOperation } from './vector.ts';

type SignedLanes = 'signedBytes' | 'signedWords' | 'signedDoublewords';

const saturate = (value: number): number => Math.min(Math.max(value, -0x8000), 0x7fff);

/** Neighbours of the target, then those of the source; the typed array cuts a result to its width. */
function horizontal(
  name: SignedLanes,
  compute: (even: number, odd: number) => number,
): VectorOperation {
  return (target, source, size) => {
    const count = size / target[name].BYTES_PER_ELEMENT;
    const all = [...target[name].slice(0, count), ...source[name].slice(0, count)];
    for (let lane = 0; lane < count; lane++) {
      target[name][lane] = compute(all[2 * lane], all[2 * lane + 1]);
    }
  };
}

/** The source decides on each lane of the target: kept, zero, or negated. */
function withSign(name: SignedLanes): VectorOperation {
  return lanes(name, (value, sign) => (sign < 0 ? -value : sign === 0 ? 0 : value));
}

function lanes(
  name: SignedLanes,
  compute: (target: number, source: number) => number,
): VectorOperation {
  return (target, source, size) => {
    const [a, b] = [target[name], source[name]];
    for (let lane = size / a.BYTES_PER_ELEMENT - 1; lane >= 0; lane--) {
      a[lane] = compute(a[lane], b[lane]);
    }
  };
}

/** PSHUFB: each byte of the source chooses one of the target, or zero by its top bit. */
function shuffleBytes(target: Vector, source: Vector, size: number): void {
  const old = target.bytes.slice();
  for (let lane = 0; lane < size; lane++) {
    const choice = source.bytes[lane];
    target.bytes[lane] = choice >= 0x80 ? 0 : old[choice & (size - 1)];
  }
}

/** PMADDUBSW: unsigned bytes of the target times signed ones of the source; sums of two, saturated. */
function multiplyAddUnsigned(target: Vector, source: Vector, size: number): void {
  const unsigned = target.bytes.slice();
  for (let lane = 0; lane < size / 2; lane++) {
    const even = unsigned[2 * lane] * source.signedBytes[2 * lane];
    const odd = unsigned[2 * lane + 1] * source.signedBytes[2 * lane + 1];
    target.signedWords[lane] = saturate(even + odd);
  }
}

const add = (a: number, b: number): number => a + b;
const subtract = (a: number, b: number): number => a - b;
const absolute = (_: number, value: number): number => Math.abs(value);

export const SUPPLEMENTAL_OPERATIONS = {
  shuffleBytes,
  horizontalAddWords: horizontal('signedWords', add),
  horizontalAddDoublewords: horizontal('signedDoublewords', add),
  horizontalAddSigned: horizontal('signedWords', (a, b) => saturate(a + b)),
  horizontalSubtractWords: horizontal('signedWords', subtract),
  horizontalSubtractDoublewords: horizontal('signedDoublewords', subtract),
  horizontalSubtractSigned: horizontal('signedWords', (a, b) => saturate(a - b)),
  multiplyAddUnsigned,
  multiplyHighRounded: lanes('signedWords', (a, b) => (((a * b) >> 14) + 1) >> 1),
  signBytes: withSign('signedBytes'),
  signWords: withSign('signedWords'),
  signDoublewords: withSign('signedDoublewords'),
  absoluteBytes: lanes('signedBytes', absolute),
  absoluteWords: lanes('signedWords', absolute),
  absoluteDoublewords: lanes('signedDoublewords', absolute),
} satisfies Record<string, VectorOperation>;
