// The Mapping Database view: the tree of mappings of each frame that the selected thread's task maps, or the one
// tree that a person has asked for ("Who Mapped This Page?").
import * as vscode from 'vscode';
import { CONTEXT, ITEM, VIEW } from '../contributions.ts';
import {
  REQUEST,
  type MappingDatabaseAnswer,
  type MappingRow,
  type MappingTree,
} from '../protocol/requests.ts';
import { ModelTree, type TreeNode } from './treeNode.ts';

export class MappingDatabaseTree extends ModelTree {
  /** What a person has asked for in a session; undefined: everything that the selected task maps. */
  private question: { session: vscode.DebugSession | undefined; reference: string } | undefined;

  protected async roots(): Promise<readonly TreeNode[]> {
    const isOne = this.question !== undefined && this.question.session === this.model.active;
    void vscode.commands.executeCommand('setContext', CONTEXT.onePageShown, isOne);
    const answer = await this.model.request<MappingDatabaseAnswer>(REQUEST.mappingDatabase, {
      threadId: this.model.selectedThread,
      reference: isOne ? this.question?.reference : undefined,
    });
    this.message = answer === undefined ? undefined : [answer.title, answer.note].join(' ').trim();
    return (answer?.trees ?? []).map((tree) => pageNode(tree, isOne));
  }

  /** The command "Who Mapped This Page?": on a node or variable with an address, or for one that is typed in. */
  async ask(argument: unknown): Promise<void> {
    const typed = referenceIn(argument) ?? (await askForAddress());
    if (typed === undefined) {
      return;
    }
    this.question = { session: this.model.active, reference: typed.trim() };
    this.update();
    await vscode.commands.executeCommand(`${VIEW.mappingDatabase}.focus`);
  }

  /** Back to all pages of the selected task. */
  showAll(): void {
    this.question = undefined;
    this.update();
  }
}

/** What the menus hand over: a node of a tree, or a variable of the Variables view. */
function referenceIn(argument: unknown): string | undefined {
  const given = argument as
    { reference?: string; variable?: { memoryReference?: string } } | undefined;
  return given?.reference ?? given?.variable?.memoryReference;
}

async function askForAddress(): Promise<string | undefined> {
  return vscode.window.showInputBox({
    title: 'Who Mapped This Page?',
    prompt: 'An address in the selected task, or with its task above it.',
    placeHolder: '0x08049000 or 0x508049000',
    validateInput: (text) =>
      /^\s*0x[0-9a-fA-F]{1,12}\s*$/.test(text) ? undefined : 'Write a hexadecimal address.',
  });
}

/** A page of 4 MB may have a thousand mappings of 4 KB below it: they are unfolded when somebody asks. */
const UNFOLDED = 32;

/** A page as its own task sees it, with the way its frame has come: "2 sigma0 → 4 linux → 5 hello". */
function pageNode(tree: MappingTree, expanded: boolean): TreeNode {
  const { chain } = tree;
  const focused = chain.at(-1);
  const way = chain.map((row) => row.name).join(' → ');
  // A task may map one frame at several addresses.
  const id = `${tree.frame} ${focused?.address ?? ''}`;
  return {
    id: `frame ${id}${expanded ? ' asked' : ''}`,
    label: focused?.address ?? `frame ${tree.frame}`,
    description: focused === undefined ? undefined : `${largeSize(focused)}${way}`,
    tooltip: `Frame ${tree.frame} of ${tree.size}${focused === undefined ? '' : `, ${focused.rights}: ${way}`}`,
    icon: 'symbol-array',
    reference: focused?.reference,
    contextValue: focused === undefined ? undefined : ITEM.address,
    expanded,
    children: [mappingNode(id, tree.frame, tree.root)],
  };
}

/** Pages of 4 KB are what a page is where nothing is said. */
function largeSize({ size }: { readonly size: string }): string {
  return size === '4 KB' ? '' : `${size} `;
}

function mappingNode(tree: string, frame: string, row: MappingRow): TreeNode {
  return {
    id: `mapping ${tree} ${row.task} ${row.address}`,
    label: row.name,
    description: `${row.address} ${largeSize(row)}${row.rights}`,
    tooltip: `${row.name} maps frame ${frame} at ${row.address} (${row.size}, ${row.rights})`,
    icon: row.focused ? 'target' : 'arrow-small-right',
    highlighted: row.focused,
    reference: row.reference,
    contextValue: ITEM.address,
    expanded: row.children.length <= UNFOLDED,
    children: row.children.map((child) => mappingNode(tree, frame, child)),
  };
}
