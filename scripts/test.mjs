#!/usr/bin/env node
// npm test: builds everything, runs the tests, and closes with "N passed, N failed, N skipped". The tests in a real
// editor are large: they run when CI is set, when the editor is already there, or with --editor-only.
// In CI a skip that test/skips.txt does not list is a failure.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from './build.mjs';

const root = path.resolve(import.meta.dirname, '..');
const inCi = process.env.CI !== undefined && process.env.CI !== '';
const editorOnly = process.argv.includes('--editor-only');
const withEditor = editorOnly || inCi || existsSync(path.join(root, '.vscode-test'));

/**
 * Runs mocha on some files; its counts come back in a file. `quiet`: what it writes is shown when it has ended, because
 * another one runs beside it.
 */
async function mocha(name, args, quiet = false) {
  const results = path.join(root, 'build', `results-${name}.json`);
  mkdirSync(path.dirname(results), { recursive: true });
  rmSync(results, { force: true });
  const reporter = path.join(root, 'test/support/reporter.cjs');
  const bin = path.join(root, 'node_modules/mocha/bin/mocha.js');
  const output = [];
  await new Promise((resolve) => {
    const run = spawn(
      process.execPath,
      [bin, '--reporter', reporter, '--reporter-option', `results=${results}`, ...args],
      { cwd: root, stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'] },
    );
    for (const stream of [run.stdout, run.stderr]) {
      stream?.on('data', (chunk) => output.push(chunk));
    }
    run.on('close', resolve);
  });
  process.stdout.write(Buffer.concat(output));
  return existsSync(results)
    ? JSON.parse(readFileSync(results, 'utf8'))
    : { passed: 0, failed: 1, skipped: [] };
}

function listedSkips() {
  return readFileSync(path.join(root, 'test/skips.txt'), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

await build();
const runs = [];
if (!editorOnly) {
  // Two at a time: the tests in the guest take about as long as all the others.
  const others = ['--ignore', 'test/editor/**', '--ignore', 'test/guest/**', 'test/**/*.test.ts'];
  const both = [mocha('guest', ['test/guest/**/*.test.ts'], true), mocha('unit', others)];
  runs.push(...(await Promise.all(both)));
}
if (withEditor) {
  runs.push(await mocha('editor', ['--timeout', '300000', 'test/editor/*.test.ts']));
} else {
  console.log('The tests in a real editor did not run: npm run test:editor runs them.');
}
const passed = runs.reduce((sum, run) => sum + run.passed, 0);
const skipped = runs.flatMap((run) => run.skipped);
let failed = runs.reduce((sum, run) => sum + run.failed, 0);
if (inCi) {
  const allowed = listedSkips();
  for (const title of skipped.filter((each) => !allowed.includes(each))) {
    console.log(`FAIL skipped without being listed in test/skips.txt: ${title}`);
    failed += 1;
  }
}
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
