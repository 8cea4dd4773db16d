// A directory of the host as a disk with an ext2 file system that can only be read: the layout is made at the start
// from metadata alone, and a sector's bytes when the machine asks for them.
import type { DiskSource } from '../../emulator/recordedDisk.ts';
import { indirectBlock, indirectCount, inodeBlocks } from './ext2Blocks.ts';
import {
  BLOCK_BYTES,
  Geometry,
  INODES_PER_BLOCK,
  INODE_BYTES,
  SECTORS_PER_BLOCK,
} from './ext2Geometry.ts';
import * as ext2 from './ext2Structures.ts';
import { FileContents } from './fileContents.ts';
import type { HostTree } from './hostTree.ts';
import { FIRST_INODE, type Name, pathText, ROOT_INODE, type TreeNode, readTree } from './tree.ts';

/** What 28 bits of sector number reach, in blocks. */
const LARGEST_DISK = 0x0fff_ffff / SECTORS_PER_BLOCK;
const SHORT_LINK = 60; // bytes that fit into the inode
const DOT = new Uint8Array([0x2e]);
const DOT_DOT = new Uint8Array([0x2e, 0x2e]);

/** A node's place among the data blocks. */
interface Extent {
  readonly node: TreeNode;
  readonly first: number;
  readonly dataBlocks: number;
  readonly size: number;
  /** Of a directory: the names in each block. */
  readonly pages: readonly (readonly Name[])[];
}

export class Ext2Disk implements DiskSource {
  readonly sectors: number;
  private readonly nodes: readonly TreeNode[];
  private readonly extents: readonly Extent[];
  private readonly geometry: Geometry;
  private readonly descriptors: Uint8Array;
  private readonly contents: FileContents;
  private lastBlock = -1;
  private lastBytes: Uint8Array | undefined;

  /** `warn` hears, once each, of files that cannot be shown as they are. Throws an Error with one sentence. */
  constructor(host: HostTree, warn: (message: string) => void) {
    this.nodes = readTree(host, warn);
    this.contents = new FileContents(host, warn);
    this.extents = layOut(this.nodes);
    const last = this.extents[this.extents.length - 1];
    const dataBlocks = last.first + last.dataBlocks + indirectCount(last.dataBlocks);
    if (dataBlocks > LARGEST_DISK * 0.98) {
      throw new Error('The files below this directory do not fit a disk of 128 GB.');
    }
    this.geometry = new Geometry(FIRST_INODE - 1 + this.nodes.length, dataBlocks);
    this.sectors = this.geometry.blocks * SECTORS_PER_BLOCK;
    this.descriptors = ext2.groupDescriptors(this.geometry, this.nodes.length, this.directories());
  }

  /** The file of an inode number; undefined: it is none. */
  file(
    inode: number,
  ): { path: string; read: (length: number) => Uint8Array | undefined } | undefined {
    const node = inode === ROOT_INODE ? undefined : this.nodes[inode - FIRST_INODE + 1];
    return node?.kind === 'file'
      ? { path: pathText(node.path), read: (length) => this.contents.start(node, length) }
      : undefined;
  }

  private directories(): number[] {
    const counts = new Array<number>(this.geometry.groups).fill(0);
    for (const { kind, number } of this.nodes) {
      if (kind === 'directory') {
        counts[Math.floor((number - 1) / this.geometry.inodesPerGroup)]++;
      }
    }
    return counts;
  }

  /** 512 bytes; undefined: the file that should hold them may not be read. */
  read(sector: number): Uint8Array | undefined {
    const block = Math.floor(sector / SECTORS_PER_BLOCK);
    if (block !== this.lastBlock) {
      this.lastBytes = this.block(block);
      this.lastBlock = block;
    }
    const at = (sector % SECTORS_PER_BLOCK) * 512;
    return this.lastBytes?.subarray(at, at + 512);
  }

  private block(block: number): Uint8Array | undefined {
    const { geometry, nodes } = this;
    const place = geometry.place(block);
    switch (place.kind) {
      case 'superblock':
        return this.superblock(place.group);
      case 'descriptors': {
        const at = place.index * BLOCK_BYTES;
        return this.descriptors.subarray(at, at + BLOCK_BYTES);
      }
      case 'blockBitmap':
        return ext2.blockBitmap(geometry, place.group);
      case 'inodeBitmap':
        return ext2.inodeBitmap(geometry, nodes.length, place.group);
      case 'inodes':
        return this.inodes(
          place.group * geometry.inodesPerGroup + place.index * INODES_PER_BLOCK + 1,
        );
      case 'data':
        return this.data(place.ordinal);
    }
  }

  /** The first one stands behind 1 KB for a boot loader. */
  private superblock(group: number): Uint8Array {
    const bytes = new Uint8Array(BLOCK_BYTES);
    bytes.set(ext2.superblock(this.geometry, this.nodes.length, group), group === 0 ? 1024 : 0);
    return bytes;
  }

  private inodes(first: number): Uint8Array {
    const bytes = new Uint8Array(BLOCK_BYTES);
    for (let index = 0; index < INODES_PER_BLOCK; index++) {
      const number = first + index;
      const position = number === ROOT_INODE ? 0 : number - FIRST_INODE + 1;
      if (number === ROOT_INODE || (number >= FIRST_INODE && position < this.extents.length)) {
        bytes.set(this.inode(this.extents[position]), index * INODE_BYTES);
      }
    }
    return bytes;
  }

  private inode(extent: Extent): Uint8Array {
    const { node, dataBlocks, size } = extent;
    const isShortLink = node.kind === 'link' && dataBlocks === 0;
    return ext2.inode(node, {
      size,
      blocks: dataBlocks + indirectCount(dataBlocks),
      content: isShortLink
        ? node.target
        : inodeBlocks(dataBlocks, (index) => this.geometry.blockOf(extent.first + index)),
    });
  }

  private data(ordinal: number): Uint8Array | undefined {
    const extent = this.extentAt(ordinal);
    if (extent === undefined) {
      return new Uint8Array(BLOCK_BYTES);
    }
    const index = ordinal - extent.first;
    if (index >= extent.dataBlocks) {
      return indirectBlock(extent.dataBlocks, index - extent.dataBlocks, (n) =>
        this.geometry.blockOf(extent.first + n),
      );
    }
    switch (extent.node.kind) {
      case 'directory':
        return ext2.directoryBlock(extent.pages[index]);
      case 'link': {
        const bytes = new Uint8Array(BLOCK_BYTES);
        bytes.set(extent.node.target);
        return bytes;
      }
      case 'file':
        return this.contents.block(extent.node, index);
    }
  }

  /** The last extent that begins at or before this data block and reaches it. */
  private extentAt(ordinal: number): Extent | undefined {
    let low = 0;
    let high = this.extents.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.extents[middle].first <= ordinal) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    const extent = this.extents[low];
    const end = extent.first + extent.dataBlocks + indirectCount(extent.dataBlocks);
    return ordinal < end ? extent : undefined;
  }
}

/** Gives every node its data blocks, in the order of the nodes. */
function layOut(nodes: readonly TreeNode[]): Extent[] {
  let first = 0;
  return nodes.map((node) => {
    const pages = node.kind === 'directory' ? directoryPages(node) : [];
    const size = sizeOf(node, pages.length);
    const isShortLink = node.kind === 'link' && size < SHORT_LINK;
    const dataBlocks = isShortLink ? 0 : Math.ceil(size / BLOCK_BYTES);
    const extent = { node, first, dataBlocks, size, pages };
    first += dataBlocks + indirectCount(dataBlocks);
    return extent;
  });
}

function sizeOf(node: TreeNode, pages: number): number {
  switch (node.kind) {
    case 'directory':
      return pages * BLOCK_BYTES;
    case 'link':
      return node.target.length;
    case 'file':
      return node.entry.size;
  }
}

function directoryPages(node: TreeNode): Name[][] {
  const all = [{ name: DOT, node }, { name: DOT_DOT, node: node.parent ?? node }, ...node.names];
  const pages: Name[][] = [[]];
  let used = 0;
  for (const name of all) {
    const bytes = ext2.entryBytes(name.name);
    if (used + bytes > BLOCK_BYTES) {
      pages.push([]);
      used = 0;
    }
    pages[pages.length - 1].push(name);
    used += bytes;
  }
  return pages;
}
