// The kernel's mapping database as an observer sees it: for each frame the tree of its mappings, held against the page
// tables. Between two instructions of the kernel they may disagree; then the tree says that it is changing. A tree of
// 4 MB has mappings of 4 KB among its leaves, each of some frame of the 4 MB.
// *src/kernel observes what guest/kernel runs*: guest/kernel/mapping.c.
import type { Target } from '../emulator/target.ts';
import type { SymbolImage } from '../symbols/image.ts';
import type { ReadMemory } from '../symbols/values.ts';
import { mappingLayout, type MappingLayout } from './mappingLayout.ts';
import { narrowedTo, type MappingNode, type MappingTree } from './mappingTree.ts';
import { word } from './virtualMemory.ts';

const SMALL_PAGE = 4096;
const LARGE_PAGE = 0x400000;
/** Device memory has frames of 4 MB from here on. */
const DEVICES = 0x80000000;

/** What a walk stops at, so that a damaged tree ends. A page of all tasks has 2047 nodes, 4 MB of them as many a page. */
const NODES = 10_000;
const NODES_OF_LARGE = 200_000;
/** Mappings between the same tasks to and fro make a tree deep; the views draw it by recursion. */
const DEPTH = 1000;

interface Place {
  readonly at: number;
  /** Of the parent; 0 for the root. */
  readonly parent: number;
  /** What the parent maps; for the root, where its frame begins. */
  readonly within: { readonly physical: number; readonly size: number };
  readonly siblings: MappingNode[];
  readonly mayBeWritable: boolean;
  readonly depth: number;
}

/** A node as its memory has it. */
interface RawNode {
  readonly address: number;
  readonly size: number;
  readonly isWritable: boolean;
  readonly parent: number;
  readonly firstChild: number;
  readonly nextSibling: number;
  readonly owner: Owner;
}

interface Owner {
  readonly task: number;
  readonly pageDirectory: number;
}

interface Walk {
  readonly seen: Set<number>;
  readonly limit: number;
  isChanging: boolean;
}

/**
 * Trees for as long as the machine stands still: each is walked once, however many of its pages are asked for. Make
 * another after the machine has run.
 */
export class MappingDatabase {
  private readonly target: Target;
  private readonly read: ReadMemory;
  private readonly layout: MappingLayout;
  private readonly trees = new Map<number, MappingTree>();
  private readonly owners = new Map<number, Owner | undefined>();

  /** `read` reads the kernel's memory. */
  constructor(image: SymbolImage, target: Target, read: ReadMemory) {
    this.target = target;
    this.read = read;
    this.layout = layoutOf(image);
  }

  /** The mappings, from σ0's down, that show a physical address; with the size of 4 MB, all that show some of those. */
  tree(physical: number, size = SMALL_PAGE): MappingTree {
    const place = this.rootOf(physical);
    if (place === undefined) {
      return { root: undefined, isChanging: false };
    }
    const tree = this.trees.get(place.at) ?? this.walk(place.at, place.physical);
    this.trees.set(place.at, tree);
    return size === SMALL_PAGE && tree.root?.size === LARGE_PAGE
      ? { ...tree, root: narrowedTo(tree.root, physical) }
      : tree;
  }

  /** The root of the tree that an address belongs to, and where its frame begins; undefined: it has none. */
  private rootOf(address: number): { at: number; physical: number } | undefined {
    const own = (address & -SMALL_PAGE) >>> 0;
    const large = (address & -LARGE_PAGE) >>> 0;
    const { deviceFrames, frameSize } = this.layout;
    if (deviceFrames !== undefined && address >= DEVICES) {
      const at = this.rootIn(deviceFrames + ((large - DEVICES) / LARGE_PAGE) * frameSize);
      return at === 0 ? undefined : { at, physical: large };
    }
    const at = this.rootOfFrame(own / SMALL_PAGE);
    if (at !== 0) {
      return { at, physical: own };
    }
    const shared = own === large ? 0 : this.rootOfFrame(large / SMALL_PAGE);
    return shared !== 0 && this.sizeOf(shared) === LARGE_PAGE
      ? { at: shared, physical: large }
      : undefined;
  }

  /** 0: it has none, there is no such frame, or no table yet. */
  private rootOfFrame(frame: number): number {
    const { frameTable, frameCount, frameSize } = this.layout;
    const table = word(this.read(frameTable, 4)) ?? 0;
    const count = word(this.read(frameCount, 4)) ?? 0;
    return table === 0 || frame >= count ? 0 : this.rootIn(table + frame * frameSize);
  }

  private rootIn(frame: number): number {
    return word(this.read(frame + this.layout.root, 4)) ?? 0;
  }

  private walk(root: number, physical: number): MappingTree {
    const size = this.sizeOf(root);
    const limit = size === LARGE_PAGE ? NODES_OF_LARGE : NODES;
    const walk: Walk = { seen: new Set(), limit, isChanging: false };
    const roots: MappingNode[] = [];
    const within = { physical, size };
    const open: Place[] = [
      { at: root, parent: 0, within, siblings: roots, mayBeWritable: true, depth: 0 },
    ];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (walk.seen.has(place.at) || walk.seen.size >= limit || place.depth > DEPTH) {
        walk.isChanging = true;
      } else {
        walk.seen.add(place.at);
        open.push(...this.visit(place, walk));
      }
    }
    return { root: roots[0], isChanging: walk.isChanging || roots.length !== 1 };
  }

  /** Adds a node to its siblings; what to visit next, the last first. */
  private visit(
    { at, parent, within, siblings, mayBeWritable, depth }: Place,
    walk: Walk,
  ): Place[] {
    const node = this.nodeAt(at);
    if (node === undefined || node.size > within.size) {
      walk.isChanging = true;
      return [];
    }
    const { address, size, isWritable, owner } = node;
    const children: MappingNode[] = [];
    const shown = this.shownBy(node, within);
    const physical = shown ?? within.physical;
    siblings.push({ task: owner.task, address, size, physical, isWritable, children });
    walk.isChanging ||=
      shown === undefined || node.parent !== parent || (isWritable && !mayBeWritable);
    const next: Place[] = [];
    if (node.nextSibling !== 0) {
      next.push({ at: node.nextSibling, parent, within, siblings, mayBeWritable, depth });
    }
    if (node.firstChild !== 0) {
      const below = { parent: at, within: { physical, size }, siblings: children };
      next.push({ at: node.firstChild, ...below, mayBeWritable: isWritable, depth: depth + 1 });
    }
    return next;
  }

  private nodeAt(at: number): RawNode | undefined {
    const { layout } = this;
    const bytes = this.read(at, layout.nodeSize);
    const owner = bytes && this.ownerAt(word(bytes.subarray(layout.space)) ?? 0);
    const size = bytes && sizeIn(layout, bytes);
    if (bytes === undefined || owner === undefined || size === undefined) {
      return undefined;
    }
    const node = new DataView(bytes.buffer, bytes.byteOffset);
    return {
      address: node.getUint32(layout.address, true),
      size,
      isWritable: node.getUint32(layout.rights, true) === layout.writable,
      parent: node.getUint32(layout.parent, true),
      firstChild: node.getUint32(layout.firstChild, true),
      nextSibling: node.getUint32(layout.nextSibling, true),
      owner,
    };
  }

  /** Bytes that the node at an address maps; 4096 for one that is none. */
  private sizeOf(at: number): number {
    const bytes = this.read(at, this.layout.nodeSize);
    return (bytes && sizeIn(this.layout, bytes)) ?? SMALL_PAGE;
  }

  private ownerAt(space: number): Owner | undefined {
    if (!this.owners.has(space)) {
      const task = word(this.read(space + this.layout.task, 4));
      const pageDirectory = word(this.read(space + this.layout.pageDirectory, 4));
      const isThere = space !== 0 && task !== undefined && pageDirectory !== undefined;
      this.owners.set(space, isThere ? { task, pageDirectory } : undefined);
    }
    return this.owners.get(space);
  }

  /** Where the page lies that a node is of, by its page-table entry; undefined: they do not agree. */
  private shownBy(
    { owner, address, size, isWritable }: RawNode,
    within: Place['within'],
  ): number | undefined {
    const page = this.target.translate(owner.pageDirectory, address);
    if (page?.pageSize !== size || !page.user || page.writable !== isWritable) {
      return undefined;
    }
    const offset = page.physical - within.physical;
    return page.physical % size === 0 && offset >= 0 && offset + size <= within.size
      ? page.physical
      : undefined;
  }
}

/** Undefined: no size that a mapping can have. */
function sizeIn({ sizeLog2 }: MappingLayout, node: Uint8Array): number | undefined {
  const log2 = sizeLog2 === undefined ? 12 : node[sizeLog2];
  return log2 === 12 || log2 === 22 ? 2 ** log2 : undefined;
}

const layouts = new WeakMap<SymbolImage, MappingLayout>();

function layoutOf(image: SymbolImage): MappingLayout {
  const layout = layouts.get(image) ?? mappingLayout(image);
  layouts.set(image, layout);
  return layout;
}
