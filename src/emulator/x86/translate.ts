// Instructions to micro-operations. What the fast path does not know becomes GENERIC, which calls the handler; so
// this file decides speed only, never meaning. One emitter for each handler name, in one table.
import { MODE_16 } from './blocks.ts';
import type { Instruction } from './decode/instruction.ts';
import { OPERAND_IMMEDIATE, OPERAND_MEMORY, OPERAND_REGISTER } from './decode/instruction.ts';
import type { HandlerName } from './execute/handlers.ts';
import { byteRegister } from './execute/operands.ts';
import { ACCOUNT, LOCATION, MICRO, MICRO_WORDS } from './microOps.ts';
import {
  ADDRESS,
  CR0,
  CR2,
  CR3,
  CR4,
  EBP,
  ESP,
  SS,
  TEMPORARY,
  TEMPORARY_2,
  ZERO,
} from './registers.ts';

/** Writes micro-operations behind one another and keeps the accounting words. */
export class MicroWriter {
  readonly code: Int32Array;
  position: number;
  /** Flat data segments: default-segment accesses need no check. */
  readonly flat: boolean;
  /** A 32-bit stack, without which stack instructions go to their handlers. */
  readonly wideStack: boolean;
  readonly traced: boolean;
  private location = 0;
  private instructionsBefore = 0;
  private references = 0;

  constructor(code: Int32Array, position: number, mode: number, traced: boolean) {
    this.code = code;
    this.position = position;
    this.flat = mode === 0;
    this.wideStack = mode !== 2 && mode !== MODE_16;
    this.traced = traced;
  }

  startInstruction(before: number, offset: number, length: number): void {
    this.instructionsBefore = before;
    this.location = offset | (length << 16);
  }

  get referenceCount(): number {
    return this.references;
  }

  get nextOffset(): number {
    return (this.location & 0xffff) + (this.location >>> 16);
  }

  /** The account word holds what came before, until finish() knows the totals. */
  put(operation: number, a = 0, b = 0, c = 0, d = 0, e = 0): void {
    const { code, position } = this;
    code[position] = operation;
    code[position + 1] = a;
    code[position + 2] = b;
    code[position + 3] = c;
    code[position + 4] = d;
    code[position + 5] = e;
    code[position + ACCOUNT] = this.instructionsBefore | (this.references << 8);
    code[position + LOCATION] = this.location;
    this.position += MICRO_WORDS;
  }

  /** A memory micro-operation, with the segment's check before it where one is needed. */
  memory(operation: number, value: number, i: Instruction, size: number, write: boolean): void {
    // The references of an instruction count from its first micro-operation on.
    if (this.flat && i.segment <= 3 && i.segment !== 1) {
      this.put(operation, value, i.base, i.index, i.shift, i.displacement);
    } else {
      const check = i.segment | (size << 8) | (write ? 1 << 16 : 0);
      this.put(MICRO.SEGMENT, check, i.base, i.index, i.shift, i.displacement);
      this.put(operation, value, ADDRESS, ZERO, 0, 0);
    }
    this.references++;
  }

  countReference(): void {
    this.references++;
  }

  /** Pushes a register: directly if the stack is flat, else by way of the segment's check. */
  push(register: number): void {
    if (this.flat) {
      this.put(MICRO.PUSH_R, register);
    } else {
      this.put(MICRO.SEGMENT, SS | (4 << 8) | (1 << 16), ESP, ZERO, 0, -4);
      this.put(MICRO.STORE32, register, ADDRESS, ZERO, 0, 0);
      this.put(MICRO.LEA, ESP, ESP, ZERO, 0, -4);
    }
    this.references++;
  }

  /** Reads the word at ESP or EBP into a register and puts ESP above it, and `release` bytes more. */
  pop(register: number, base: number, release: number): void {
    this.put(MICRO.SEGMENT, SS | (4 << 8), base, ZERO, 0, 0);
    this.put(MICRO.LOAD32, register, ADDRESS, ZERO, 0, 0);
    this.put(MICRO.LEA, ESP, base, ZERO, 0, 4 + release);
    this.references++;
  }

  finish(first: number, instructions: number): void {
    const { code } = this;
    for (let at = first; at < this.position; at += MICRO_WORDS) {
      const account = code[at + ACCOUNT];
      const toEnd = instructions - (account & 0xff);
      code[at + ACCOUNT] = toEnd | ((this.references - (account >>> 8)) << 8);
    }
  }
}

/** False: not this form; the caller makes it generic. */
type Emitter = (out: MicroWriter, i: Instruction) => boolean;

/** Order of the arithmetic group's encoding; TEST behaves like AND without a result. */
const ALU_NUMBERS = { add: 0, or: 1, adc: 2, sbb: 3, and: 4, sub: 5, xor: 6, cmp: 7, test: 8 };
const COMPARES = 7;

function alu(number: number): Emitter {
  return (out, i) => {
    if (i.address16 || i.width === 16) {
      return false;
    }
    return i.width === 32 ? alu32(out, i, number) : alu8(out, i, number);
  };
}

function alu32(out: MicroWriter, i: Instruction, number: number): boolean {
  const destination = i.kind1 === OPERAND_MEMORY ? TEMPORARY : i.register1;
  if (i.kind1 === OPERAND_MEMORY) {
    if (number < COMPARES) {
      out.memory(MICRO.PROBE32, 0, i, 4, true);
    }
    out.memory(MICRO.LOAD32, TEMPORARY, i, 4, false);
  }
  if (i.kind2 === OPERAND_IMMEDIATE) {
    out.put(MICRO.ADD_RI + number, destination, i.immediate);
  } else if (i.kind2 === OPERAND_MEMORY) {
    out.memory(MICRO.LOAD32, TEMPORARY, i, 4, false);
    out.put(MICRO.ADD_RR + number, destination, TEMPORARY);
  } else {
    out.put(MICRO.ADD_RR + number, destination, i.register2);
  }
  if (i.kind1 === OPERAND_MEMORY && number < COMPARES) {
    out.memory(MICRO.STORE32, TEMPORARY, i, 4, true);
  }
  return true;
}

function alu8(out: MicroWriter, i: Instruction, number: number): boolean {
  const destination = i.kind1 === OPERAND_MEMORY ? TEMPORARY * 4 : byteRegister(i.register1);
  const operation = number === 8 ? 4 : number;
  const writes = number < COMPARES ? 1 : 0;
  if (i.kind1 === OPERAND_MEMORY) {
    if (writes !== 0) {
      out.memory(MICRO.PROBE8, 0, i, 1, true);
    }
    out.memory(MICRO.LOAD8Z, TEMPORARY, i, 1, false);
  }
  if (i.kind2 === OPERAND_IMMEDIATE) {
    out.put(MICRO.ALU8_RI, destination, i.immediate, operation, writes);
  } else if (i.kind2 === OPERAND_MEMORY) {
    out.memory(MICRO.LOAD8Z, TEMPORARY, i, 1, false);
    out.put(MICRO.ALU8_RR, destination, TEMPORARY * 4, operation, writes);
  } else {
    out.put(MICRO.ALU8_RR, destination, byteRegister(i.register2), operation, writes);
  }
  if (i.kind1 === OPERAND_MEMORY && writes !== 0) {
    out.memory(MICRO.STORE8, TEMPORARY * 4, i, 1, true);
  }
  return true;
}

/** INC, DEC, NEG, NOT and shifts by a constant, on a register or a doubleword in memory. */
function unary(operation: number, argument: (i: Instruction) => number): Emitter {
  return (out, i) => {
    const value = argument(i);
    if (i.width !== 32 || i.address16 || value < 0) {
      return false;
    }
    if (i.kind1 === OPERAND_REGISTER) {
      out.put(operation, i.register1, value);
      return true;
    }
    out.memory(MICRO.PROBE32, 0, i, 4, true);
    out.memory(MICRO.LOAD32, TEMPORARY, i, 4, false);
    out.put(operation, TEMPORARY, value);
    out.memory(MICRO.STORE32, TEMPORARY, i, 4, true);
    return true;
  };
}

function noArgument(): number {
  return 0;
}

/** A constant count from 1 to 31, else -1. */
function shiftCount(i: Instruction): number {
  const count = i.immediate & 31;
  return i.kind2 === OPERAND_IMMEDIATE && count !== 0 ? count : -1;
}

function shift(constant: number, byRegister: number): Emitter {
  const byConstant = unary(constant, shiftCount);
  return (out, i) => {
    if (i.kind2 === OPERAND_REGISTER && i.kind1 === OPERAND_REGISTER && i.width === 32) {
      out.put(MICRO.SHIFT_CL, i.register1, byRegister);
      return true;
    }
    return byConstant(out, i);
  };
}

function mov(out: MicroWriter, i: Instruction): boolean {
  if (i.address16) {
    return false;
  }
  if (i.width === 32) {
    return mov32(out, i);
  }
  if (i.width === 16) {
    if (i.kind1 === OPERAND_MEMORY && i.kind2 === OPERAND_REGISTER) {
      out.memory(MICRO.STORE16, i.register2, i, 2, true);
      return true;
    }
    return false;
  }
  return mov8(out, i);
}

function mov32(out: MicroWriter, i: Instruction): boolean {
  if (i.kind1 === OPERAND_MEMORY) {
    if (i.kind2 === OPERAND_IMMEDIATE) {
      out.memory(MICRO.STORE32_I, i.immediate, i, 4, true);
    } else {
      out.memory(MICRO.STORE32, i.register2, i, 4, true);
    }
  } else if (i.kind2 === OPERAND_MEMORY) {
    out.memory(MICRO.LOAD32, i.register1, i, 4, false);
  } else if (i.kind2 === OPERAND_IMMEDIATE) {
    out.put(MICRO.MOV_RI, i.register1, i.immediate);
  } else {
    out.put(MICRO.MOV_RR, i.register1, i.register2);
  }
  return true;
}

function mov8(out: MicroWriter, i: Instruction): boolean {
  if (i.kind1 === OPERAND_MEMORY) {
    if (i.kind2 === OPERAND_IMMEDIATE) {
      out.memory(MICRO.STORE8_I, i.immediate, i, 1, true);
    } else {
      out.memory(MICRO.STORE8, byteRegister(i.register2), i, 1, true);
    }
  } else if (i.kind2 === OPERAND_MEMORY) {
    out.memory(MICRO.LOAD8, byteRegister(i.register1), i, 1, false);
  } else if (i.kind2 === OPERAND_IMMEDIATE) {
    out.put(MICRO.MOV8_RI, byteRegister(i.register1), i.immediate);
  } else {
    out.put(MICRO.MOV8_RR, byteRegister(i.register1), byteRegister(i.register2));
  }
  return true;
}

function extend(load8: number, load16: number, move8: number, move16: number): Emitter {
  return (out, i) => {
    if (i.width !== 32 || i.address16) {
      return false;
    }
    const narrow = (i.opcode & 1) === 0;
    if (i.kind2 === OPERAND_MEMORY) {
      out.memory(narrow ? load8 : load16, i.register1, i, narrow ? 1 : 2, false);
    } else {
      const source = narrow ? byteRegister(i.register2) : i.register2;
      out.put(narrow ? move8 : move16, i.register1, source);
    }
    return true;
  };
}

function push(out: MicroWriter, i: Instruction): boolean {
  if (!out.wideStack || i.width !== 32 || i.address16) {
    return false;
  }
  if (i.kind1 === OPERAND_MEMORY) {
    out.memory(MICRO.LOAD32, TEMPORARY, i, 4, false);
    out.push(TEMPORARY);
  } else if (i.kind1 === OPERAND_IMMEDIATE) {
    pushImmediate(out, i.immediate);
  } else {
    out.push(i.register1);
  }
  return true;
}

function pushImmediate(out: MicroWriter, value: number): void {
  if (out.flat) {
    out.put(MICRO.PUSH_I, value);
    out.countReference();
  } else {
    out.put(MICRO.MOV_RI, TEMPORARY, value);
    out.push(TEMPORARY);
  }
}

function call(out: MicroWriter, i: Instruction): boolean {
  if (out.flat) {
    out.put(MICRO.CALL, out.nextOffset, targetOffset(out, i), 0);
    out.countReference();
  } else {
    out.put(MICRO.RETURN_ADDRESS, TEMPORARY_2, out.nextOffset);
    out.push(TEMPORARY_2);
    out.put(MICRO.JMP, 0, targetOffset(out, i), 0);
  }
  return true;
}

function callIndirect(out: MicroWriter, i: Instruction): boolean {
  if (i.address16) {
    return false;
  }
  const register = i.kind1 === OPERAND_MEMORY ? TEMPORARY : i.register1;
  if (i.kind1 === OPERAND_MEMORY) {
    out.memory(MICRO.LOAD32, TEMPORARY, i, 4, false);
  }
  if (out.flat) {
    out.put(MICRO.CALL_REGISTER, out.nextOffset, register);
    out.countReference();
  } else {
    // The target is read before the push moves ESP, which may be that register.
    out.put(MICRO.MOV_RR, TEMPORARY, register);
    out.put(MICRO.RETURN_ADDRESS, TEMPORARY_2, out.nextOffset);
    out.push(TEMPORARY_2);
    out.put(MICRO.JMP_REGISTER, TEMPORARY);
  }
  return true;
}

function ret(out: MicroWriter, i: Instruction): boolean {
  if (out.flat) {
    out.put(MICRO.RET, i.immediate);
    out.countReference();
  } else {
    out.pop(TEMPORARY, ESP, i.immediate);
    out.put(MICRO.JMP_REGISTER, TEMPORARY);
  }
  return true;
}

/** A jump's operands after the first: target offset and its link, next offset and its link. */
function targetOffset(out: MicroWriter, i: Instruction): number {
  return out.nextOffset + i.immediate;
}

function conditional(out: MicroWriter, i: Instruction): boolean {
  if (i.width !== 32) {
    return false;
  }
  const code = i.opcode & 15;
  const operation = code === 4 ? MICRO.JZ : code === 5 ? MICRO.JNZ : MICRO.JCC;
  out.put(operation, code, targetOffset(out, i), 0, out.nextOffset, 0);
  return true;
}

/** Near transfers that a profiler follows: while one listens they go to their handlers. */
function near(emit: Emitter): Emitter {
  return (out, i) => i.width === 32 && !out.traced && out.wideStack && emit(out, i);
}

/** Words of CR0 and CR2 to CR4, which may be read. */
const CONTROL = new Map([
  [0, CR0],
  [2, CR2],
  [3, CR3],
  [4, CR4],
]);

const EMITTERS: Partial<Record<HandlerName, Emitter>> = {
  ...Object.fromEntries(
    Object.entries(ALU_NUMBERS).map(([name, number]) => [name, alu(number)] as const),
  ),
  inc: unary(MICRO.INC, noArgument),
  dec: unary(MICRO.DEC, noArgument),
  neg: unary(MICRO.NEG, noArgument),
  not: unary(MICRO.NOT, noArgument),
  shl: shift(MICRO.SHL_RI, 0),
  shr: shift(MICRO.SHR_RI, 1),
  sar: shift(MICRO.SAR_RI, 2),
  rol: unary(MICRO.ROL_RI, shiftCount),
  ror: unary(MICRO.ROR_RI, shiftCount),
  mov,
  movzx: extend(MICRO.LOAD8Z, MICRO.LOAD16Z, MICRO.MOVZX8, MICRO.MOVZX16),
  movsx: extend(MICRO.LOAD8S, MICRO.LOAD16S, MICRO.MOVSX8, MICRO.MOVSX16),
  lea: (out, i) => {
    if (i.width !== 32 || i.address16) {
      return false;
    }
    out.put(MICRO.LEA, i.register1, i.base, i.index, i.shift, i.displacement);
    return true;
  },
  imul2: (out, i) => {
    if (i.width !== 32 || i.address16) {
      return false;
    }
    if (i.kind2 === OPERAND_MEMORY) {
      out.memory(MICRO.LOAD32, TEMPORARY, i, 4, false);
    }
    out.put(MICRO.IMUL_RR, i.register1, i.kind2 === OPERAND_MEMORY ? TEMPORARY : i.register2);
    return true;
  },
  imul3: (out, i) => {
    if (i.width !== 32 || i.kind2 !== OPERAND_REGISTER) {
      return false;
    }
    out.put(MICRO.IMUL_RRI, i.register1, i.register2, i.immediate);
    return true;
  },
  xchg: (out, i) => {
    if (i.width !== 32 || i.kind1 !== OPERAND_REGISTER) {
      return false;
    }
    out.put(MICRO.XCHG_RR, i.register1, i.register2);
    return true;
  },
  cwd: (out, i) => {
    if (i.width === 32) {
      out.put(MICRO.CDQ);
    }
    return i.width === 32;
  },
  setcc: (out, i) => {
    if (i.kind1 === OPERAND_REGISTER) {
      out.put(MICRO.SETCC, byteRegister(i.register1), i.opcode & 15);
    }
    return i.kind1 === OPERAND_REGISTER;
  },
  nop: (out) => {
    out.put(MICRO.MOV_RR, TEMPORARY, TEMPORARY);
    return true;
  },
  push,
  pop: (out, i) => {
    if (!out.wideStack || i.width !== 32 || i.kind1 !== OPERAND_REGISTER) {
      return false;
    }
    if (out.flat) {
      out.put(MICRO.POP_R, i.register1);
      out.countReference();
    } else {
      out.pop(TEMPORARY, ESP, 0);
      out.put(MICRO.MOV_RR, i.register1, TEMPORARY);
    }
    return true;
  },
  leave: (out, i) => {
    if (!out.wideStack || i.width !== 32) {
      return false;
    }
    if (out.flat) {
      out.put(MICRO.LEAVE);
      out.countReference();
    } else {
      out.pop(TEMPORARY, EBP, 0);
      out.put(MICRO.MOV_RR, EBP, TEMPORARY);
    }
    return true;
  },
  jcc: conditional,
  jmp: (out, i) => {
    if (i.width === 32) {
      out.put(MICRO.JMP, 0, targetOffset(out, i), 0);
    }
    return i.width === 32;
  },
  jmpIndirect: near((out, i) => {
    if (i.address16) {
      return false;
    }
    if (i.kind1 === OPERAND_MEMORY) {
      out.memory(MICRO.LOAD32, TEMPORARY, i, 4, false);
    }
    out.put(MICRO.JMP_REGISTER, i.kind1 === OPERAND_MEMORY ? TEMPORARY : i.register1);
    return true;
  }),
  // Privileged: these check the level themselves.
  movToControl: (out, i) => {
    if (i.registerField === 3) {
      out.put(MICRO.LOAD_CR3, i.modrm & 7);
    }
    return i.registerField === 3;
  },
  movFromControl: (out, i) => {
    const word = CONTROL.get(i.registerField);
    if (word !== undefined) {
      out.put(MICRO.MOV_FROM_CONTROL, i.modrm & 7, word);
    }
    return word !== undefined;
  },
  invlpg: (out, i) => {
    const plain = out.flat && i.segment <= 3 && i.segment !== 1 && !i.address16;
    if (plain) {
      out.put(MICRO.INVLPG, 0, i.base, i.index, i.shift, i.displacement);
    }
    return plain;
  },
  call: near(call),
  callIndirect: near(callIndirect),
  ret: near(ret),
};

/** Writes an instruction's micro-operations; false if it must go to its handler. */
export function translate(out: MicroWriter, i: Instruction): boolean {
  const emitter = EMITTERS[i.row.handler];
  return emitter !== undefined && emitter(out, i);
}
