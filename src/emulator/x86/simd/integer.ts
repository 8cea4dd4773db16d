// Packed integer arithmetic of MMX and SSE2 (SDM vol. 1, 9.4 and 11.4.1): each operation on vectors of 8 or 16 bytes.
import type { Vector, VectorOperation } from './vector.ts';

type Lanes = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array;
type LaneName =
  'bytes' | 'signedBytes' | 'words' | 'signedWords' | 'doublewords' | 'signedDoublewords';

/** Lane by lane; the typed array cuts a result to its width. */
function lanes(name: LaneName, compute: (a: number, b: number) => number): VectorOperation {
  return (target, source, size) => {
    const a: Lanes = target[name];
    const b: Lanes = source[name];
    for (let lane = size / a.BYTES_PER_ELEMENT - 1; lane >= 0; lane--) {
      a[lane] = compute(a[lane], b[lane]);
    }
  };
}

function quadwords(compute: (a: bigint, b: bigint) => bigint): VectorOperation {
  return (target, source, size) => {
    for (let lane = 0; lane < size / 8; lane++) {
      target.quadwords[lane] = compute(target.quadwords[lane], source.quadwords[lane]);
    }
  };
}

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

const add = (a: number, b: number): number => a + b;
const subtract = (a: number, b: number): number => a - b;
const average = (a: number, b: number): number => (a + b + 1) >> 1;
const saturated =
  (compute: (a: number, b: number) => number, low: number, high: number) =>
  (a: number, b: number): number =>
    clamp(compute(a, b), low, high);
const equal = (a: number, b: number): number => (a === b ? -1 : 0);
const greater = (a: number, b: number): number => (a > b ? -1 : 0);

/** The low halves, or the high ones, of target and source in turn; `width` bytes a lane. */
function unpack(width: number, high: boolean): VectorOperation {
  return (target, source, size) => {
    const first = target.bytes.slice(high ? size / 2 : 0, high ? size : size / 2);
    const second = source.bytes.slice(high ? size / 2 : 0, high ? size : size / 2);
    for (let at = 0; at < size / 2; at += width) {
      target.bytes.set(first.subarray(at, at + width), 2 * at);
      target.bytes.set(second.subarray(at, at + width), 2 * at + width);
    }
  };
}

/** Lanes of target, then those of source, saturated to half their width. */
function pack(
  from: 'signedWords' | 'signedDoublewords',
  to: 'bytes' | 'signedBytes' | 'signedWords',
  low: number,
  high: number,
): VectorOperation {
  return (target, source, size) => {
    const count = size / target[from].BYTES_PER_ELEMENT;
    const wide = [...target[from].slice(0, count), ...source[from].slice(0, count)];
    wide.forEach((value, lane) => {
      target[to][lane] = clamp(value, low, high);
    });
  };
}

/** The whole low quadword of the source counts; `above`: what a greater one does. */
function shift(
  name: 'words' | 'signedWords' | 'doublewords' | 'signedDoublewords',
  compute: (value: number, count: number) => number,
  above: (value: number) => number,
): VectorOperation {
  return (target, source, size) => {
    const array: Lanes = target[name];
    const width = array.BYTES_PER_ELEMENT * 8;
    const count = source.quadwords[0] < BigInt(width) ? Number(source.quadwords[0]) : -1;
    for (let lane = size / array.BYTES_PER_ELEMENT - 1; lane >= 0; lane--) {
      array[lane] = count < 0 ? above(array[lane]) : compute(array[lane], count);
    }
  };
}

function shiftQuadwords(compute: (value: bigint, count: bigint) => bigint): VectorOperation {
  return (target, source, size) => {
    const count = source.quadwords[0];
    for (let lane = 0; lane < size / 8; lane++) {
      target.quadwords[lane] = count > 63n ? 0n : compute(target.quadwords[lane], count);
    }
  };
}

const zero = (): number => 0;
const sign = (value: number): number => (value < 0 ? -1 : 0);

/** PSLLDQ (`up`) and PSRLDQ: the whole register by bytes. */
function shiftBytes(up: boolean): VectorOperation {
  return (target, source) => {
    const count = source.quadwords[0] > 15n ? 16 : Number(source.quadwords[0]);
    const old = target.bytes.slice();
    target.bytes.fill(0);
    target.bytes.set(up ? old.subarray(0, 16 - count) : old.subarray(count), up ? count : 0);
  };
}

/** PMADDWD: pairs of products, added; the one sum that does not fit wraps. */
function multiplyAdd(target: Vector, source: Vector, size: number): void {
  const [a, b] = [target.signedWords.slice(), source.signedWords];
  for (let lane = 0; lane < size / 4; lane++) {
    const even = a[2 * lane] * b[2 * lane];
    target.signedDoublewords[lane] = even + a[2 * lane + 1] * b[2 * lane + 1];
  }
}

/** PSADBW: the sum of the absolute differences of each eight bytes. */
function sumOfDifferences(target: Vector, source: Vector, size: number): void {
  for (let half = 0; half < size; half += 8) {
    let sum = 0;
    for (let at = half; at < half + 8; at++) {
      sum += Math.abs(target.bytes[at] - source.bytes[at]);
    }
    target.quadwords[half / 8] = BigInt(sum);
  }
}

const LOW_32 = 0xffff_ffffn;

export const INTEGER_OPERATIONS = {
  addBytes: lanes('bytes', add),
  addWords: lanes('words', add),
  addDoublewords: lanes('signedDoublewords', add),
  addQuadwords: quadwords((a, b) => a + b),
  subtractBytes: lanes('bytes', subtract),
  subtractWords: lanes('words', subtract),
  subtractDoublewords: lanes('signedDoublewords', subtract),
  subtractQuadwords: quadwords((a, b) => a - b),
  addSignedBytes: lanes('signedBytes', saturated(add, -0x80, 0x7f)),
  addSignedWords: lanes('signedWords', saturated(add, -0x8000, 0x7fff)),
  addUnsignedBytes: lanes('bytes', saturated(add, 0, 0xff)),
  addUnsignedWords: lanes('words', saturated(add, 0, 0xffff)),
  subtractSignedBytes: lanes('signedBytes', saturated(subtract, -0x80, 0x7f)),
  subtractSignedWords: lanes('signedWords', saturated(subtract, -0x8000, 0x7fff)),
  subtractUnsignedBytes: lanes('bytes', saturated(subtract, 0, 0xff)),
  subtractUnsignedWords: lanes('words', saturated(subtract, 0, 0xffff)),
  equalBytes: lanes('bytes', equal),
  equalWords: lanes('words', equal),
  equalDoublewords: lanes('doublewords', equal),
  greaterBytes: lanes('signedBytes', greater),
  greaterWords: lanes('signedWords', greater),
  greaterDoublewords: lanes('signedDoublewords', greater),
  minimumBytes: lanes('bytes', (a, b) => (a < b ? a : b)),
  maximumBytes: lanes('bytes', (a, b) => (a > b ? a : b)),
  minimumWords: lanes('signedWords', (a, b) => (a < b ? a : b)),
  maximumWords: lanes('signedWords', (a, b) => (a > b ? a : b)),
  averageBytes: lanes('bytes', average),
  averageWords: lanes('words', average),
  multiplyLow: lanes('words', (a, b) => Math.imul(a, b)),
  multiplyHigh: lanes('signedWords', (a, b) => (a * b) >> 16),
  multiplyHighUnsigned: lanes('words', (a, b) => Math.imul(a, b) >>> 16),
  multiplyDoublewords: quadwords((a, b) => (a & LOW_32) * (b & LOW_32)),
  multiplyAdd,
  sumOfDifferences,
  vectorAnd: lanes('doublewords', (a, b) => a & b),
  vectorAndNot: lanes('doublewords', (a, b) => ~a & b),
  vectorOr: lanes('doublewords', (a, b) => a | b),
  vectorXor: lanes('doublewords', (a, b) => a ^ b),
  packSignedWords: pack('signedWords', 'signedBytes', -0x80, 0x7f),
  packUnsignedWords: pack('signedWords', 'bytes', 0, 0xff),
  packSignedDoublewords: pack('signedDoublewords', 'signedWords', -0x8000, 0x7fff),
  unpackLowBytes: unpack(1, false),
  unpackLowWords: unpack(2, false),
  unpackLowDoublewords: unpack(4, false),
  unpackLowQuadwords: unpack(8, false),
  unpackHighBytes: unpack(1, true),
  unpackHighWords: unpack(2, true),
  unpackHighDoublewords: unpack(4, true),
  unpackHighQuadwords: unpack(8, true),
  shiftLeftWords: shift('words', (value, count) => value << count, zero),
  shiftLeftDoublewords: shift('doublewords', (value, count) => value << count, zero),
  shiftLeftQuadwords: shiftQuadwords((value, count) => value << count),
  shiftRightWords: shift('words', (value, count) => value >>> count, zero),
  shiftRightDoublewords: shift('doublewords', (value, count) => value >>> count, zero),
  shiftRightQuadwords: shiftQuadwords((value, count) => value >> count),
  shiftArithmeticWords: shift('signedWords', (value, count) => value >> count, sign),
  shiftArithmeticDoublewords: shift('signedDoublewords', (value, count) => value >> count, sign),
  shiftLeftBytes: shiftBytes(true),
  shiftRightBytes: shiftBytes(false),
} satisfies Record<string, VectorOperation>;
