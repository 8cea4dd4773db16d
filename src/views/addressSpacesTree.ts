// The Address Spaces view: what each task maps; the task of the selected thread is unfolded.
import { ITEM } from '../contributions.ts';
import {
  REQUEST,
  type AddressSpacesAnswer,
  type PageRow,
  type RegionRow,
  type SpaceRow,
} from '../protocol/requests.ts';
import { counted, ModelTree, type TreeNode } from './treeNode.ts';

export class AddressSpacesTree extends ModelTree {
  protected async roots(): Promise<readonly TreeNode[]> {
    const answer = await this.model.request<AddressSpacesAnswer>(REQUEST.addressSpaces, {
      threadId: this.model.selectedThread,
    });
    this.message = answer?.note;
    return (answer?.spaces ?? []).map((space) => spaceNode(space, answer?.focusedTask));
  }
}

function spaceNode(space: SpaceRow, focused: number | undefined): TreeNode {
  const isFocused = space.task === focused;
  return {
    // An item that has once been folded keeps that state, so the focused one has an id of its own.
    id: `space ${space.task}${isFocused ? ' focused' : ''}`,
    label: `${space.task} ${space.name}`,
    description: `${pagesOf(space)}, ${space.kind}`,
    tooltip: `Page directory at ${space.pageDirectory}${space.chief === '' ? '' : `, chief ${space.chief}`}`,
    icon: 'file-binary',
    highlighted: isFocused,
    expanded: isFocused,
    children: space.regions.map((region) => regionNode(space.task, region)),
  };
}

function pagesOf({ pages, largePages }: SpaceRow): string {
  return `${counted(pages, 'page')}${largePages === 0 ? '' : ` (${largePages} of 4 MB)`}`;
}

/** Pages of 4 KB are what a page is where nothing is said. */
function sizeUnlessSmall(size: string): string {
  return size === '4 KB' ? '' : size;
}

function regionNode(task: number, region: RegionRow): TreeNode {
  const size = sizeUnlessSmall(region.pageSize);
  const pages = `${counted(region.pages, 'page')}${size === '' ? '' : ` of ${size}`}`;
  return {
    id: `region ${task} ${region.start} ${region.rights}`,
    label: `${region.start}–${region.end.replace('0x', '')}`,
    description: `${region.rights} ${pages}`,
    tooltip: `${region.start} to ${region.end}: ${pages}, ${region.accessed} accessed, ${region.dirty} dirty`,
    reference: region.reference,
    contextValue: ITEM.address,
    children: region.entries.map((page) => pageNode(task, page)),
  };
}

function pageNode(task: number, page: PageRow): TreeNode {
  const size = sizeUnlessSmall(page.size);
  const bits = `${size}${size === '' ? '' : ' '}${page.rights}${page.accessed ? ' accessed' : ''}${page.dirty ? ' dirty' : ''}`;
  const origin = page.mappedBy === '' ? '' : `, from ${page.mappedBy}`;
  return {
    id: `page ${task} ${page.address}`,
    label: page.address,
    description: `${bits}, frame ${page.physical}${origin}`,
    tooltip: `${page.address}: frame ${page.physical}, ${bits}${origin}`,
    reference: page.reference,
    contextValue: ITEM.address,
  };
}
