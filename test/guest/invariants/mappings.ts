// The mapping database against the page tables, and its trees in themselves.
import { KERNEL_WINDOW, PAGE_SIZE, USER_LIMIT, type Moment } from './structures.ts';

const PRESENT = 1;
const WRITABLE = 2;
const USER = 4;
const FRAME = 0xfffff000;
const DIRECTORY_SPAN = 0x400000;

interface Node {
  readonly address: number;
  readonly space: number;
  readonly page: number;
  readonly physical: number;
  readonly isWritable: boolean;
  readonly parent: Node | undefined;
}

export interface Entry {
  readonly space: number;
  readonly page: number;
  readonly physical: number;
  readonly isWritable: boolean;
  readonly isUser: boolean;
  /** The node that the kernel finds by the entry. */
  readonly node: number;
}

const key = (space: number, page: number): number => (space - KERNEL_WINDOW) * 0x100000 + page / PAGE_SIZE;

const hex = (value: number): string => value.toString(16);

const describe = (moment: Moment, { space, page, physical, isWritable }: Entry | Node): string =>
  `${moment.taskOf(space)}:${hex(page)} -> ${hex(physical)}${isWritable ? ' w' : ''}`;

/** Every present entry of every page table below 3 GB. */
export function* entriesOf(moment: Moment): Generator<Entry> {
  for (const space of moment.spaces()) {
    const directory = moment.member(space, 'space', 'page_directory');
    const frames = moment.variable('frame_table');
    for (let base = 0; base < USER_LIMIT; base += DIRECTORY_SPAN) {
      const table = moment.physicalWord(directory + (base / DIRECTORY_SPAN) * 4);
      const frame = frames + (table >>> 12) * moment.names.size('frame');
      for (let index = 0; (table & PRESENT) !== 0 && index < 1024; index++) {
        const entry = moment.physicalWord(((table & FRAME) >>> 0) + index * 4);
        if ((entry & PRESENT) !== 0) {
          yield {
            space,
            page: base + index * PAGE_SIZE,
            physical: (entry & FRAME) >>> 0,
            isWritable: (entry & table & WRITABLE) !== 0,
            isUser: (entry & table & USER) !== 0,
            node: moment.word(moment.member(frame, 'frame', 'nodes') + index * 4),
          };
        }
      }
    }
  }
}

/** Parents before their children; what is wrong with the links is told. */
function nodesOf(moment: Moment, wrong: string[]): Node[] {
  const nodes: Node[] = [];
  const seen = new Set<number>();
  const table = moment.variable('frame_table');
  const writable = moment.names.enumerator('RIGHTS_WRITABLE');
  const frames = moment.variable('frame_count');
  for (let frame = 0; frame < frames; frame++) {
    const root = moment.word(table + frame * moment.names.size('frame'));
    const open: { at: number; previous: number; parent: Node | undefined }[] =
      root === 0 ? [] : [{ at: root, previous: 0, parent: undefined }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { at, previous, parent } = next;
      if (seen.has(at) || !moment.isRam(at)) {
        wrong.push(`The tree of frame ${hex(frame * PAGE_SIZE)} goes astray.`);
        break;
      }
      seen.add(at);
      const link = (name: string): number => moment.member(at, 'mapping', name);
      const node: Node = {
        address: at,
        space: link('space'),
        page: link('address'),
        physical: frame * PAGE_SIZE,
        isWritable: link('rights') === writable,
        parent,
      };
      nodes.push(node);
      if (link('parent') !== (parent?.address ?? 0) || link('previous_sibling') !== previous) {
        wrong.push(`The node ${describe(moment, node)} does not know its neighbours.`);
      }
      if (link('next_sibling') !== 0) {
        open.push({ at: link('next_sibling'), previous: at, parent });
      }
      if (link('first_child') !== 0) {
        open.push({ at: link('first_child'), previous: 0, parent: node });
      }
    }
  }
  return nodes;
}

export function countMappings(moment: Moment): number {
  return nodesOf(moment, []).length;
}

/** One node for each page-table entry and the other way round, of the same frame and rights. */
function compare(moment: Moment, nodes: readonly Node[]): string[] {
  const wrong: string[] = [];
  const byPlace = new Map<number, Node>();
  for (const node of nodes) {
    if (byPlace.has(key(node.space, node.page))) {
      wrong.push(`The node ${describe(moment, node)} is there twice.`);
    }
    byPlace.set(key(node.space, node.page), node);
  }
  for (const entry of entriesOf(moment)) {
    const node = byPlace.get(key(entry.space, entry.page));
    byPlace.delete(key(entry.space, entry.page));
    if (node?.physical !== entry.physical || node.isWritable !== entry.isWritable) {
      wrong.push(`The page-table entry ${describe(moment, entry)} has no node.`);
    }
    if (node !== undefined && node.address !== entry.node) {
      wrong.push(`The page-table entry ${describe(moment, entry)} is said to have another node.`);
    }
    if (!entry.isUser) {
      wrong.push(`The page-table entry ${describe(moment, entry)} is not the user's.`);
    }
  }
  for (const node of byPlace.values()) {
    wrong.push(`The node ${describe(moment, node)} has no page-table entry.`);
  }
  return wrong;
}

/** Rights never widen down a tree; sigma0's frames are at the place where they are. */
function rights(moment: Moment, nodes: readonly Node[]): string[] {
  const sigma0 = moment.variable('sigma0_space');
  return nodes.flatMap((node) => [
    ...(node.parent?.isWritable === false && node.isWritable
      ? [`${describe(moment, node)} has more rights than its mapper.`]
      : []),
    ...(node.page >= USER_LIMIT ? [`${describe(moment, node)} is not in user memory.`] : []),
    ...(node.space === sigma0 && (node.parent !== undefined || node.page !== node.physical)
      ? [`${describe(moment, node)} is not where sigma0 has its frames.`]
      : []),
  ]);
}

/** Frames of the kernel that nobody may reach, but for the info page, which all may read. */
function kernelFrames(moment: Moment, nodes: readonly Node[]): string[] {
  const info = moment.names.address('kernel_info');
  const range = (name: string): readonly [number, number] => {
    const low = moment.member(info, 'l4_kernel_info', `${name}.low`);
    const high = moment.member(info, 'l4_kernel_info', `${name}.high`);
    return [low, high];
  };
  const ranges = [range('kernel_code'), range('kernel_data')];
  return nodes
    .filter(
      ({ physical, isWritable }) =>
        ranges.some(([low, high]) => physical >= (low & FRAME) >>> 0 && physical < high) &&
        (physical !== info - KERNEL_WINDOW || isWritable),
    )
    .map((node) => `${describe(moment, node)} is the kernel's own memory.`);
}

/** Who has a frame from sigma0: the task to which it gave it, or one to which that task's line granted it. */
export interface Ownership {
  /** sigma0's owner of a frame: a task number, or one of its marks from 0x8000 on. */
  readonly ownerOf: (physical: number) => number;
  /** Tasks that were granted something by this one. */
  readonly grantedBy: ReadonlyMap<number, ReadonlySet<number>>;
}

const FIRST_MARK = 0x8000;
const RESERVED = 0xffff;

function line(owner: number, grantedBy: Ownership['grantedBy']): Set<number> {
  const tasks = new Set([owner]);
  for (const task of tasks) {
    for (const next of grantedBy.get(task) ?? []) {
      tasks.add(next);
    }
  }
  return tasks;
}

function owners(moment: Moment, nodes: readonly Node[], { ownerOf, grantedBy }: Ownership): string[] {
  const sigma0 = moment.variable('sigma0_space');
  const infoPage = moment.names.address('kernel_info') - KERNEL_WINDOW;
  const lines = new Map<number, Set<number>>();
  return nodes
    .filter(({ space, parent }) => space !== sigma0 && (parent === undefined || parent.space === sigma0))
    .filter(({ physical, space }) => {
      const owner = ownerOf(physical);
      if (physical === infoPage || (owner >= FIRST_MARK && owner !== RESERVED)) {
        return false;
      }
      lines.set(owner, lines.get(owner) ?? line(owner, grantedBy));
      return lines.get(owner)?.has(moment.taskOf(space)) !== true;
    })
    .map((node) => `${describe(moment, node)}: sigma0 gave that frame to ${ownerOf(node.physical)}.`);
}

export function brokenMappings(moment: Moment, ownership?: Ownership): string[] {
  const wrong: string[] = [];
  const nodes = nodesOf(moment, wrong);
  return [
    ...wrong,
    ...compare(moment, nodes),
    ...rights(moment, nodes),
    ...kernelFrames(moment, nodes),
    ...(ownership === undefined ? [] : owners(moment, nodes, ownership)),
  ];
}

