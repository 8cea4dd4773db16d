// package.json and src/contributions.ts agree, id for id, and the extension registers what it promises.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  COMMAND,
  CONTEXT,
  DEBUG_TYPE,
  ITEM,
  VIEW,
  VIEW_CONTAINER,
} from '../../src/contributions.ts';
import { root } from '../support/paths.ts';
import { activateExtension, type StandIn } from './extensionUnderTest.ts';

interface Manifest {
  capabilities: { untrustedWorkspaces: { supported: unknown } };
  contributes: {
    debuggers: { type: string; configurationAttributes: { launch: { properties: object } } }[];
    commands: { command: string }[];
    views: Record<string, { id: string }[]>;
    viewsWelcome: { view: string }[];
    menus: Record<string, { command: string; when?: string }[]>;
  };
}

const text = readFileSync(path.join(root, 'package.json'), 'utf8');
const { contributes, capabilities } = JSON.parse(text) as Manifest;
const sorted = (items: Iterable<string>): string[] => [...items].sort();

describe('What the extension contributes', () => {
  let vscode: StandIn;
  before(async () => {
    vscode = await activateExtension();
  });

  it('names the same commands in package.json, in contributions.ts and in the code', () => {
    const declared = sorted(contributes.commands.map(({ command }) => command));
    assert.deepEqual(sorted(Object.values(COMMAND)), declared);
    assert.deepEqual(sorted(vscode.registered.commands.keys()), declared);
  });

  it('names the same views, each with a welcome text and a tree', () => {
    const declared = sorted(contributes.views[VIEW_CONTAINER].map(({ id }) => id));
    assert.deepEqual(sorted(Object.values(VIEW)), declared);
    assert.deepEqual(sorted(vscode.registered.trees.keys()), declared);
    assert.deepEqual(sorted(contributes.viewsWelcome.map(({ view }) => view)), declared);
  });

  it('has one debug type, with an adapter and two configuration providers', () => {
    assert.deepEqual(
      contributes.debuggers.map(({ type }) => type),
      [DEBUG_TYPE],
    );
    assert.deepEqual([...vscode.registered.adapterFactories.keys()], [DEBUG_TYPE]);
    assert.equal(vscode.registered.configurationProviders.length, 2);
  });

  it('uses in its menus only commands, context keys and items that exist', () => {
    const known = new Set<string>([
      ...Object.values(COMMAND),
      ...Object.values(VIEW),
      ...Object.values(CONTEXT),
      ...Object.values(ITEM),
    ]);
    const entries = Object.values(contributes.menus).flat();
    const used = entries.flatMap(({ command, when }) => [
      command,
      ...(when?.match(/l4scope\.\w+/g) ?? []),
    ]);
    assert.ok(entries.length > 5);
    assert.deepEqual(
      used.filter((name) => !known.has(name)),
      [],
    );
  });

  it('says that it is limited in a workspace that is not trusted', () => {
    assert.equal(capabilities.untrustedWorkspaces.supported, 'limited');
  });
});
