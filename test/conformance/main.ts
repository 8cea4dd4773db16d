// npm run conformance -- --suites DIR: runs each public suite that lies in DIR and says which do not. The last line is
// `N passed, N failed, N skipped`; the exit status is 1 if anything failed, 2 for bad arguments or if nothing was run.
import { existsSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Choice, Suite } from './suite.ts';
import { SUITES } from './suites.ts';

const USAGE = 'Usage: npm run conformance -- --suites DIR [--only SUITE[/PROGRAM]] [--quick]';

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}

interface Arguments {
  readonly suites?: string;
  readonly only?: string;
  readonly quick?: boolean;
}

function commandLine(): Arguments {
  try {
    return parseArgs({
      options: {
        suites: { type: 'string' },
        only: { type: 'string' },
        quick: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    return fail(`${(error as Error).message} ${USAGE}`);
  }
}

interface Task {
  readonly folder: string;
  readonly suites: readonly Suite[];
  readonly choice: Choice;
}

function task({ suites: folder, only, quick }: Arguments): Task {
  if (folder === undefined) {
    return fail(`Say where the suites lie. ${USAGE}`);
  }
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    return fail(`There is no folder ${folder}: give one that holds suites. ${USAGE}`);
  }
  const [suite, program] = only?.split('/') ?? [];
  const suites = SUITES.filter(({ name }) => suite === undefined || suite === name);
  if (suites.length === 0) {
    return fail(`There is no suite ${suite}: ${SUITES.map(({ name }) => name).join(', ')}.`);
  }
  return { folder, suites, choice: { only: program, quick: quick ?? false } };
}

const { folder, suites, choice } = task(commandLine());
const totals = { passed: 0, failed: 0, skipped: 0 };

function runSuite(suite: Suite): void {
  const found = suite.find(folder);
  if (found === undefined) {
    console.log(`missing  ${suite.name}: ${folder} has no ${suite.wants}.`);
    return;
  }
  for (const { program, where, result, detail } of suite.run(found, choice)) {
    totals[result]++;
    const name = `${suite.name}/${program}`;
    console.log(`${result.padEnd(8)} ${name} (${where})${detail === '' ? '' : `: ${detail}`}`);
  }
}

suites.forEach(runSuite);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
if (totals.passed + totals.failed + totals.skipped === 0) {
  fail(`There is nothing to run in ${folder}.`);
}
process.exitCode = totals.failed === 0 ? 0 : 1;
