// npm run conformance -- --suites DIR: runs each public suite that lies in DIR and says which do not. The last line is
// `N passed, N failed, N skipped`; the exit status is 1 if anything failed, 2 for bad arguments.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Suite } from './suite.ts';
import { SUITES } from './suites.ts';

const USAGE = 'Usage: npm run conformance -- --suites DIR [--only SUITE[/PROGRAM]]';

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}

function options(): { folder: string; only: string | undefined } {
  try {
    const { values } = parseArgs({
      options: { suites: { type: 'string' }, only: { type: 'string' } },
    });
    const folder = values.suites ?? fail(`Say where the suites lie. ${USAGE}`);
    return existsSync(folder)
      ? { folder, only: values.only }
      : fail(`There is no folder ${folder}: give one that holds suites. ${USAGE}`);
  } catch (error) {
    return fail(`${(error as Error).message} ${USAGE}`);
  }
}

const { folder, only } = options();
const totals = { passed: 0, failed: 0, skipped: 0 };

function runSuite(suite: Suite): void {
  const found = suite.find(folder);
  if (found === undefined) {
    console.log(`missing  ${suite.name}: ${folder} has no ${suite.wants}.`);
    return;
  }
  for (const { program, where, result, detail } of suite.run(found, only?.split('/')[1])) {
    totals[result]++;
    const name = `${suite.name}/${program}`;
    console.log(`${result.padEnd(8)} ${name} (${where})${detail === '' ? '' : `: ${detail}`}`);
  }
}

for (const suite of SUITES.filter(
  ({ name }) => only === undefined || only.split('/')[0] === name,
)) {
  runSuite(suite);
}
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed === 0 ? 0 : 1;
