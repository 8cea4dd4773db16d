#!/usr/bin/env node
// npm run coverage:isa: runs each suite of the processor and says which rows of the instruction table it executes.
// Fails if a row is executed by none. The whole report is left in build/isa-coverage.txt. With names of suites as
// arguments, by those alone.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const folder = path.join(root, 'build/isa-coverage');

/** Name of a suite, and the files that make it. */
const SUITES = [
  ['host', ['test/emulator/hostDifferential.test.ts']],
  ['qemu', ['test/emulator/systemModes.test.ts', 'test/emulator/systemFuzz.test.ts']],
  [
    'manual',
    [
      'test/emulator/privileged.test.ts',
      'test/emulator/processorKinds.test.ts',
      'test/emulator/faults.test.ts',
    ],
  ],
  ['forms', ['test/emulator/instructionForms.test.ts']],
  ['vector', ['test/emulator/simd.test.ts']],
  ['machine', ['test/emulator/machine.test.ts', 'test/emulator/devices.test.ts']],
];

function run(name, files) {
  const output = path.join(folder, `${name}.json`);
  rmSync(output, { force: true });
  const mocha = path.join(root, 'node_modules/mocha/bin/mocha.js');
  const result = spawnSync(
    process.execPath,
    [mocha, '--reporter', 'dot', '--require', './test/support/isaCoverage.ts', ...files],
    { cwd: root, env: { ...process.env, ISA_COVERAGE_FILE: output }, encoding: 'utf8' },
  );
  if (result.status !== 0 || !existsSync(output)) {
    console.error(result.stdout);
    throw new Error(`The suite "${name}" failed, so its coverage is not known.`);
  }
  return new Set(JSON.parse(readFileSync(output, 'utf8')));
}

const { INSTRUCTION_TABLE, rowTitle } =
  await import('../src/emulator/x86/decode/instructionTable.ts');
mkdirSync(folder, { recursive: true });
const wanted = process.argv.slice(2);
const chosen = SUITES.filter(([name]) => wanted.length === 0 || wanted.includes(name));
const suites = chosen.map(([name, files]) => ({ name, rows: run(name, files) }));
const titles = INSTRUCTION_TABLE.map(rowTitle);
const lines = titles.map((title) => {
  const by = suites.filter(({ rows }) => rows.has(title)).map(({ name }) => name);
  return { title, by };
});
const report = lines.map(({ title, by }) => `${title.padEnd(32)} ${by.join(' ') || '-'}`);
writeFileSync(path.join(root, 'build/isa-coverage.txt'), `${report.join('\n')}\n`);
for (const { name, rows } of suites) {
  console.log(`${String(rows.size).padStart(5)} of ${titles.length} rows by ${name}`);
}
const missing = lines.filter(({ by }) => by.length === 0);
for (const { title } of missing) {
  console.log(`No suite executes ${title}.`);
}
console.log(
  `${titles.length - missing.length} of ${titles.length} rows are executed; build/isa-coverage.txt says by which suite.`,
);
process.exitCode = missing.length === 0 ? 0 : 1;
