// An instruction's operands as values: the one place that knows where an operand lives and how wide it is.
import type { Cpu } from '../cpu.ts';
import {
  type Instruction,
  OPERAND_IMMEDIATE,
  OPERAND_MEMORY,
  OPERAND_REGISTER,
} from '../decode/instruction.ts';

export type Handler = (cpu: Cpu, i: Instruction) => void;

/** Byte index of an 8-bit register: AL CL DL BL, then AH CH DH BH. */
export function byteRegister(register: number): number {
  return ((register & 3) << 2) + (register >> 2);
}

export function signExtend(value: number, width: number): number {
  const unused = 32 - width;
  return (value << unused) >> unused;
}

export function zeroExtend(value: number, width: number): number {
  return width === 32 ? value : value & ((1 << width) - 1);
}

export function readRegister(cpu: Cpu, register: number, width: number): number {
  if (width === 32) {
    return cpu.r[register];
  }
  return width === 16 ? cpu.r16[register * 2] : cpu.r8[byteRegister(register)];
}

export function writeRegister(cpu: Cpu, register: number, width: number, value: number): void {
  if (width === 32) {
    cpu.r[register] = value;
  } else if (width === 16) {
    cpu.r16[register * 2] = value;
  } else {
    cpu.r8[byteRegister(register)] = value;
  }
}

function readOperand(
  cpu: Cpu,
  i: Instruction,
  kind: number,
  register: number,
  width: number,
): number {
  if (kind === OPERAND_REGISTER) {
    return readRegister(cpu, register, width);
  }
  if (kind === OPERAND_IMMEDIATE) {
    return i.immediate;
  }
  return cpu.read(i.segment, cpu.effectiveAddress(i), width);
}

export function read1(cpu: Cpu, i: Instruction, width: number = i.width): number {
  return readOperand(cpu, i, i.kind1, i.register1, width);
}

export function read2(cpu: Cpu, i: Instruction, width: number = i.width): number {
  return readOperand(cpu, i, i.kind2, i.register2, width);
}

/** The first operand of a read-modify-write: a page that cannot be written faults here, before anything changed. */
export function modify1(cpu: Cpu, i: Instruction): number {
  if (i.kind1 === OPERAND_MEMORY) {
    cpu.probe(i.segment, cpu.effectiveAddress(i), i.width >> 3);
  }
  return read1(cpu, i);
}

export function write1(cpu: Cpu, i: Instruction, value: number, width: number = i.width): void {
  if (i.kind1 === OPERAND_REGISTER) {
    writeRegister(cpu, i.register1, width, value);
  } else {
    cpu.write(i.segment, cpu.effectiveAddress(i), width, value);
  }
}

export function write2(cpu: Cpu, i: Instruction, value: number): void {
  if (i.kind2 === OPERAND_REGISTER) {
    writeRegister(cpu, i.register2, i.width, value);
  } else {
    cpu.write(i.segment, cpu.effectiveAddress(i), i.width, value);
  }
}
