// The TLB view: the Pentium's translation lookaside buffers, by set, with who filled each entry.
import { REQUEST, type TlbAnswer, type TlbRow, type TlbUnit } from '../protocol/requests.ts';
import { ModelTree, type TreeNode } from './treeNode.ts';

export class TlbTree extends ModelTree {
  protected async roots(): Promise<readonly TreeNode[]> {
    const answer = await this.model.request<TlbAnswer>(REQUEST.tlb);
    this.message = answer?.kind;
    return (answer?.units ?? []).map(unitNode);
  }
}

function unitNode(unit: TlbUnit): TreeNode {
  const { hits, misses, flushes } = unit;
  return {
    id: `unit ${unit.name}`,
    label: unit.name,
    description: `${unit.entries.length} entries; ${hits} hits, ${misses} misses, ${flushes} flushes`,
    icon: 'server',
    expanded: true,
    children: unit.entries.map((entry) => entryNode(unit.name, entry)),
  };
}

function entryNode(unit: string, entry: TlbRow): TreeNode {
  const marks = [
    entry.dirty ? 'dirty' : '',
    entry.stale ? 'STALE' : '',
    entry.nextVictim ? 'next to be replaced' : '',
  ].filter((mark) => mark !== '');
  return {
    id: `entry ${unit} ${entry.set} ${entry.way}`,
    label: `${entry.set}.${entry.way}  ${entry.linear}`,
    description: [`→ ${entry.physical} ${entry.rights}`, entry.space, ...marks].join(', '),
    tooltip: `Set ${entry.set}, way ${entry.way}; filled by ${entry.space} at instruction ${entry.filledAt}`,
    icon: entry.stale ? 'warning' : 'circle-small',
    reference: entry.reference,
    contextValue: 'l4scope.address',
  };
}
