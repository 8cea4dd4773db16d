// The instruction table and what must agree with it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { ONE_BYTE_OPCODES } from '../../src/emulator/x86/decode/opcodes.ts';
import { TWO_BYTE_OPCODES } from '../../src/emulator/x86/decode/opcodesTwoByte.ts';
import { SIMD_OPCODES } from '../../src/emulator/x86/decode/opcodesSimd.ts';
import { HANDLERS } from '../../src/emulator/x86/execute/handlers.ts';
import { MICRO } from '../../src/emulator/x86/microOps.ts';

const ROWS = [...ONE_BYTE_OPCODES, ...TWO_BYTE_OPCODES, ...SIMD_OPCODES];

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

  it('has no opcode both with and without a mandatory prefix', () => {
    const plain = new Set([...ONE_BYTE_OPCODES, ...TWO_BYTE_OPCODES].map(({ opcode }) => opcode));
    assert.deepEqual(
      SIMD_OPCODES.filter(({ opcode }) => plain.has(opcode)).map(({ name }) => name),
      [],
    );
    assert.deepEqual(
      SIMD_OPCODES.filter(({ prefix, needs }) => prefix === undefined || needs === undefined),
      [],
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
