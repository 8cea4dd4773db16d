#!/usr/bin/env node
// All static checks: types once for each environment, lint, format, layers. The same as the tests in test/checks run.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

export const CHECKS = [
  { name: 'types of the core, which knows no host', command: ['tsc', '-p', 'tsconfig.core.json'] },
  { name: 'types of the host side and the tests', command: ['tsc', '-p', 'tsconfig.host.json'] },
  { name: 'types of the webviews', command: ['tsc', '-p', 'tsconfig.webview.json'] },
  { name: 'lint', command: ['eslint', '--max-warnings', '0', '.'] },
  { name: 'format', command: ['prettier', '--check', '.'] },
  { name: 'layers', command: ['depcruise', '--config', '.dependency-cruiser.cjs', 'src'] },
];

const root = path.resolve(import.meta.dirname, '..');

/** Runs one check; its output, and whether it passed. */
export function runCheck({ command: [tool, ...args] }) {
  const bin = path.join(root, 'node_modules/.bin', tool);
  const { status, stdout, stderr } = spawnSync(bin, args, { cwd: root, encoding: 'utf8' });
  return { passed: status === 0, output: stdout + stderr };
}

if (process.argv[1] === import.meta.filename) {
  let failed = 0;
  for (const check of CHECKS) {
    const { passed, output } = runCheck(check);
    console.log(`${passed ? 'ok  ' : 'FAIL'} ${check.name}`);
    if (!passed) {
      console.log(output);
      failed += 1;
    }
  }
  process.exit(failed === 0 ? 0 : 1);
}
