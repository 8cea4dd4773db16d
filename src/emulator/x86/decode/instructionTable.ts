// All rows of THE instruction table, whatever file they stand in: what the decoder, the coverage report and the tests
// of the table read.
import type { OpcodeRow } from './opcodeRow.ts';
import { ONE_BYTE_OPCODES } from './opcodes.ts';
import { TWO_BYTE_OPCODES } from './opcodesTwoByte.ts';

export const INSTRUCTION_TABLE: readonly OpcodeRow[] = [...ONE_BYTE_OPCODES, ...TWO_BYTE_OPCODES];

/** A row as the manuals write it: `0F BA /4 BT Ev,Ib`. */
export function rowTitle({ opcode, digit, name, operands }: OpcodeRow): string {
  const hex = (opcode & 0xff).toString(16).toUpperCase().padStart(2, '0');
  const bytes = opcode > 0xff ? `0F ${hex}` : hex;
  return `${bytes}${digit < 0 ? '' : ` /${digit}`} ${name} ${operands.join(',')}`.trim();
}
