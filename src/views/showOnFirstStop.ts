// Brings the L4Scope panel to the front when a session stops for the first time: while the program runs the person
// wants its console, and then what the kernel looks like. After that the panel is left as the person has it.
import * as vscode from 'vscode';
import { VIEW } from '../contributions.ts';
import type { SessionModel } from './sessionModel.ts';

export function showOnFirstStop(model: SessionModel): vscode.Disposable {
  const shown = new WeakSet<vscode.DebugSession>();
  return model.onDidChange(() => {
    const session = model.active;
    if (session !== undefined && model.selectedThread !== undefined && !shown.has(session)) {
      shown.add(session);
      void vscode.commands.executeCommand(`${VIEW.threads}.focus`, { preserveFocus: true });
    }
  });
}
