// The Threads view: every thread of the kernel, what it does and whom it waits for.
import { ITEM } from '../contributions.ts';
import { REQUEST, type ThreadRow, type ThreadsAnswer } from '../protocol/requests.ts';
import { ModelTree, type TreeNode } from './treeNode.ts';

export class ThreadsTree extends ModelTree {
  protected async roots(): Promise<readonly TreeNode[]> {
    const answer = await this.model.request<ThreadsAnswer>(REQUEST.threads);
    this.message = answer?.note;
    const selected = this.model.selectedThread;
    return (answer?.threads ?? []).map((row) => threadNode(row, row.threadId === selected));
  }
}

function threadNode(row: ThreadRow, isSelected: boolean): TreeNode {
  const id = `thread ${row.threadId}`;
  const fact = (name: string, value: string, reference?: string): TreeNode => ({
    id: `${id} ${name}`,
    label: name,
    description: value,
    reference,
    contextValue: reference === undefined ? undefined : ITEM.address,
  });
  return {
    id,
    label: row.name,
    description: row.waitsFor === '' ? row.state : row.waitsFor,
    tooltip: `${row.name}: ${row.waitsFor === '' ? row.state : row.waitsFor}; priority ${row.priority}`,
    icon: row.running ? 'play' : row.waitsFor === '' ? 'circle-outline' : 'clock',
    highlighted: isSelected,
    children: [
      fact('state', row.state),
      fact('at', row.at),
      fact('priority', String(row.priority)),
      fact('pager', row.pager),
      ...row.details.map((detail) => fact(detail.name, detail.value, detail.reference)),
    ],
  };
}
