// All rows of THE instruction table, whatever file they stand in: what the decoder, the coverage report and the tests
// of the table read.
import { OPCODE_MAPS, type OpcodeRow } from './opcodeRow.ts';
import { ONE_BYTE_OPCODES } from './opcodes.ts';
import { SIMD_OPCODES } from './opcodesSimd.ts';
import { THREE_BYTE_OPCODES } from './opcodesThreeByte.ts';
import { TWO_BYTE_OPCODES } from './opcodesTwoByte.ts';

export const INSTRUCTION_TABLE: readonly OpcodeRow[] = [
  ...ONE_BYTE_OPCODES,
  ...TWO_BYTE_OPCODES,
  ...SIMD_OPCODES,
  ...THREE_BYTE_OPCODES,
];

/** A row as the manuals write it: `0F BA /4 BT Ev,Ib`, `66 0F 58 ADDPD V,W`. */
export function rowTitle({ opcode, digit, name, operands, prefix }: OpcodeRow): string {
  const hex = (opcode & 0xff).toString(16).toUpperCase().padStart(2, '0');
  const lead = OPCODE_MAPS[opcode >> 8].replace(/../g, '$& ');
  const bytes = `${lead}${hex}`;
  const before = prefix === undefined ? '' : `${prefix} `;
  return `${before}${bytes}${digit < 0 ? '' : ` /${digit}`} ${name} ${operands.join(',')}`.trim();
}
