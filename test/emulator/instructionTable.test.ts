// The instruction table and what must agree with it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { INSTRUCTION_TABLE as ROWS } from '../../src/emulator/x86/decode/instructionTable.ts';
import { HANDLERS } from '../../src/emulator/x86/execute/handlers.ts';
import { MICRO } from '../../src/emulator/x86/microOps.ts';

describe('The instruction table', () => {
  it('names a handler that exists in every row', () => {
    const missing = ROWS.filter((row) => !(row.handler in HANDLERS)).map((row) => row.name);
    assert.deepEqual(missing, []);
    assert.ok(ROWS.length > 400);
  });

  it('has one row for each opcode', () => {
    const keys = ROWS.map((row) => `${row.prefix ?? ''} ${row.opcode}/${row.digit}`);
    assert.equal(new Set(keys).size, keys.length);
  });

  it('has no opcode both with and without a mandatory prefix, but for BSR and LZCNT', () => {
    const plain = new Set(ROWS.filter((row) => row.prefix === undefined).map((row) => row.opcode));
    const vector = ROWS.filter((row) => row.prefix !== undefined);
    assert.deepEqual(
      vector
        .filter((row) => plain.has(row.opcode) || row.needs === undefined)
        .map(({ name }) => name),
      ['LZCNT'],
    );
  });

  it('never calls a flag both defined and undefined', () => {
    const both = ROWS.filter((row) => [...row.sets].some((flag) => row.undefines.includes(flag)));
    assert.deepEqual(both, []);
  });
});

describe('The dispatch', () => {
  it('has a case for each micro-operation, with the number that its comment names', () => {
    const source = readFileSync(
      new URL('../../src/emulator/x86/execute/dispatch.ts', import.meta.url),
      'utf8',
    );
    const cases = [...source.matchAll(/case (\d+): \/\* (\w+) \*\//g)];
    const found = Object.fromEntries(cases.map(([, number, name]) => [name, Number(number)]));
    assert.deepEqual(found, { ...MICRO });
  });
});
