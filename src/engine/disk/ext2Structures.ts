// The records of the second extended file system, revision 1, as bytes: superblock, group descriptor, inode, directory
// block. All numbers are little-endian.
import { BLOCKS_PER_GROUP, BLOCK_BYTES, type Geometry, INODE_BYTES } from './ext2Geometry.ts';
import { FIRST_INODE, type Name, type TreeNode } from './tree.ts';

const MAGIC = 0xef53;
const FEATURE_FILETYPE = 0x0002; // incompatible: directory entries say the kind
const FEATURE_SPARSE_SUPER = 0x0001; // read-only compatible
const FEATURE_LARGE_FILE = 0x0002; // read-only compatible: 64-bit sizes
const UUID = 'l4scope-rootdisk'; // 16 characters: the same tree gives the same disk
const LABEL = 'l4scope-root';
const TYPE_BITS = { file: 0o100000, directory: 0o040000, link: 0o120000 } as const;
const ENTRY_TYPE = { file: 1, directory: 2, link: 7 } as const;
const LAST_TIME = 0x7fffffff;

export function superblock(geometry: Geometry, files: number, group: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(1024));
  const set = (at: number, value: number) => {
    view.setUint32(at, value, true);
  };
  const setShort = (at: number, value: number) => {
    view.setUint16(at, value, true);
  };
  set(0, geometry.inodesPerGroup * geometry.groups);
  set(4, geometry.blocks);
  set(12, freeBlocks(geometry));
  set(16, geometry.inodesPerGroup * geometry.groups - usedInodes(files));
  set(20, 0); // first data block
  set(24, 2); // log2 of the block size, less 10
  set(28, 2);
  set(32, BLOCKS_PER_GROUP);
  set(36, BLOCKS_PER_GROUP);
  set(40, geometry.inodesPerGroup);
  setShort(54, 0xffff); // mounts until a check: never
  setShort(56, MAGIC);
  setShort(58, 1); // clean
  setShort(60, 1); // on errors: continue
  set(76, 1); // revision
  set(84, FIRST_INODE);
  setShort(88, INODE_BYTES);
  setShort(90, group);
  set(96, FEATURE_FILETYPE);
  set(100, FEATURE_SPARSE_SUPER | FEATURE_LARGE_FILE);
  new Uint8Array(view.buffer).set(new TextEncoder().encode(UUID), 104);
  new Uint8Array(view.buffer).set(new TextEncoder().encode(LABEL), 120);
  return new Uint8Array(view.buffer);
}

/** Inodes of the tree, and the reserved ones. */
function usedInodes(files: number): number {
  return FIRST_INODE - 1 + files - 1;
}

function freeBlocks(geometry: Geometry): number {
  let sum = 0;
  for (let group = 0; group < geometry.groups; group++) {
    sum += freeInGroup(geometry, group);
  }
  return sum;
}

function freeInGroup(geometry: Geometry, group: number): number {
  return geometry.size(group) - geometry.overhead(group) - geometry.used(group);
}

function usedInodesInGroup(geometry: Geometry, files: number, group: number): number {
  const before = group * geometry.inodesPerGroup;
  return Math.max(0, Math.min(geometry.inodesPerGroup, usedInodes(files) - before));
}

/** `directories`: how many of each group's inodes are directories. */
export function groupDescriptors(
  geometry: Geometry,
  files: number,
  directories: readonly number[],
): Uint8Array {
  const view = new DataView(new ArrayBuffer(geometry.descriptorBlocks * BLOCK_BYTES));
  for (let group = 0; group < geometry.groups; group++) {
    const at = group * 32;
    const bitmap = geometry.bitmap(group);
    view.setUint32(at, bitmap, true);
    view.setUint32(at + 4, bitmap + 1, true);
    view.setUint32(at + 8, bitmap + 2, true);
    view.setUint16(at + 12, freeInGroup(geometry, group), true);
    const freeInodes = geometry.inodesPerGroup - usedInodesInGroup(geometry, files, group);
    view.setUint16(at + 14, freeInodes, true);
    view.setUint16(at + 16, directories[group], true);
  }
  return new Uint8Array(view.buffer);
}

/** One bit for each: the first `used` are set, and so are those that do not exist, from `size` on. */
function bitmap(used: number, size: number): Uint8Array {
  const bytes = new Uint8Array(BLOCK_BYTES);
  const setRange = (from: number, to: number) => {
    for (let bit = from; bit < to;) {
      if ((bit & 7) === 0 && bit + 8 <= to) {
        bytes[bit >> 3] = 0xff;
        bit += 8;
      } else {
        bytes[bit >> 3] |= 1 << (bit & 7);
        bit += 1;
      }
    }
  };
  setRange(0, used);
  setRange(size, BLOCK_BYTES * 8);
  return bytes;
}

export function blockBitmap(geometry: Geometry, group: number): Uint8Array {
  return bitmap(geometry.overhead(group) + geometry.used(group), geometry.size(group));
}

export function inodeBitmap(geometry: Geometry, files: number, group: number): Uint8Array {
  return bitmap(usedInodesInGroup(geometry, files, group), geometry.inodesPerGroup);
}

export interface InodeBody {
  readonly size: number;
  /** All blocks that belong to it, indirect ones too. */
  readonly blocks: number;
  /** The 15 block numbers, or the text of a short link in their place. */
  readonly content: readonly number[] | Uint8Array;
}

export function inode(node: TreeNode, body: InodeBody): Uint8Array {
  const view = new DataView(new ArrayBuffer(INODE_BYTES));
  const { entry } = node;
  const time = Math.max(0, Math.min(LAST_TIME, entry.modified));
  view.setUint16(0, TYPE_BITS[node.kind] | entry.mode, true);
  view.setUint16(2, entry.user & 0xffff, true);
  view.setUint32(4, body.size % 0x1_0000_0000, true);
  for (const at of [8, 12, 16]) {
    view.setUint32(at, time, true); // accessed, changed, modified: the host's access would make it another disk
  }
  view.setUint16(24, entry.group & 0xffff, true);
  view.setUint16(26, node.links, true);
  view.setUint32(28, body.blocks * (BLOCK_BYTES / 512), true);
  if (body.content instanceof Uint8Array) {
    new Uint8Array(view.buffer).set(body.content, 40);
  } else {
    body.content.forEach((block, index) => {
      view.setUint32(40 + index * 4, block, true);
    });
  }
  if (node.kind === 'file') {
    view.setUint32(108, Math.floor(body.size / 0x1_0000_0000), true);
  }
  view.setUint16(120, (entry.user >>> 16) & 0xffff, true);
  view.setUint16(122, (entry.group >>> 16) & 0xffff, true);
  return new Uint8Array(view.buffer);
}

export function entryBytes(name: Uint8Array): number {
  return (8 + name.length + 3) & ~3;
}

/** The names of one block; the last one's length reaches to the block's end. */
export function directoryBlock(names: readonly Name[]): Uint8Array {
  const bytes = new Uint8Array(BLOCK_BYTES);
  const view = new DataView(bytes.buffer);
  let at = 0;
  names.forEach(({ name, node }, index) => {
    const length = index === names.length - 1 ? BLOCK_BYTES - at : entryBytes(name);
    view.setUint32(at, node.number, true);
    view.setUint16(at + 4, length, true);
    bytes[at + 6] = name.length;
    bytes[at + 7] = ENTRY_TYPE[node.kind];
    bytes.set(name, at + 8);
    at += length;
  });
  return bytes;
}
