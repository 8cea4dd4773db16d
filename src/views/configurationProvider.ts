// Launch configurations without a launch.json: F5 on a C file or an ELF file, and the Run and Debug view's list.
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../contributions.ts';

export class ConfigurationProvider implements vscode.DebugConfigurationProvider {
  provideDebugConfigurations(): vscode.DebugConfiguration[] {
    const path = activePath();
    return path !== undefined && isProgram(path) ? [configurationFor(path), SHELL] : [SHELL];
  }

  /** An empty configuration is F5 without a launch.json. */
  resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): vscode.DebugConfiguration | undefined {
    if (!vscode.workspace.isTrusted) {
      void vscode.window.showErrorMessage(
        'L4Scope starts no program in a workspace that is not trusted.',
      );
      return undefined;
    }
    if (configuration.type !== undefined) {
      return configuration; // one without a program is for the shell
    }
    const path = activePath();
    if (path !== undefined && !isProgram(path)) {
      void vscode.window.showErrorMessage(
        'L4Scope has no program to run: open a C file or a static i386 ELF file, or none at all for a shell, or name one as "program" in launch.json.',
      );
      return undefined;
    }
    return { ...(path === undefined ? SHELL : configurationFor(path)), ...configuration };
  }
}

/** F5 on nothing: a prompt in the guest's root file system. */
const SHELL = { type: DEBUG_TYPE, request: 'launch', name: 'L4Linux: shell' };

function configurationFor(program: string): vscode.DebugConfiguration {
  const name = program.split(/[\\/]/).pop() ?? program;
  return { type: DEBUG_TYPE, request: 'launch', name: `L4Linux: ${name}`, program };
}

function isProgram(path: string): boolean {
  return /(\.(c|S|s|elf)|(^|[\\/])[^.\\/]+)$/.test(path);
}

/** The file in front of the person: a text editor's, or one that is shown as binary. */
function activePath(): string | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri =
    vscode.window.activeTextEditor?.document.uri ??
    (input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText
      ? input.uri
      : undefined);
  return uri?.fsPath;
}
