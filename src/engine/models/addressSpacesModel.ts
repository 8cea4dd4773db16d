// The Address Spaces view's model: what each task maps, and whose mapping each page came from.
import type { MappingNode } from '../../kernel/kernelView.ts';
import { mappedPages, regionsOf, type MappedPage, type Region } from '../../kernel/pageTables.ts';
import type { AddressSpacesAnswer, PageRow, RegionRow, SpaceRow } from '../../protocol/requests.ts';
import { formatReference, hex32 } from '../addresses.ts';
import type { System } from '../system.ts';

/** Pages of one region that are listed one by one; a larger region says how many more there are by its count. */
const PAGES_SHOWN = 256;

export function addressSpacesModel(system: System, focusedTask: number): AddressSpacesAnswer {
  const tasks = system.spaces.tasks();
  const isChanging = system.kernel?.spaces().isChanging ?? false;
  return {
    ...(isChanging ? { note: 'The list of address spaces is changing.' } : {}),
    focusedTask,
    spaces: tasks.map((task) => spaceRow(system, task)),
  };
}

function spaceRow(system: System, task: number): SpaceRow {
  const directory = system.spaces.pageDirectoryOf(task);
  const space = system.kernel?.spaceOfTask(task);
  const pages = mappedPages(system.machine, directory);
  const chief = space?.structure.has('chief') === true ? space.structure.number('chief') : 0;
  return {
    task,
    name: system.spaces.taskName(task),
    pageDirectory: hex32(directory),
    kind: space === undefined || space.smallSlot === 0 ? 'large' : `small, slot ${space.smallSlot}`,
    chief: chief === 0 ? '' : system.spaces.taskLabel(chief),
    pages: pages.length,
    regions: regionsOf(pages).map((region) => regionRow(system, task, region)),
  };
}

function regionRow(system: System, task: number, region: Region): RegionRow {
  const shown = region.pages.slice(0, PAGES_SHOWN);
  return {
    start: hex32(region.start),
    end: hex32(region.end - 1),
    reference: formatReference(task, region.start),
    pages: region.pages.length,
    rights: rightsOf(region.pages[0]),
    accessed: region.pages.filter((page) => page.isAccessed).length,
    dirty: region.pages.filter((page) => page.isDirty).length,
    entries: shown.map((page) => pageRow(system, task, page)),
  };
}

function rightsOf(page: MappedPage): string {
  return page.isWritable ? 'rw' : 'r-';
}

function pageRow(system: System, task: number, page: MappedPage): PageRow {
  return {
    address: hex32(page.linear),
    reference: formatReference(task, page.linear),
    physical: hex32(page.physical),
    rights: rightsOf(page),
    accessed: page.isAccessed,
    dirty: page.isDirty,
    mappedBy: mappedBy(system, task, page),
  };
}

/** The parent of the page's mapping in the database; empty for σ0's own, and where there is no database. */
function mappedBy(system: System, task: number, page: MappedPage): string {
  const root = system.kernel?.mappingTree(page.physical).root;
  const parent = root && parentOf(root, task, page.linear);
  return parent === undefined
    ? ''
    : `${system.spaces.taskLabel(parent.task)} at ${hex32(parent.address)}`;
}

function parentOf(node: MappingNode, task: number, address: number): MappingNode | undefined {
  for (const child of node.children) {
    const found =
      child.task === task && child.address === address ? node : parentOf(child, task, address);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
