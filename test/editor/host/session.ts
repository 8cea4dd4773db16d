// What the extension does, seen from inside the extension host: a session from the start to the end by the API of
// VS Code alone. It runs in a desktop VS Code (npm run test:electron), where the suite in the browser does not.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMAND, DEBUG_TYPE } from '../../../src/contributions.ts';
import {
  REQUEST,
  type MappingDatabaseAnswer,
  type ThreadsAnswer,
} from '../../../src/protocol/requests.ts';

const [folder] = vscode.workspace.workspaceFolders ?? [];
const program = vscode.Uri.joinPath(folder.uri, 'hello.c');

/** The next value of an event for which a condition holds. */
function next<T>(event: vscode.Event<T>, holds: (value: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    const subscription = event((value) => {
      if (holds(value)) {
        subscription.dispose();
        resolve(value);
      }
    });
  });
}

describe('A session in the extension host', () => {
  let session: vscode.DebugSession;

  it('stops at the IPC to the Linux server that the command asks for', async () => {
    await vscode.commands.executeCommand(COMMAND.breakOnIpcToLinux);
    const stopped = next(vscode.debug.onDidChangeActiveStackItem, (item) => item !== undefined);
    const configuration = {
      type: DEBUG_TYPE,
      request: 'launch',
      name: 'hello',
      program: program.fsPath,
    };
    assert.ok(await vscode.debug.startDebugging(folder, configuration));
    await stopped;
    session = vscode.debug.activeDebugSession!;
    assert.equal(session.type, DEBUG_TYPE);
  });

  it('answers the questions of the views', async () => {
    const { threads } = (await session.customRequest(REQUEST.threads)) as ThreadsAnswer;
    assert.ok(threads.some(({ name, running }) => running && name.startsWith('5.0 hello')));
    const mapping = (await session.customRequest(REQUEST.mappingDatabase, {
      reference: '0x508048000',
    })) as MappingDatabaseAnswer;
    assert.equal(mapping.title, 'Who mapped 0x08048000 in 5 hello');
    assert.equal(mapping.trees.length, 1);
  });

  it('ends when the program does', async () => {
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    const ended = next(vscode.debug.onDidTerminateDebugSession, ({ id }) => id === session.id);
    await vscode.commands.executeCommand('workbench.action.debug.continue');
    await ended;
  });
});
