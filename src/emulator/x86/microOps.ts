// The micro-operations of predecoded blocks: eight words each, in one Int32Array (dispatch.ts runs them,
// translate.ts makes them). Registers are word indices; of 8-bit registers, byte indices.
//
//   word 0     the operation
//   words 1-5  its operands
//   word 6     instructions from this one to the block's end | static data references likewise << 8
//   word 7     where the instruction starts, relative to the block | its length << 16

export const MICRO_WORDS = 8;
export const ACCOUNT = 6;
export const LOCATION = 7;

/** Words for the blocks of one machine: a power of two. */
export const ARENA_WORDS = 0x20_0000;
/**
 * Mask of a place among them. The fast path computes every place with this mask, and every counter with `| 0`: so
 * the engine's compiler knows that they are small integers, and neither boxes them nor tests for overflow.
 */
export const PLACE = 0x1f_ffff;

/** Operand order of memory forms: register or value, base, index, shift, displacement. */
export const MICRO = {
  INVALID: 0, // the block's bytes changed: look again at this instruction
  BEGIN: 1, // instructions, references
  HOOK: 2, // physical address
  GENERIC: 3, // index of the Instruction: its handler does it all
  GENERIC_END: 4, // the same at the end of a block
  END: 5, // -, next offset, link
  JMP: 6, // -, target offset, link
  JCC: 7, // condition, target offset, link, next offset, link
  CALL: 8, // return offset, target offset, link
  RET: 9, // bytes to release
  JMP_REGISTER: 10, // register
  CALL_REGISTER: 11, // return offset, register
  JZ: 12, // as JCC
  JNZ: 13,
  CROSSING: 14, // instructions, references, physical page of the second part
  PRIVILEGED: 15, // #GP unless CPL is 0
  MOV_RR: 16, // destination, source
  MOV_RI: 17, // destination, value
  LEA: 18, // destination, base, index, shift, displacement
  LOAD32: 19,
  LOAD16Z: 20,
  LOAD16S: 21,
  LOAD8Z: 22,
  LOAD8S: 23,
  LOAD8: 24, // destination is a byte index
  STORE32: 25,
  STORE16: 26,
  STORE8: 27, // source is a byte index
  STORE32_I: 28, // value, base, index, shift, displacement
  STORE8_I: 29,
  PROBE32: 30, // -, base, index, shift, displacement: would a write succeed?
  PROBE8: 31,
  PUSH_R: 32, // register
  PUSH_I: 33, // value
  POP_R: 34, // register
  SEGMENT: 35, // segment | size << 8 | write << 16, base, index, shift, displacement: linear address to ADDRESS
  MOV8_RR: 36, // byte indices
  MOV8_RI: 37,
  MOVZX8: 38, // destination, byte index
  MOVSX8: 39,
  MOVZX16: 40, // destination, register
  MOVSX16: 41,
  SETCC: 42, // byte index, condition
  LEAVE: 43,
  ADD_RR: 48, // the eight operations in the order of their encoding, then TEST: destination, source
  OR_RR: 49,
  ADC_RR: 50,
  SBB_RR: 51,
  AND_RR: 52,
  SUB_RR: 53,
  XOR_RR: 54,
  CMP_RR: 55,
  TEST_RR: 56,
  ADD_RI: 64, // destination, value
  OR_RI: 65,
  ADC_RI: 66,
  SBB_RI: 67,
  AND_RI: 68,
  SUB_RI: 69,
  XOR_RI: 70,
  CMP_RI: 71,
  TEST_RI: 72,
  ALU8_RR: 80, // byte index, byte index, operation, whether to write
  ALU8_RI: 81,
  INC: 82, // register
  DEC: 83,
  NEG: 84,
  NOT: 85,
  SHL_RI: 86, // register, count
  SHR_RI: 87,
  SAR_RI: 88,
  IMUL_RR: 89, // destination, source
  IMUL_RRI: 90, // destination, source, value
  CDQ: 91,
  SHIFT_CL: 92, // register, 0 SHL 1 SHR 2 SAR
  XCHG_RR: 93,
  RETURN_ADDRESS: 95, // destination, offset: EIP of the instruction at that offset in the block
  ENTER: 94, // look up the block at EIP; stands alone at the front of the arena
  ROL_RI: 96, // register, count from 1 to 31
  ROR_RI: 97,
  SHR_RI_QUIET: 98, // without flags (simplify.ts)
  SAR_RI_QUIET: 99,
  ROL_RI_QUIET: 100,
  AND_RR_QUIET: 101,
  AND_RI_QUIET: 102,
  OR_RR_QUIET: 103,
  OR_RI_QUIET: 104,
  XOR_RR_QUIET: 105,
  XOR_RI_QUIET: 106,
  SUB_RR_QUIET: 107,
  CMP_RR_JCC: 108, // with the conditional jump behind it, which lends its operands
  CMP_RI_JCC: 109,
  TEST_RR_JZ: 110, // with JZ or JNZ
  TEST_RI_JZ: 111,
  AND_RI_JZ: 112,
  DEC_JZ: 113,
  LOAD_CR3: 114, // register; ends the block, as INVLPG does; #GP unless CPL is 0
  INVLPG: 115, // -, base, index, shift, displacement; likewise
  INT: 117, // index of the Instruction, vector
  IRET: 118, // index of the Instruction
  MOV_FROM_CONTROL: 116, // destination, word of the control register; #GP unless CPL is 0
} as const;
