#!/usr/bin/env node
// Runs a script of the project on a fresh clone too: checks what the machine must have, installs the npm packages
// if they are not there, then hands over.   node scripts/first-run.mjs [--import PACKAGE] SCRIPT [ARG...]
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

function fail(sentence) {
  console.error(`l4scope: ${sentence}`);
  process.exit(3);
}

function runHere(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) {
    fail(`${command} cannot be run: ${error.message}.`);
  }
  return status ?? 1;
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Node ${process.versions.node} is too old; install Node 20.19 or later.`);
}
if (!existsSync(path.join(root, 'node_modules/.package-lock.json'))) {
  const status = runHere('npm', ['ci', '--no-audit', '--no-fund']);
  if (status !== 0) {
    fail('npm ci has failed; see its messages above.');
  }
}
process.exit(runHere(process.execPath, process.argv.slice(2)));
