// The extension, bundled as it ships but against the stand-in for "vscode", and activated.
import esbuild from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../support/paths.ts';
import type * as standIn from './vscodeStandIn.ts';

export type StandIn = typeof standIn;

interface Bundle {
  readonly activate: (context: object) => void;
  readonly vscode: StandIn;
}

export async function activateExtension(): Promise<StandIn> {
  const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-extension-'));
  const outfile = path.join(folder, 'extension.mjs');
  const standInFile = path.join(root, 'test/views/vscodeStandIn.ts');
  await esbuild.build({
    stdin: {
      contents: `export { activate } from './src/extension.ts'; export * as vscode from 'vscode';`,
      resolveDir: root,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: { vscode: standInFile },
    outfile,
  });
  const { activate, vscode } = (await import(pathToFileURL(outfile).href)) as Bundle;
  rmSync(folder, { recursive: true });
  activate({ subscriptions: [], extensionUri: { fsPath: root, path: root } });
  return vscode;
}
