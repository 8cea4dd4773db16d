// One decoded instruction, as the handlers of execute/ see it. The decoder resolves prefixes, operands and the
// segment once, so that a handler only asks for "the first operand".
import { ZERO } from '../registers.ts';
import type { Handler } from '../execute/operands.ts';
import type { OpcodeRow } from './opcodeRow.ts';

export const OPERAND_NONE = 0;
export const OPERAND_REGISTER = 1;
export const OPERAND_MEMORY = 2;
export const OPERAND_IMMEDIATE = 3;

export const REP_NONE = 0;
export const REP_EQUAL = 1; // REP, REPE: prefix F3
export const REP_NOT_EQUAL = 2; // REPNE: prefix F2

export class Instruction {
  row: OpcodeRow;
  /** Its map in OPCODE_MAPS times 256, and the last opcode byte. */
  opcode = 0;
  /** Operand size in bits: 8, 16 or 32. */
  width = 32;
  address16 = false;
  repeat = REP_NONE;
  lock = false;
  /** Segment of the memory operand, overrides applied. */
  segment = 3;
  overridden = false;
  hasModrm = false;
  modrm = 0;
  kind1 = OPERAND_NONE;
  register1 = 0;
  kind2 = OPERAND_NONE;
  register2 = 0;
  base = ZERO;
  index = ZERO;
  shift = 0;
  displacement = 0;
  immediate = 0;
  immediate2 = 0;
  length = 0;
  /** What a GENERIC micro-operation calls. */
  handler: Handler = notBound;

  constructor(row: OpcodeRow) {
    this.row = row;
  }

  get registerField(): number {
    return (this.modrm >> 3) & 7;
  }

  get memoryForm(): boolean {
    return this.hasModrm && this.modrm < 0xc0;
  }
}

function notBound(): never {
  throw new Error('An instruction was run before its handler was bound.');
}
