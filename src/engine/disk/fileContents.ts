// The bytes of the host's files, a block at a time, read when the guest wants them. A file that has changed since the
// disk was laid out keeps its size: what is missing reads as zeroes, with a warning.
import { BLOCK_BYTES } from './ext2Geometry.ts';
import type { HostTree } from './hostTree.ts';
import { type TreeNode, pathText } from './tree.ts';

/** Read of a file at once, so that a guest's reading on costs few calls of the host's. */
const CHUNK_BLOCKS = 16;

export class FileContents {
  private readonly host: HostTree;
  private readonly warn: (message: string) => void;
  private readonly warned = new Set<TreeNode>();
  private chunkNode: TreeNode | undefined;
  private chunkFirst = 0;
  private chunk: Uint8Array | undefined;

  constructor(host: HostTree, warn: (message: string) => void) {
    this.host = host;
    this.warn = warn;
  }

  /** 4 KB; undefined: the file may not be read. */
  block(node: TreeNode, index: number): Uint8Array | undefined {
    const first = index - (index % CHUNK_BLOCKS);
    if (this.chunkNode !== node || this.chunkFirst !== first) {
      this.chunk = this.read(node, first * BLOCK_BYTES);
      this.chunkNode = node;
      this.chunkFirst = first;
    }
    const at = (index - first) * BLOCK_BYTES;
    return this.chunk?.subarray(at, at + BLOCK_BYTES);
  }

  /** The first bytes of a file, at once; undefined: it may not be read, or is no longer as it was. */
  start(node: TreeNode, length: number): Uint8Array | undefined {
    const bytes = this.host.read(node.path, 0, length);
    return typeof bytes === 'string' || bytes.length < length ? undefined : bytes;
  }

  private read(node: TreeNode, offset: number): Uint8Array | undefined {
    const chunk = new Uint8Array(CHUNK_BLOCKS * BLOCK_BYTES);
    const length = Math.min(chunk.length, node.entry.size - offset);
    const bytes = this.host.read(node.path, offset, length);
    if (bytes === 'unreadable') {
      this.say(node, 'cannot be read; the guest gets an input error');
      return undefined;
    }
    if (bytes === 'gone') {
      this.say(node, 'is gone since the start; the guest reads zeroes');
      return chunk;
    }
    if (bytes.length < length) {
      this.say(node, 'is shorter than at the start; the guest reads zeroes behind its end');
    }
    chunk.set(bytes);
    return chunk;
  }

  private say(node: TreeNode, what: string): void {
    if (!this.warned.has(node)) {
      this.warned.add(node);
      this.warn(`/${pathText(node.path)} ${what}.`);
    }
  }
}
