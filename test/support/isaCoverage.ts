// Loaded by `npm run coverage:isa` beside a suite: notes each row of the instruction table that is executed, and writes
// their titles to the file that ISA_COVERAGE_FILE names.
import { writeFileSync } from 'node:fs';
import { rowTitle } from '../../src/emulator/x86/decode/instructionTable.ts';
import type { OpcodeRow } from '../../src/emulator/x86/decode/opcodeRow.ts';
import { rowObserver } from '../../src/emulator/x86/decode/rowObserver.ts';

const executed = new Set<OpcodeRow>();
rowObserver.listener = (row) => executed.add(row);

export const mochaHooks = {
  afterAll(): void {
    const file = process.env.ISA_COVERAGE_FILE;
    if (file !== undefined) {
      writeFileSync(file, JSON.stringify([...executed].map(rowTitle)));
    }
  },
};
