#!/usr/bin/env node
// Builds the bundles (extension, worker, command line, webview) into dist/, and the guest images.
import esbuild from 'esbuild';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildGuest } from './build-guest.mjs';

const root = path.resolve(import.meta.dirname, '..');
const at = (file) => path.join(root, file);
/** What every bundle has in common. */
export const common = {
  bundle: true,
  // Puts constants of other modules in their places: the interpreter is a third faster for it. Names stay.
  minifySyntax: true,
  sourcemap: 'linked',
  logLevel: 'warning',
  absWorkingDir: root,
  target: 'es2023',
};

/** entry, output, and what is special about each bundle. */
const BUNDLES = [
  { entry: 'src/cli/main.ts', out: 'dist/cli.mjs', options: { platform: 'node', format: 'esm', banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); const __dirname = import.meta.dirname;" } } },
  { entry: 'src/extension.ts', out: 'dist/extension.cjs', options: { platform: 'node', format: 'cjs', external: ['vscode'] } },
  { entry: 'src/debugAdapter/worker.ts', out: 'dist/worker.cjs', options: { platform: 'node', format: 'cjs' } },
  { entry: 'src/webview/flameGraph/main.ts', out: 'dist/webview/flameGraph.js', options: { platform: 'browser', format: 'iife' } },
]; // prettier-ignore

export async function build() {
  await buildGuest();
  mkdirSync(at('dist'), { recursive: true });
  for (const { entry, out, options } of BUNDLES) {
    if (existsSync(at(entry))) {
      await esbuild.build({ ...common, entryPoints: [entry], outfile: out, ...options });
    }
  }
  copyFileSync(at('node_modules/iced-x86/iced_x86_bg.wasm'), at('dist/iced_x86_bg.wasm'));
  writeFileSync(at('dist/package.json'), '{ "private": true }\n');
}

if (process.argv[1] === import.meta.filename) {
  try {
    await build();
  } catch (error) {
    console.error(`build: ${error.message}`);
    process.exit(1);
  }
}
