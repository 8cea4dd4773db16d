#!/usr/bin/env node
// Bundles the benchmark with the options of the shipped bundles, because they decide the interpreter's speed, and runs
// it; then measures what an idle prompt costs.   node scripts/bench.mjs
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
const statuses = [[outfile], ['--import', 'tsx/esm', 'test/bench/idle.ts']].map(
  (args) =>
    spawnSync(process.execPath, args, { cwd: common.absWorkingDir, stdio: 'inherit' }).status,
);
process.exit(statuses.every((status) => status === 0) ? 0 : 1);
