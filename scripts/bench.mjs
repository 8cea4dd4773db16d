#!/usr/bin/env node
// Bundles the benchmark with the options of the shipped bundles, because they decide the interpreter's speed, and runs
// it.   node scripts/bench.mjs
import { spawnSync } from 'node:child_process';
import esbuild from 'esbuild';
import path from 'node:path';
import { common } from './build.mjs';

const outfile = path.join(common.absWorkingDir, 'dist/bench.mjs');
await esbuild.build({
  ...common,
  entryPoints: ['test/bench/run.ts'],
  outfile,
  platform: 'node',
  format: 'esm',
});
const { status } = spawnSync(process.execPath, [outfile], { stdio: 'inherit' });
process.exit(status ?? 1);
