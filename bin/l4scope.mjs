#!/usr/bin/env node
// The command line in a clone or a package: loads the built bundle, and builds it first in a fresh clone.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '..');
const bundle = path.join(root, 'dist/cli.mjs');
if (!existsSync(bundle)) {
  if (!existsSync(path.join(root, 'node_modules/esbuild'))) {
    console.error('l4scope: this clone is not built; run npm ci, then npm run build.');
    process.exit(3);
  }
  const { build } = await import('../scripts/build.mjs');
  await build();
}
const { main } = await import(pathToFileURL(bundle).href);
process.exitCode = await main(root, process.argv.slice(2));
if (process.stdin.isTTY !== true || process.argv[2] !== 'dap') {
  process.stdin.destroy();
}
