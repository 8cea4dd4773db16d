// What all trees have in common: nodes with stable ids, made from a finished model, refreshed as a whole.
import * as vscode from 'vscode';
import type { SessionModel } from './sessionModel.ts';

export interface TreeNode {
  /** Stable from one stop to the next, so that what is unfolded and selected stays so. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  readonly icon?: string;
  readonly contextValue?: string;
  /** DAP memory reference of what the node shows. */
  readonly reference?: string;
  readonly highlighted?: boolean;
  readonly expanded?: boolean;
  readonly children?: readonly TreeNode[];
}

/** 13325 as "13,325": instruction counts have many digits. */
export function grouped(count: number): string {
  return count.toLocaleString('en');
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** A tree whose nodes are all made at once from the answer to one request. */
export abstract class ModelTree implements vscode.TreeDataProvider<TreeNode> {
  protected readonly model: SessionModel;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private view: vscode.TreeView<TreeNode> | undefined;

  constructor(model: SessionModel) {
    this.model = model;
  }

  /** The nodes of the top level; empty when nothing runs, so that the welcome text shows. */
  protected abstract roots(): Promise<readonly TreeNode[]>;

  register(id: string): vscode.Disposable[] {
    this.view = vscode.window.createTreeView(id, { treeDataProvider: this, showCollapseAll: true });
    return [this.view, this.changed, this.model.onDidChange(() => this.update())];
  }

  update(): void {
    this.changed.fire();
  }

  protected set message(text: string | undefined) {
    if (this.view !== undefined) {
      this.view.message = text;
    }
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node !== undefined) {
      return [...(node.children ?? [])];
    }
    try {
      const roots = this.model.isRunning ? await this.roots() : [];
      if (!this.model.isRunning) {
        this.message = undefined; // beside a message no welcome text is shown
        return [];
      }
      return [...roots];
    } catch (error) {
      this.message = error instanceof Error ? error.message : String(error);
      return [];
    }
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    const state = vscode.TreeItemCollapsibleState;
    const unfolds = (node.children?.length ?? 0) > 0;
    const label: vscode.TreeItemLabel = {
      label: node.label,
      highlights: node.highlighted === true ? [[0, node.label.length]] : undefined,
    };
    const item = new vscode.TreeItem(
      label,
      unfolds ? (node.expanded === true ? state.Expanded : state.Collapsed) : state.None,
    );
    item.id = node.id;
    item.description = node.description;
    item.tooltip = node.tooltip;
    item.contextValue = node.contextValue;
    item.iconPath = node.icon === undefined ? undefined : new vscode.ThemeIcon(node.icon);
    item.accessibilityInformation = { label: `${node.label} ${node.description ?? ''}` };
    return item;
  }
}
