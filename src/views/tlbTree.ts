// The TLB view: the Pentium's translation lookaside buffers, by set, with who filled each entry.
import { ITEM } from '../contributions.ts';
import { REQUEST, type TlbAnswer, type TlbRow, type TlbUnit } from '../protocol/requests.ts';
import { counted, grouped, ModelTree, type TreeNode } from './treeNode.ts';

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
    description: `${counted(unit.entries.length, 'valid entry', 'valid entries')}, ${counted(misses, 'miss', 'misses')}`,
    tooltip: `${unit.name}: ${counted(hits, 'hit')}, ${counted(misses, 'miss', 'misses')}, ${counted(flushes, 'flush', 'flushes')} since the start`,
    icon: 'server',
    expanded: true,
    children: unit.entries.map((entry) => entryNode(unit.name, entry)),
  };
}

function entryNode(unit: string, entry: TlbRow): TreeNode {
  const marks = [
    entry.stale ? 'STALE' : '',
    entry.dirty ? 'dirty' : '',
    entry.nextVictim ? 'next to be replaced' : '',
  ].filter((mark) => mark !== '');
  return {
    id: `entry ${unit} ${entry.set} ${entry.way}`,
    label: `${entry.set}.${entry.way}  ${entry.linear}`,
    description: [`${entry.space} → ${entry.physical} ${entry.rights}`, ...marks].join(', '),
    tooltip: [
      `Set ${entry.set}, way ${entry.way}: ${entry.linear} → ${entry.physical} ${entry.rights}`,
      `filled by ${entry.space} at instruction ${grouped(entry.filledAt)}`,
      ...marks,
    ].join('; '),
    icon: entry.stale ? 'warning' : 'circle-small',
    reference: entry.reference,
    contextValue: ITEM.address,
  };
}
