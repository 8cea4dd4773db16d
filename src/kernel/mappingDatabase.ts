// The kernel's mapping database as an observer sees it: for each frame the tree of its mappings, held against the page
// tables. Between two instructions of the kernel they may disagree; then the tree says that it is changing.
// *src/kernel observes what guest/kernel runs*: guest/kernel/mapping.c.
import { FormatError } from '../base/bytes.ts';
import type { Target } from '../emulator/target.ts';
import type { SymbolImage } from '../symbols/image.ts';
import type { ReadMemory } from '../symbols/values.ts';
import { offsetOf, sizeOfStructure } from './structures.ts';
import { word } from './virtualMemory.ts';

export interface MappingNode {
  readonly task: number;
  readonly address: number;
  readonly isWritable: boolean;
  readonly children: readonly MappingNode[];
}

export interface MappingTree {
  /** Undefined: nobody maps the frame by the database. */
  readonly root: MappingNode | undefined;
  /**
   * A link leads nowhere or back, a node has no page-table entry of this frame with its rights, a right is wider than
   * the one that it is derived from, or the tree is larger than any that the kernel makes.
   */
  readonly isChanging: boolean;
}

/** The way to the mapping of a page in a tree, from the root to it; undefined: the tree has none. */
export function pathTo(
  node: MappingNode,
  task: number,
  address: number,
): readonly MappingNode[] | undefined {
  if (node.task === task && node.address === address) {
    return [node];
  }
  for (const child of node.children) {
    const path = pathTo(child, task, address);
    if (path !== undefined) {
      return [node, ...path];
    }
  }
  return undefined;
}

/** What a walk stops at, so that a damaged tree ends. A page of all tasks has 2047 nodes. */
const NODES = 10_000;
/** Mappings between the same tasks to and fro make a tree deep; the views draw it by recursion. */
const DEPTH = 1000;

interface Layout {
  /** The variables' addresses. */
  readonly frameTable: number;
  readonly frameCount: number;
  readonly frameSize: number;
  readonly root: number;
  readonly nodeSize: number;
  readonly space: number;
  readonly address: number;
  readonly parent: number;
  readonly firstChild: number;
  readonly nextSibling: number;
  readonly rights: number;
  readonly writable: number;
  readonly task: number;
  readonly pageDirectory: number;
}

interface Place {
  readonly at: number;
  /** Of the parent; 0 for the root. */
  readonly parent: number;
  readonly siblings: MappingNode[];
  readonly mayBeWritable: boolean;
  readonly depth: number;
}

interface Walk {
  readonly physical: number;
  readonly seen: Set<number>;
  isChanging: boolean;
}

export class MappingDatabase {
  private readonly image: SymbolImage;
  private readonly target: Target;
  private readonly read: ReadMemory;
  private known: Layout | undefined;

  /** `read` reads the kernel's memory. */
  constructor(image: SymbolImage, target: Target, read: ReadMemory) {
    this.image = image;
    this.target = target;
    this.read = read;
  }

  /** The mappings of a physical frame, from σ0's down. */
  tree(physical: number): MappingTree {
    const first = this.rootOf(physical >>> 12);
    if (first === undefined || first === 0) {
      return { root: undefined, isChanging: false };
    }
    const walk: Walk = { physical, seen: new Set(), isChanging: false };
    const roots: MappingNode[] = [];
    const open: Place[] = [
      { at: first, parent: 0, siblings: roots, mayBeWritable: true, depth: 0 },
    ];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (walk.seen.has(place.at) || walk.seen.size >= NODES || place.depth > DEPTH) {
        walk.isChanging = true;
      } else {
        walk.seen.add(place.at);
        open.push(...this.visit(place, walk));
      }
    }
    return { root: roots[0], isChanging: walk.isChanging || roots.length !== 1 };
  }

  /** Address of the root of a frame's tree; 0: it has none; undefined: there is no such frame, or no table yet. */
  private rootOf(frame: number): number | undefined {
    const { frameTable, frameCount, frameSize, root } = this.layout;
    const table = word(this.read(frameTable, 4));
    const count = word(this.read(frameCount, 4)) ?? 0;
    return table === undefined || table === 0 || frame >= count
      ? undefined
      : word(this.read(table + frame * frameSize + root, 4));
  }

  /** Adds a node to its siblings; what to visit next, the last first. */
  private visit({ at, parent, siblings, mayBeWritable, depth }: Place, walk: Walk): Place[] {
    const { layout } = this;
    const bytes = this.read(at, layout.nodeSize);
    const space = word(bytes?.subarray(layout.space)) ?? 0;
    const owner = this.spaceAt(space);
    if (bytes === undefined || owner === undefined) {
      walk.isChanging = true;
      return [];
    }
    const node = new DataView(bytes.buffer, bytes.byteOffset);
    const children: MappingNode[] = [];
    const address = node.getUint32(layout.address, true);
    const isWritable = node.getUint32(layout.rights, true) === layout.writable;
    siblings.push({ task: owner.task, address, isWritable, children });
    const isDerived =
      node.getUint32(layout.parent, true) === parent && (mayBeWritable || !isWritable);
    if (!isDerived || !this.isInTables(owner.pageDirectory, address, walk.physical, isWritable)) {
      walk.isChanging = true;
    }
    const next: Place[] = [];
    const sibling = node.getUint32(layout.nextSibling, true);
    if (sibling !== 0) {
      next.push({ at: sibling, parent, siblings, mayBeWritable, depth });
    }
    const child = node.getUint32(layout.firstChild, true);
    if (child !== 0) {
      const below = { parent: at, siblings: children, mayBeWritable: isWritable };
      next.push({ at: child, ...below, depth: depth + 1 });
    }
    return next;
  }

  private spaceAt(space: number): { task: number; pageDirectory: number } | undefined {
    const task = word(this.read(space + this.layout.task, 4));
    const pageDirectory = word(this.read(space + this.layout.pageDirectory, 4));
    return space === 0 || task === undefined || pageDirectory === undefined
      ? undefined
      : { task, pageDirectory };
  }

  private isInTables(
    pageDirectory: number,
    address: number,
    physical: number,
    isWritable: boolean,
  ): boolean {
    const page = this.target.translate(pageDirectory, address);
    const isSame = page !== undefined && page.physical >>> 12 === physical >>> 12;
    return isSame && page.user && page.writable === isWritable;
  }

  private get layout(): Layout {
    this.known ??= layoutOf(this.image);
    return this.known;
  }
}

function layoutOf(image: SymbolImage): Layout {
  const { types } = image;
  const [frame, mapping] = [types.named('struct frame'), types.named('struct mapping')];
  const space = types.named('struct space');
  const [frameTable, frameCount] = [image.global('frame_table'), image.global('frame_count')];
  const writable = types.enumerator('RIGHTS_WRITABLE');
  if (frameTable === undefined || frameCount === undefined || writable === undefined) {
    throw new FormatError("The kernel's debug information lacks its mapping database.");
  }
  return {
    frameTable: frameTable.address,
    frameCount: frameCount.address,
    frameSize: sizeOfStructure(frame),
    root: offsetOf(frame, 'root'),
    nodeSize: sizeOfStructure(mapping),
    space: offsetOf(mapping, 'space'),
    address: offsetOf(mapping, 'address'),
    parent: offsetOf(mapping, 'parent'),
    firstChild: offsetOf(mapping, 'first_child'),
    nextSibling: offsetOf(mapping, 'next_sibling'),
    rights: offsetOf(mapping, 'rights'),
    writable,
    task: offsetOf(space, 'task'),
    pageDirectory: offsetOf(space, 'page_directory'),
  };
}
