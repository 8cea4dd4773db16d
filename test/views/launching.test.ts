// Launch configurations without a launch.json, and the session that ends in mid-question.
import assert from 'node:assert/strict';
import type { DebugConfiguration, DebugConfigurationProvider, TreeDataProvider } from 'vscode';
import { DEBUG_TYPE, VIEW } from '../../src/contributions.ts';
import { activateExtension, type StandIn } from './extensionUnderTest.ts';

type Empty = DebugConfiguration;

describe('Starting a program', () => {
  let vscode: StandIn;
  const resolve = (configuration: object): unknown => {
    const [provider] = vscode.registered.configurationProviders as DebugConfigurationProvider[];
    return provider.resolveDebugConfiguration?.(undefined, configuration as Empty);
  };
  const open = (fsPath: string): void => {
    vscode.window.activeTextEditor = { document: { uri: { fsPath } } };
  };
  beforeEach(async () => {
    vscode = await activateExtension();
  });

  for (const file of ['/home/student/hello.c', '/home/student/entry.S', '/home/student/hello']) {
    it(`takes ${file} for the program when there is no launch.json`, () => {
      open(file);
      const { name, ...resolved } = resolve({}) as DebugConfiguration;
      assert.ok(name.includes('hello') || name.includes('entry'));
      assert.deepEqual(resolved, { type: DEBUG_TYPE, request: 'launch', program: file });
    });
  }

  it('says in one sentence that a README is no program', () => {
    open('/home/student/README.md');
    assert.equal(resolve({}), undefined);
    assert.match(vscode.registered.errors[0], /^L4Scope has no program to run: open a C file/);
  });

  it('gives the shell of the root file system when no file is open, and for a configuration without a program', () => {
    const shell = { type: DEBUG_TYPE, request: 'launch', name: 'L4Linux: shell' };
    assert.deepEqual(resolve({}), shell);
    assert.deepEqual(resolve({ ...shell, root: '/srv/root' }), { ...shell, root: '/srv/root' });
  });

  it('leaves a configuration of a launch.json alone', () => {
    const given = {
      type: DEBUG_TYPE,
      request: 'launch',
      name: 'mine',
      program: '/bin/x',
      memory: 16,
    };
    assert.deepEqual(resolve(given), given);
  });

  it('starts nothing in a workspace that is not trusted, and says so', () => {
    vscode.registered.isTrusted = false;
    assert.equal(resolve({ type: DEBUG_TYPE, request: 'launch', program: '/bin/x' }), undefined);
    assert.deepEqual(vscode.registered.errors, [
      'L4Scope starts no program in a workspace that is not trusted.',
    ]);
  });

  it('gives up a question that the session has not answered when it ends', async () => {
    const session = {
      type: DEBUG_TYPE,
      id: '1',
      customRequest: () => new Promise(() => undefined),
    };
    vscode.registered.activeDebugSession.fire(session);
    const tree = vscode.registered.trees.get(VIEW.threads) as TreeDataProvider<unknown>;
    const children = tree.getChildren();
    vscode.registered.terminatedSession.fire(session);
    assert.deepEqual(await children, []);
  });

  it('adds the breakpoint on IPC to the Linux server once', async () => {
    const breakOnIpc = vscode.registered.commands.get('l4scope.breakOnIpcToLinux');
    await breakOnIpc?.();
    await breakOnIpc?.();
    const conditions = vscode.registered.breakpoints.map(({ condition }) => condition);
    assert.deepEqual(conditions, [
      'to == linux && from != linux && from != sigma0 && words[0] < 4096',
    ]);
  });
});
