// What a reader of its own finds in the kernel's memory: the entries of all page tables below 3 GB, and the nodes of all
// trees of mappings. A kernel without pages of 4 MB has neither size_log2 nor device_frames.
import { PAGE_SIZE, SUPERPAGE_SIZE, USER_LIMIT, type Moment } from './structures.ts';

const PRESENT = 1;
const WRITABLE = 2;
const USER = 4;
const LARGE = 0x80;
const FRAME = 0xfffff000;
const LARGE_FRAME = 0xffc00000;
const ENTRIES = 1024;
const DEVICE_FRAMES = 512;
/** Physical memory from here on is devices', in frames of 4 MB. */
export const DEVICES = 0x80000000;

export interface Node {
  readonly address: number;
  readonly space: number;
  readonly page: number;
  readonly size: number;
  /** What its page-table entry says; without one that lies in its mapper's page, where that begins. */
  readonly physical: number;
  readonly isWritable: boolean;
  readonly parent: Node | undefined;
}

export interface Entry {
  readonly space: number;
  readonly page: number;
  readonly size: number;
  readonly physical: number;
  readonly isWritable: boolean;
  readonly isUser: boolean;
  /** The node that the kernel finds by the entry; 0: none. */
  readonly node: number;
}

export const hex = (value: number): string => value.toString(16);

/** The kernel's array of nodes beside a page table or directory; 0: it has none. */
const nodesBeside = (moment: Moment, table: number): number => {
  const frame = moment.variable('frame_table') + (table >>> 12) * moment.names.size('frame');
  return moment.member(frame, 'frame', 'nodes');
};

const entryOf = (moment: Moment, space: number, page: number, entry: number, above: number, size: number, nodes: number, index: number): Entry => ({
  space,
  page,
  size,
  physical: (entry & (size === PAGE_SIZE ? FRAME : LARGE_FRAME)) >>> 0,
  isWritable: (entry & above & WRITABLE) !== 0,
  isUser: (entry & above & USER) !== 0,
  node: nodes === 0 ? 0 : moment.word(nodes + index * 4),
});

/** Every present entry of a page below 3 GB, of 4 KB or of 4 MB. A node where no page is, is told. */
export function* entriesOf(moment: Moment, wrong: string[] = []): Generator<Entry> {
  const hasLargePages = moment.names.hasMember('mapping', 'size_log2');
  for (const space of moment.spaces()) {
    const directory = moment.member(space, 'space', 'page_directory');
    const large = hasLargePages ? nodesBeside(moment, directory) : 0;
    const tellStray = (page: number, nodes: number, index: number): void => {
      if (nodes !== 0 && moment.word(nodes + index * 4) !== 0) {
        wrong.push(`At ${hex(page)} task ${moment.taskOf(space)} has a node and no page.`);
      }
    };
    for (let slot = 0; slot < USER_LIMIT / SUPERPAGE_SIZE; slot++) {
      const base = slot * SUPERPAGE_SIZE;
      const above = moment.physicalWord(directory + slot * 4);
      if ((above & (PRESENT | LARGE)) === (PRESENT | LARGE)) {
        yield entryOf(moment, space, base, above, above, SUPERPAGE_SIZE, large, slot);
        continue;
      }
      tellStray(base, large, slot);
      if ((above & PRESENT) !== 0) {
        const table = (above & FRAME) >>> 0;
        const nodes = nodesBeside(moment, table);
        for (let index = 0; index < ENTRIES; index++) {
          const entry = moment.physicalWord(table + index * 4);
          if ((entry & PRESENT) !== 0) {
            yield entryOf(moment, space, base + index * PAGE_SIZE, entry, above, PAGE_SIZE, nodes, index);
          } else {
            tellStray(base + index * PAGE_SIZE, nodes, index);
          }
        }
      }
    }
  }
}

/** Where the roots are, and what frame each is of. */
function* roots(moment: Moment): Generator<{ readonly root: number; readonly link: number; readonly physical: number }> {
  const size = moment.names.size('frame');
  const toRoot = moment.names.offset('frame', 'root');
  const table = moment.variable('frame_table');
  const frames = moment.variable('frame_count');
  for (let frame = 0; frame < frames; frame++) {
    const link = table + frame * size + toRoot;
    yield { root: moment.word(link), link, physical: frame * PAGE_SIZE };
  }
  if (moment.names.has('device_frames')) {
    const devices = moment.names.address('device_frames');
    for (let frame = 0; frame < DEVICE_FRAMES; frame++) {
      const link = devices + frame * size + toRoot;
      yield { root: moment.word(link), link, physical: DEVICES + frame * SUPERPAGE_SIZE };
    }
  }
}

/** What the page tables have at a place, without a walk through all of them. */
function physicalAt(moment: Moment, space: number, page: number): number | undefined {
  const directory = moment.member(space, 'space', 'page_directory');
  const above = moment.physicalWord(directory + (page >>> 22) * 4);
  if ((above & PRESENT) === 0) {
    return undefined;
  }
  if ((above & LARGE) !== 0) {
    return (above & LARGE_FRAME) >>> 0;
  }
  const entry = moment.physicalWord(((above & FRAME) >>> 0) + ((page >>> 12) & 0x3ff) * 4);
  return (entry & PRESENT) === 0 ? undefined : (entry & FRAME) >>> 0;
}

/** Parents before their children; what is wrong with the links is told. */
export function nodesOf(moment: Moment, wrong: string[]): Node[] {
  const nodes: Node[] = [];
  const [toNext, toFirst] = ['next_sibling', 'first_child'].map((name) => moment.names.offset('mapping', name));
  const seen = new Set<number>();
  for (const { root, link: named, physical } of roots(moment)) {
    /** `link` is the address of the pointer to the node. */
    const open: { at: number; link: number; parent: Node | undefined }[] =
      root === 0 ? [] : [{ at: root, link: named, parent: undefined }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { at, link, parent } = next;
      if (seen.has(at) || !moment.isRam(at)) {
        wrong.push(`The tree of frame ${hex(physical)} goes astray.`);
        break;
      }
      seen.add(at);
      const node = nodeAt(moment, at, parent, physical, wrong);
      const member = (name: string): number => moment.member(at, 'mapping', name);
      nodes.push(node);
      if (member('parent') !== (parent?.address ?? 0) || member('sibling_link') !== link) {
        wrong.push(`The node ${describe(moment, node)} does not know its neighbours.`);
      }
      if (member('next_sibling') !== 0) {
        open.push({ at: member('next_sibling'), link: at + toNext, parent });
      }
      if (member('first_child') !== 0) {
        open.push({ at: member('first_child'), link: at + toFirst, parent: node });
      }
    }
  }
  return nodes;
}

/** A child's frame lies in its parent's page; the whole of it if both have one size. */
function nodeAt(moment: Moment, at: number, parent: Node | undefined, frame: number, wrong: string[]): Node {
  const space = moment.member(at, 'mapping', 'space');
  const page = moment.member(at, 'mapping', 'address');
  const size = sizeOf(moment, at);
  const within = parent?.physical ?? frame;
  const shown = parent === undefined || parent.size === size ? within : physicalAt(moment, space, page);
  const isInside = shown !== undefined && shown >= within && shown + size <= within + (parent?.size ?? size);
  const node: Node = {
    address: at,
    space,
    page,
    size,
    physical: isInside ? shown : within,
    isWritable: moment.member(at, 'mapping', 'rights') === moment.names.enumerator('RIGHTS_WRITABLE'),
    parent,
  };
  if (page % size !== 0 || node.physical % size !== 0) {
    wrong.push(`The node ${describe(moment, node)} is not at a multiple of its size.`);
  }
  if (!isInside) {
    wrong.push(`The node ${describe(moment, node)} shows nothing of its mapper's page.`);
  }
  return node;
}

function sizeOf(moment: Moment, at: number): number {
  return moment.names.hasMember('mapping', 'size_log2')
    ? 2 ** moment.byte(at + moment.names.offset('mapping', 'size_log2'))
    : PAGE_SIZE;
}

export const describe = (moment: Moment, { space, page, physical, size, isWritable }: Entry | Node): string =>
  `${moment.taskOf(space)}:${hex(page)} -> ${hex(physical)}${size === PAGE_SIZE ? '' : ' of 4 MB'}${isWritable ? ' w' : ''}`;
