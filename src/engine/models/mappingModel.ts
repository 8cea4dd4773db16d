// The Mapping Database view's model: for each frame that a task maps, the tree of mappings from σ0 down.
import type { MappingNode } from '../../kernel/kernelView.ts';
import { mappedPages } from '../../kernel/pageTables.ts';
import type {
  MappingDatabaseAnswer,
  MappingLink,
  MappingRow,
  MappingTree,
} from '../../protocol/requests.ts';
import { formatReference, hex32, isKernelAddress, type SpaceAddress } from '../addresses.ts';
import type { System } from '../system.ts';

const TREES_SHOWN = 512;

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
  let isChanging = false;
  for (const page of pages.slice(0, TREES_SHOWN)) {
    const found = treeOf(system, page.physical, { task, address: page.linear });
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

/** The one tree of the page at an address. */
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
  const address = (at.address & ~0xfff) >>> 0;
  const physical = (page.physical & ~0xfff) >>> 0;
  const { trees, isChanging } = treeOf(system, physical, { task: at.task, address });
  return {
    title: `Who mapped ${where}`,
    trees,
    ...(isChanging ? { note: 'The mapping database is changing.' } : {}),
  };
}

function treeOf(
  system: System,
  physical: number,
  focus: SpaceAddress,
): { trees: MappingTree[]; isChanging: boolean } {
  const found = system.kernel?.mappingTree(physical);
  const root = found?.root;
  const isChanging = found?.isChanging ?? false;
  if (root === undefined) {
    return { trees: [], isChanging };
  }
  const row = mappingRow(system, root, focus);
  return { trees: [{ frame: hex32(physical), root: row, chain: chainTo(row) }], isChanging };
}

function mappingRow(system: System, node: MappingNode, focus: SpaceAddress): MappingRow {
  return {
    task: node.task,
    name: system.spaces.taskLabel(node.task),
    address: hex32(node.address),
    reference: formatReference(node.task, node.address),
    rights: node.isWritable ? 'rw' : 'r-',
    focused: node.task === focus.task && node.address === focus.address,
    children: node.children.map((child) => mappingRow(system, child, focus)),
  };
}

function chainTo(row: MappingRow): MappingLink[] {
  const { children, focused, ...link } = row;
  if (focused) {
    return [link];
  }
  const below = children.map(chainTo).find((chain) => chain.length > 0);
  return below === undefined ? [] : [link, ...below];
}
