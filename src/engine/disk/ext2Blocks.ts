// Which blocks a file has on the disk: its data first, then the blocks of block numbers (indirect, doubly and triply
// indirect), all of them one after the other. What an indirect block holds is computed when it is read.
import { BLOCK_BYTES } from './ext2Geometry.ts';

const DIRECT = 12;
const PER_BLOCK = BLOCK_BYTES / 4;
const DOUBLE = PER_BLOCK * PER_BLOCK;

function above(count: number, limit: number): number {
  return Math.max(0, count - limit);
}

/** Level-1 blocks below the doubly indirect one. */
function doubleLeaves(count: number): number {
  return Math.ceil(Math.min(above(count, DIRECT + PER_BLOCK), DOUBLE) / PER_BLOCK);
}

/** The number of the triply indirect block among the indirect ones. */
function tripleAt(): number {
  return 2 + PER_BLOCK;
}

function tripleRest(count: number): number {
  return above(count, DIRECT + PER_BLOCK + DOUBLE);
}

/** How many indirect blocks a file of that many data blocks has. */
export function indirectCount(count: number): number {
  if (count <= DIRECT) {
    return 0;
  }
  const leaves = doubleLeaves(count);
  const rest = tripleRest(count);
  const triple = rest === 0 ? 0 : 1 + Math.ceil(rest / DOUBLE) + Math.ceil(rest / PER_BLOCK);
  return 1 + (leaves === 0 ? 0 : 1 + leaves) + triple;
}

/** The 15 numbers of the inode. `blockOf` gives the place of the file's n-th block, indirect ones behind data. */
export function inodeBlocks(count: number, blockOf: (index: number) => number): number[] {
  const direct = Array.from({ length: DIRECT }, (_, n) => (n < count ? blockOf(n) : 0));
  return [
    ...direct,
    count > DIRECT ? blockOf(count) : 0,
    doubleLeaves(count) > 0 ? blockOf(count + 1) : 0,
    tripleRest(count) > 0 ? blockOf(count + tripleAt()) : 0,
  ];
}

/** First index, and one behind the last, of what the indirect block `n` of the file names, in the file's blocks. */
function named(count: number, n: number): readonly [number, number] {
  const data = (first: number): readonly [number, number] => [
    first,
    Math.min(count, first + PER_BLOCK),
  ];
  if (n === 0) {
    return data(DIRECT);
  }
  if (n === 1) {
    return [count + 2, count + 2 + doubleLeaves(count)];
  }
  if (n < tripleAt()) {
    return data(DIRECT + PER_BLOCK + (n - 2) * PER_BLOCK);
  }
  const rest = tripleRest(count);
  const middles = Math.ceil(rest / DOUBLE);
  const leaves = Math.ceil(rest / PER_BLOCK);
  const firstMiddle = tripleAt() + 1;
  const firstLeaf = firstMiddle + middles;
  if (n === tripleAt()) {
    return [count + firstMiddle, count + firstLeaf];
  }
  if (n < firstLeaf) {
    const first = (n - firstMiddle) * PER_BLOCK;
    return [count + firstLeaf + first, count + firstLeaf + Math.min(leaves, first + PER_BLOCK)];
  }
  return data(DIRECT + PER_BLOCK + DOUBLE + (n - firstLeaf) * PER_BLOCK);
}

/** The content of a file's n-th indirect block. */
export function indirectBlock(
  count: number,
  n: number,
  blockOf: (index: number) => number,
): Uint8Array {
  const numbers = new Uint32Array(PER_BLOCK);
  const [first, end] = named(count, n);
  for (let index = first; index < end; index++) {
    numbers[index - first] = blockOf(index);
  }
  return littleEndian(numbers);
}

function littleEndian(numbers: Uint32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(numbers.length * 4));
  numbers.forEach((number, index) => {
    view.setUint32(index * 4, number, true);
  });
  return new Uint8Array(view.buffer);
}
