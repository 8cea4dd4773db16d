// The files below a directory of the host as they will stand on the disk: numbered, in the order of their names' bytes,
// so that the same tree gives the same disk. Only metadata is read here.
import type { HostEntry, HostTree } from './hostTree.ts';

export const ROOT_INODE = 2;
export const FIRST_INODE = 11;
/** Beyond this many files the directory is refused: a mistake rather than a root file system. */
const FILE_LIMIT = 1_000_000;
const DEPTH_LIMIT = 500;

export interface Name {
  readonly name: Uint8Array;
  readonly node: TreeNode;
}

export interface TreeNode {
  readonly number: number;
  readonly kind: 'file' | 'directory' | 'link';
  readonly entry: HostEntry;
  /** From the top of the tree, "" for the top itself. */
  readonly path: Uint8Array;
  /** How many names it has on the disk; of a directory, "." and its children's ".." too. */
  links: number;
  /** Of a directory; the parent of the top is the top. */
  readonly names: readonly Name[];
  readonly parent: TreeNode | undefined;
  /** Of a link. */
  readonly target: Uint8Array;
}

const NOTHING: Uint8Array = new Uint8Array();

/** Shows a path of bytes in a message. */
export function pathText(path: Uint8Array): string {
  return new TextDecoder().decode(path);
}

function join(path: Uint8Array, name: Uint8Array): Uint8Array {
  if (path.length === 0) {
    return name;
  }
  const joined = new Uint8Array(path.length + 1 + name.length);
  joined.set(path);
  joined[path.length] = 0x2f;
  joined.set(name, path.length + 1);
  return joined;
}

function compare(left: Uint8Array, right: Uint8Array): number {
  const common = Math.min(left.length, right.length);
  for (let index = 0; index < common; index++) {
    if (left[index] !== right[index]) {
      return left[index] - right[index];
    }
  }
  return left.length - right.length;
}

/** All nodes, by number: the top first, then from FIRST_INODE on. Throws an Error with one sentence. */
export function readTree(host: HostTree, warn: (message: string) => void): TreeNode[] {
  return new TreeReader(host, warn).read();
}

class TreeReader {
  private readonly host: HostTree;
  private readonly warn: (message: string) => void;
  private readonly nodes: TreeNode[] = [];
  private readonly byIdentity = new Map<string, TreeNode>();

  constructor(host: HostTree, warn: (message: string) => void) {
    this.host = host;
    this.warn = warn;
  }

  read(): TreeNode[] {
    const { top } = this.host;
    this.fill(this.add({ kind: 'directory', entry: top, path: NOTHING, parent: undefined }), 0);
    return this.nodes;
  }

  private add(
    facts: Pick<TreeNode, 'kind' | 'entry' | 'path' | 'parent'>,
    target: Uint8Array = NOTHING,
  ): TreeNode {
    const { nodes } = this;
    if (nodes.length > FILE_LIMIT) {
      throw new Error(`There are more than ${FILE_LIMIT} files below this directory.`);
    }
    const number = nodes.length === 0 ? ROOT_INODE : FIRST_INODE + nodes.length - 1;
    const links = facts.kind === 'directory' ? 2 : 1;
    const node: TreeNode = { ...facts, number, links, names: [], target };
    nodes.push(node);
    return node;
  }

  /** The file of an entry: a new one, or one that has had another name; undefined: it is left out. */
  private nodeOf(directory: TreeNode, entry: HostEntry, path: Uint8Array): TreeNode | undefined {
    const { kind, identity } = entry;
    if (kind === 'other') {
      this.warn(
        `/${pathText(path)} is a device, a socket or a FIFO and is left out of the guest's root.`,
      );
      return undefined;
    }
    const known = identity === undefined ? undefined : this.byIdentity.get(identity);
    if (known !== undefined) {
      known.links++;
      return known;
    }
    const target = kind === 'link' ? this.host.readLink(path) : NOTHING;
    if (target === undefined) {
      this.warn(`/${pathText(path)} is a link that is gone already and is left out.`);
      return undefined;
    }
    const node = this.add({ kind, entry, path, parent: directory }, target);
    if (identity !== undefined) {
      this.byIdentity.set(identity, node);
    }
    return node;
  }

  private fill(directory: TreeNode, depth: number): void {
    const entries = depth > DEPTH_LIMIT ? undefined : this.host.list(directory.path);
    if (entries === undefined) {
      const reason = depth > DEPTH_LIMIT ? 'is too deep' : 'cannot be read';
      this.warn(`/${pathText(directory.path)} ${reason}; in the guest it is empty.`);
    }
    const sorted = [...(entries ?? [])].sort((left, right) => compare(left.name, right.name));
    for (const entry of sorted) {
      const node = this.nodeOf(directory, entry, join(directory.path, entry.name));
      if (node === undefined) {
        continue;
      }
      (directory.names as Name[]).push({ name: entry.name, node });
      if (node.kind === 'directory') {
        directory.links++;
        this.fill(node, depth + 1);
      }
    }
  }
}
