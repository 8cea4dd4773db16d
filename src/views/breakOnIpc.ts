// "Break on IPC to the Linux Server": a function breakpoint with a condition, which the Breakpoints view shows and
// keeps, and which can be unticked, edited and removed there.
import * as vscode from 'vscode';

const EVENT_NAME = 'ipc-send';
const CONDITION = 'to == linux && from != linux && from != sigma0 && words[0] < 4096';

export function breakOnIpcToLinux(): void {
  const isOurs = (breakpoint: vscode.Breakpoint): boolean =>
    breakpoint instanceof vscode.FunctionBreakpoint &&
    breakpoint.functionName === EVENT_NAME &&
    breakpoint.condition === CONDITION;
  const existing = vscode.debug.breakpoints.filter(isOurs);
  if (existing.some((breakpoint) => breakpoint.enabled)) {
    void vscode.window.showInformationMessage(
      'Execution already stops at each IPC to the Linux server.',
    );
    return;
  }
  vscode.debug.removeBreakpoints(existing);
  vscode.debug.addBreakpoints([new vscode.FunctionBreakpoint(EVENT_NAME, true, CONDITION)]);
}
