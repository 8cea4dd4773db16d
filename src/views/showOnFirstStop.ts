// Brings the L4Scope panel and the Run and Debug view to the front when a session stops for the first time: while the
// program runs the person wants its console, and then what the kernel looks like. After that all is left as it is.
import * as vscode from 'vscode';
import { VIEW } from '../contributions.ts';
import type { SessionModel } from './sessionModel.ts';

export function showOnFirstStop(model: SessionModel): vscode.Disposable {
  const shown = new WeakSet<vscode.DebugSession>();
  return model.onDidChange(() => {
    const session = model.active;
    if (session !== undefined && model.selectedThread !== undefined && !shown.has(session)) {
      shown.add(session);
      void showViews();
    }
  });
}

async function showViews(): Promise<void> {
  // VS Code itself does so at a line breakpoint only, not at an event of the kernel.
  if (vscode.workspace.getConfiguration('debug').get('openDebug') !== 'neverOpen') {
    await vscode.commands.executeCommand('workbench.view.debug');
    await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
  }
  await vscode.commands.executeCommand(`${VIEW.threads}.focus`, { preserveFocus: true });
}
