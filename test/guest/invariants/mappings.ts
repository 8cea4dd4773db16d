// The mapping database against the page tables, and its trees in themselves.
import { DEVICES, describe, entriesOf, nodesOf, type Node } from './mappingTrees.ts';
import { KERNEL_WINDOW, PAGE_SIZE, SUPERPAGE_SIZE, USER_LIMIT, type Moment } from './structures.ts';

const FRAME = 0xfffff000;
/** sigma0 shows device memory so much below where it is. */
const SIGMA0_DEVICE_OFFSET = 0x40000000;
const SIZES: readonly number[] = [PAGE_SIZE, SUPERPAGE_SIZE];

const key = (space: number, page: number): number => (space - KERNEL_WINDOW) * 0x100000 + page / PAGE_SIZE;

export function countMappings(moment: Moment): number {
  return nodesOf(moment, []).length;
}

/** One node for each entry of a page and the other way round, of the same frame, size and rights. */
function compare(moment: Moment, nodes: readonly Node[]): string[] {
  const wrong: string[] = [];
  const byPlace = new Map<number, Node>();
  for (const node of nodes) {
    if (byPlace.has(key(node.space, node.page))) {
      wrong.push(`The node ${describe(moment, node)} is there twice.`);
    }
    byPlace.set(key(node.space, node.page), node);
  }
  for (const entry of entriesOf(moment, wrong)) {
    const node = byPlace.get(key(entry.space, entry.page));
    byPlace.delete(key(entry.space, entry.page));
    if (node?.physical !== entry.physical || node.size !== entry.size || node.isWritable !== entry.isWritable) {
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

/** Rights and sizes never widen down a tree; sigma0's frames are at the place where they are, devices' 1 GB below. */
function rights(moment: Moment, nodes: readonly Node[]): string[] {
  const sigma0 = moment.variable('sigma0_space');
  return nodes.flatMap((node) => [
    ...(node.parent?.isWritable === false && node.isWritable
      ? [`${describe(moment, node)} has more rights than its mapper.`]
      : []),
    ...(node.parent !== undefined && node.size > node.parent.size
      ? [`${describe(moment, node)} is larger than its mapper's page.`]
      : []),
    ...(SIZES.includes(node.size) ? [] : [`${describe(moment, node)} has a size of ${node.size}.`]),
    ...(node.page >= USER_LIMIT ? [`${describe(moment, node)} is not in user memory.`] : []),
    ...(node.space === sigma0 && (node.parent !== undefined || node.page !== sigma0Place(node.physical))
      ? [`${describe(moment, node)} is not where sigma0 has its frames.`]
      : []),
  ]);
}

function sigma0Place(physical: number): number {
  return physical < DEVICES ? physical : physical - SIGMA0_DEVICE_OFFSET;
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
      ({ physical, size, isWritable }) =>
        ranges.some(([low, high]) => physical + size > (low & FRAME) >>> 0 && physical < high) &&
        (physical !== info - KERNEL_WINDOW || size !== PAGE_SIZE || isWritable),
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

/** Which of sigma0's owners of the frames of a page is not of the line of a space's task; undefined: none. */
function wrongOwner(moment: Moment, { physical, size, space }: Node, lineOf: (owner: number) => ReadonlySet<number>, { ownerOf }: Ownership): number | undefined {
  const infoPage = moment.names.address('kernel_info') - KERNEL_WINDOW;
  for (let frame = physical; frame < physical + size; frame += PAGE_SIZE) {
    const owner = ownerOf(frame);
    const isMarked = owner >= FIRST_MARK && owner !== RESERVED;
    if (frame !== infoPage && !isMarked && !lineOf(owner).has(moment.taskOf(space))) {
      return owner;
    }
  }
  return undefined;
}

/** RAM that a task has from sigma0 is its line's; device memory has no owners. */
function owners(moment: Moment, nodes: readonly Node[], ownership: Ownership): string[] {
  const sigma0 = moment.variable('sigma0_space');
  const lines = new Map<number, Set<number>>();
  const lineOf = (owner: number): Set<number> => {
    const known = lines.get(owner) ?? line(owner, ownership.grantedBy);
    lines.set(owner, known);
    return known;
  };
  return nodes
    .filter(({ space, parent }) => space !== sigma0 && (parent === undefined || parent.space === sigma0))
    .filter(({ physical }) => physical < DEVICES)
    .flatMap((node) => {
      const owner = wrongOwner(moment, node, lineOf, ownership);
      return owner === undefined ? [] : [`${describe(moment, node)}: sigma0 gave that frame to ${owner}.`];
    });
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

