// The Address Spaces view's model: what each task maps, and whose mapping each page came from.
import type { MappingDatabase } from '../../kernel/mappingDatabase.ts';
import { pathTo } from '../../kernel/mappingTree.ts';
import { mappedPages, regionsOf, type MappedPage, type Region } from '../../kernel/pageTables.ts';
import type { AddressSpacesAnswer, PageRow, RegionRow, SpaceRow } from '../../protocol/requests.ts';
import { formatReference, hex32 } from '../addresses.ts';
import type { System } from '../system.ts';
import { pageSizeText } from './pageSizeText.ts';

/** Pages of one region that are listed one by one; a larger region says how many more there are by its count. */
const PAGES_SHOWN = 256;

/** What one answer is made with. */
interface Making {
  readonly system: System;
  readonly labelOf: (task: number) => string;
  readonly mappings: MappingDatabase | undefined;
  /** A page was met of which page tables and mapping database say different things. */
  databaseIsChanging: boolean;
}

export function addressSpacesModel(system: System, focusedTask: number): AddressSpacesAnswer {
  const tasks = system.spaces.tasks();
  const making = {
    system,
    labelOf: system.spaces.labels(),
    mappings: system.kernel?.mappings(),
    databaseIsChanging: false,
  };
  const spaces = tasks.map((task) => spaceRow(making, task));
  const notes = [
    ...(system.spaces.isChanging ? ['The list of address spaces is changing.'] : []),
    ...(making.databaseIsChanging ? ['The mapping database is changing.'] : []),
  ];
  return { ...(notes.length > 0 ? { note: notes.join(' ') } : {}), focusedTask, spaces };
}

function spaceRow(making: Making, task: number): SpaceRow {
  const { system } = making;
  const directory = system.spaces.pageDirectoryOf(task);
  const space = system.kernel?.spaceOfTask(task);
  const pages = mappedPages(system.machine, directory);
  const chief = space?.structure.has('chief') === true ? space.structure.number('chief') : 0;
  return {
    task,
    name: system.spaces.taskName(task),
    pageDirectory: hex32(directory),
    kind: space === undefined || space.smallSlot === 0 ? 'large' : `small, slot ${space.smallSlot}`,
    chief: chief === 0 ? '' : making.labelOf(chief),
    pages: pages.length,
    largePages: pages.filter((page) => page.size !== 4096).length,
    regions: regionsOf(pages).map((region) => regionRow(making, task, region)),
  };
}

function regionRow(making: Making, task: number, region: Region): RegionRow {
  const shown = region.pages.slice(0, PAGES_SHOWN);
  return {
    start: hex32(region.start),
    end: hex32(region.end - 1),
    reference: formatReference(task, region.start),
    pages: region.pages.length,
    pageSize: pageSizeText(region.pages[0].size),
    rights: rightsOf(region.pages[0]),
    accessed: region.pages.filter((page) => page.isAccessed).length,
    dirty: region.pages.filter((page) => page.isDirty).length,
    entries: shown.map((page) => pageRow(making, task, page)),
  };
}

function rightsOf(page: MappedPage): string {
  return page.isWritable ? 'rw' : 'r-';
}

function pageRow(making: Making, task: number, page: MappedPage): PageRow {
  return {
    address: hex32(page.linear),
    reference: formatReference(task, page.linear),
    physical: hex32(page.physical),
    size: pageSizeText(page.size),
    rights: rightsOf(page),
    accessed: page.isAccessed,
    dirty: page.isDirty,
    mappedBy: mappedBy(making, task, page),
  };
}

/** The parent of the page's mapping in the database; empty for σ0's own, and where there is no database. */
function mappedBy(making: Making, task: number, page: MappedPage): string {
  const tree = making.mappings?.tree(page.physical, page.size);
  const path = tree?.root && pathTo(tree.root, task, page.linear);
  making.databaseIsChanging ||= tree !== undefined && (tree.isChanging || path === undefined);
  const parent = path?.[path.length - 2];
  return parent === undefined ? '' : `${making.labelOf(parent.task)} at ${hex32(parent.address)}`;
}
