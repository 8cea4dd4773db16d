// The Mapping Database view: the tree of mappings of each frame that the selected thread's task maps, or the one
// tree that a person has asked for ("Who Mapped This Page?").
import * as vscode from 'vscode';
import {
  REQUEST,
  type MappingDatabaseAnswer,
  type MappingRow,
  type MappingTree,
} from '../protocol/requests.ts';
import { ModelTree, type TreeNode } from './treeNode.ts';

export class MappingDatabaseTree extends ModelTree {
  /** What a person has asked for; undefined: everything that the selected task maps. */
  private reference: string | undefined;

  protected async roots(): Promise<readonly TreeNode[]> {
    const answer = await this.model.request<MappingDatabaseAnswer>(REQUEST.mappingDatabase, {
      threadId: this.model.selectedThread,
      reference: this.reference,
    });
    this.message = answer === undefined ? undefined : [answer.title, answer.note].join(' ').trim();
    const isOne = this.reference !== undefined;
    return (answer?.trees ?? []).map((tree) => frameNode(tree, isOne));
  }

  /** The command "Who Mapped This Page?": on a node with an address, or for an address that is typed in. */
  async ask(argument: unknown): Promise<void> {
    const given = (argument as TreeNode | undefined)?.reference;
    const typed = given ?? (await askForAddress());
    if (typed === undefined) {
      return;
    }
    this.reference = typed.trim() === '' ? undefined : typed.trim();
    this.update();
    await vscode.commands.executeCommand('l4scope.mappingDatabase.focus');
  }
}

async function askForAddress(): Promise<string | undefined> {
  return vscode.window.showInputBox({
    title: 'Who Mapped This Page?',
    prompt:
      'An address in the selected task, or with its task above it. Leave empty to see all pages.',
    placeHolder: '0x08049000 or 0x508049000',
    validateInput: (text) =>
      /^\s*(0x[0-9a-fA-F]{1,12})?\s*$/.test(text) ? undefined : 'Write a hexadecimal address.',
  });
}

function frameNode(tree: MappingTree, expanded: boolean): TreeNode {
  return {
    id: `frame ${tree.frame}${expanded ? ' asked' : ''}`,
    label: `frame ${tree.frame}`,
    description: focusedAddress(tree.root),
    icon: 'symbol-array',
    expanded,
    children: [mappingNode(tree.frame, tree.root)],
  };
}

function focusedAddress(row: MappingRow): string | undefined {
  if (row.focused) {
    return `${row.name} at ${row.address}`;
  }
  return row.children.map(focusedAddress).find((text) => text !== undefined);
}

function mappingNode(frame: string, row: MappingRow): TreeNode {
  return {
    id: `mapping ${frame} ${row.task} ${row.address}`,
    label: row.name,
    description: `${row.address} ${row.rights}`,
    icon: row.focused ? 'target' : 'arrow-small-right',
    highlighted: row.focused,
    reference: row.reference,
    contextValue: 'l4scope.address',
    expanded: true,
    children: row.children.map((child) => mappingNode(frame, child)),
  };
}
