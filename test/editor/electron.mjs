#!/usr/bin/env node
// npm run test:electron: the suite in test/editor/host inside a desktop VS Code of the oldest version that package.json
// supports. @vscode/test-electron downloads it; CODE names an executable that is already there.
import { runTests } from '@vscode/test-electron';
import esbuild from 'esbuild';
import path from 'node:path';
import { build } from '../../scripts/build.mjs';

const OLDEST_VERSION = '1.100.3';
const root = path.resolve(import.meta.dirname, '../..');
const suite = path.join(root, 'build/editor-host/index.cjs');

await build();
await esbuild.build({
  entryPoints: [path.join(root, 'test/editor/host/index.ts')],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  external: ['vscode', 'mocha'],
  outfile: suite,
});
try {
  await runTests({
    version: OLDEST_VERSION,
    vscodeExecutablePath: process.env.CODE,
    extensionDevelopmentPath: root,
    extensionTestsPath: suite,
    launchArgs: [path.join(root, 'examples'), '--disable-extensions', '--disable-workspace-trust'],
  });
} catch (error) {
  console.error(`test:electron: ${error.message}`);
  process.exit(1);
}
