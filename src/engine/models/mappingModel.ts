// The Mapping Database view's model: for each frame that a task maps, the tree of mappings from σ0 down.
import type { MappingDatabase } from '../../kernel/mappingDatabase.ts';
import { pathTo, type MappingNode } from '../../kernel/mappingTree.ts';
import { mappedPages } from '../../kernel/pageTables.ts';
import type {
  MappingDatabaseAnswer,
  MappingLink,
  MappingRow,
  MappingTree,
} from '../../protocol/requests.ts';
import { formatReference, hex32, isKernelAddress, type SpaceAddress } from '../addresses.ts';
import type { System } from '../system.ts';
import { pageSizeText } from './pageSizeText.ts';

const TREES_SHOWN = 512;

type LabelOf = (task: number) => string;

/** Physical memory of which the tree is asked for. */
interface Frame {
  readonly physical: number;
  readonly size: number;
}

export function mappingModel(system: System, task: number): MappingDatabaseAnswer {
  const label = system.spaces.taskLabel(task);
  if (system.kernel === undefined) {
    return {
      title: 'The native system has no mapping database: it does not run on L4.',
      trees: [],
    };
  }
  const pages = mappedPages(system.machine, system.spaces.pageDirectoryOf(task));
  const trees: MappingTree[] = [];
  const labelOf = system.spaces.labels();
  const mappings = system.kernel.mappings();
  let isChanging = false;
  for (const page of pages.slice(0, TREES_SHOWN)) {
    const found = treeOf(mappings, page, { task, address: page.linear }, labelOf);
    isChanging ||= found.isChanging;
    trees.push(...found.trees);
  }
  const more = pages.length > TREES_SHOWN ? ` (the first ${TREES_SHOWN} of ${pages.length})` : '';
  return {
    title: `Frames that ${label} maps${more}`,
    trees,
    ...(isChanging ? { note: 'The mapping database is changing.' } : {}),
  };
}

/** The one tree of the page at an address; of a page of 4 MB, what of it shows the 4 KB at the address. */
export function mappingOfAddress(system: System, at: SpaceAddress): MappingDatabaseAnswer {
  const label = system.spaces.taskLabel(at.task);
  const where = `${hex32(at.address)} in ${label}`;
  if (isKernelAddress(at.address)) {
    return { title: `${where} is kernel memory: nobody mapped it by IPC.`, trees: [] };
  }
  const directory = system.spaces.pageDirectoryOf(at.task);
  const page = system.machine.translate(directory, at.address);
  if (page === undefined || !system.spaces.tasks().includes(at.task)) {
    return { title: `${where} is not mapped.`, trees: [] };
  }
  const frame = { physical: (page.physical & ~0xfff) >>> 0, size: 4096 };
  const { trees, isChanging } = treeOf(
    system.kernel?.mappings(),
    frame,
    { task: at.task, address: (at.address & -page.pageSize) >>> 0 },
    system.spaces.labels(),
  );
  return {
    title: `Who mapped ${where}`,
    trees,
    ...(isChanging ? { note: 'The mapping database is changing.' } : {}),
  };
}

/** A page that the database does not know is one that it is just learning, or forgetting. */
function treeOf(
  mappings: MappingDatabase | undefined,
  frame: Frame,
  focus: SpaceAddress,
  labelOf: LabelOf,
): { trees: MappingTree[]; isChanging: boolean } {
  const { root, isChanging } = mappings?.tree(frame.physical, frame.size) ?? { isChanging: false };
  const path = root && pathTo(root, focus.task, focus.address);
  if (root === undefined || path === undefined) {
    const trees = root === undefined ? [] : [treeRow(frame, root, [], focus, labelOf)];
    return { trees, isChanging: true };
  }
  return { trees: [treeRow(frame, root, path, focus, labelOf)], isChanging };
}

function treeRow(
  { physical, size }: Frame,
  root: MappingNode,
  path: readonly MappingNode[],
  focus: SpaceAddress,
  labelOf: LabelOf,
): MappingTree {
  return {
    frame: hex32(physical),
    size: pageSizeText(size),
    root: mappingRow(root, focus, labelOf),
    chain: path.map((node) => mappingLink(node, labelOf)),
  };
}

function mappingRow(node: MappingNode, focus: SpaceAddress, labelOf: LabelOf): MappingRow {
  return {
    ...mappingLink(node, labelOf),
    focused: node.task === focus.task && node.address === focus.address,
    children: node.children.map((child) => mappingRow(child, focus, labelOf)),
  };
}

function mappingLink(node: MappingNode, labelOf: LabelOf): MappingLink {
  return {
    task: node.task,
    name: labelOf(node.task),
    address: hex32(node.address),
    reference: formatReference(node.task, node.address),
    size: pageSizeText(node.size),
    rights: node.isWritable ? 'rw' : 'r-',
  };
}
