// Where things stand on the disk (the second extended file system, revision 1, 4 KB blocks). Each group begins with its
// metadata; behind them all blocks of data follow each other through the groups, so that the place of the n-th is
// arithmetic and no table of blocks is kept.

export const BLOCK_BYTES = 4096;
export const SECTORS_PER_BLOCK = BLOCK_BYTES / 512;
export const INODE_BYTES = 128;
export const INODES_PER_BLOCK = BLOCK_BYTES / INODE_BYTES;
export const BLOCKS_PER_GROUP = BLOCK_BYTES * 8;
const DESCRIPTORS_PER_BLOCK = BLOCK_BYTES / 32;
/** A group that is hardly longer than its metadata confuses some tools. */
const SMALLEST_GROUP_DATA = 64;

export type Place =
  | { readonly kind: 'superblock'; readonly group: number }
  | { readonly kind: 'descriptors'; readonly index: number }
  | { readonly kind: 'blockBitmap' | 'inodeBitmap'; readonly group: number }
  | { readonly kind: 'inodes'; readonly group: number; readonly index: number }
  | { readonly kind: 'data'; readonly ordinal: number };

/** Groups that hold a copy of the superblock (sparse_super): 0, 1 and the powers of 3, 5 and 7. */
export function hasSuperblock(group: number): boolean {
  if (group <= 1) {
    return true;
  }
  return [3, 5, 7].some((base) => {
    let power: number = base;
    while (power < group) {
      power *= base;
    }
    return power === group;
  });
}

export class Geometry {
  readonly groups: number;
  readonly descriptorBlocks: number;
  readonly inodesPerGroup: number;
  readonly inodeBlocks: number;
  readonly blocks: number;
  readonly dataBlocks: number;
  /** By group: the ordinal of its first data block. */
  private readonly firstOrdinal: number[] = [];

  constructor(inodes: number, dataBlocks: number) {
    let groups = 1;
    while (capacity(inodes, groups) < dataBlocks) {
      groups++;
    }
    this.dataBlocks = dataBlocks;
    this.groups = groups;
    this.descriptorBlocks = descriptorBlocks(groups);
    this.inodeBlocks = inodeBlocks(inodes, groups);
    this.inodesPerGroup = this.inodeBlocks * INODES_PER_BLOCK;
    let ordinal = 0;
    for (let group = 0; group < groups; group++) {
      this.firstOrdinal.push(ordinal);
      ordinal += BLOCKS_PER_GROUP - this.overhead(group);
    }
    const last = groups - 1;
    const inLast = Math.max(dataBlocks - this.firstOrdinal[last], SMALLEST_GROUP_DATA);
    this.blocks = last * BLOCKS_PER_GROUP + this.overhead(last) + inLast;
  }

  /** Blocks of metadata at the start of a group. */
  overhead(group: number): number {
    return overhead(group, this.descriptorBlocks, this.inodeBlocks);
  }

  /** Blocks of a group, the last one being shorter. */
  size(group: number): number {
    return Math.min(BLOCKS_PER_GROUP, this.blocks - group * BLOCKS_PER_GROUP);
  }

  /** Data blocks of a group that are in use: the first ones. */
  used(group: number): number {
    const room = this.size(group) - this.overhead(group);
    return Math.max(0, Math.min(room, this.dataBlocks - this.firstOrdinal[group]));
  }

  /** The first block behind the superblock and descriptors: the block bitmap; then the inode bitmap and the inodes. */
  bitmap(group: number): number {
    return group * BLOCKS_PER_GROUP + (hasSuperblock(group) ? 1 + this.descriptorBlocks : 0);
  }

  /** The block number of the n-th data block. */
  blockOf(ordinal: number): number {
    let low = 0;
    let high = this.groups - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.firstOrdinal[middle] <= ordinal) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low * BLOCKS_PER_GROUP + this.overhead(low) + ordinal - this.firstOrdinal[low];
  }

  /** What a block is for. */
  place(block: number): Place {
    const group = Math.floor(block / BLOCKS_PER_GROUP);
    const inGroup = block % BLOCKS_PER_GROUP;
    const afterCopy = block - this.bitmap(group);
    if (afterCopy < 0) {
      return inGroup === 0
        ? { kind: 'superblock', group }
        : { kind: 'descriptors', index: inGroup - 1 };
    }
    if (afterCopy < 2) {
      return { kind: afterCopy === 0 ? 'blockBitmap' : 'inodeBitmap', group };
    }
    return afterCopy < 2 + this.inodeBlocks
      ? { kind: 'inodes', group, index: afterCopy - 2 }
      : { kind: 'data', ordinal: this.firstOrdinal[group] + inGroup - this.overhead(group) };
  }
}

function descriptorBlocks(groups: number): number {
  return Math.ceil(groups / DESCRIPTORS_PER_BLOCK);
}

function inodeBlocks(inodes: number, groups: number): number {
  return Math.ceil(inodes / groups / INODES_PER_BLOCK);
}

function overhead(group: number, descriptors: number, inodes: number): number {
  return (hasSuperblock(group) ? 1 + descriptors : 0) + 2 + inodes;
}

/** Data blocks that so many groups can hold; none if a group's bitmap is too short for its inodes. */
function capacity(inodes: number, groups: number): number {
  const perGroup = inodeBlocks(inodes, groups);
  if (perGroup * INODES_PER_BLOCK > BLOCKS_PER_GROUP) {
    return -1;
  }
  let sum = 0;
  for (let group = 0; group < groups; group++) {
    sum += BLOCKS_PER_GROUP - overhead(group, descriptorBlocks(groups), perGroup);
  }
  return sum;
}
