// Operands of vector instructions: what must hold before one runs (SDM vol. 3, tables 13-1 and 14-1), and where its
// operands lie: MMX registers, XMM registers, memory with its alignment, general registers.
import type { Cpu } from '../cpu.ts';
import { type Instruction, OPERAND_IMMEDIATE, OPERAND_MEMORY } from '../decode/instruction.ts';
import { GP, MF, NM, UD } from '../faults.ts';
import { CR0, CR0_EM, CR0_TS, CR4, CR4_OSFXSR } from '../registers.ts';
import { Vector } from '../simd/vector.ts';

/** The instruction's two operands; nothing is left in them between two instructions. */
export const TARGET = new Vector();
export const SOURCE = new Vector();

/** Bytes of a vector operand in memory, by the operand code's second letter; 'x' and none are a whole register. */
const MEMORY_BYTES: Readonly<Record<string, number>> = { d: 4, q: 8, w: 2, u: 16, x: 16 };

/** MMX instructions and those that reach an MMX register: TOP becomes 0, every register used. */
export function enterMmx(cpu: Cpu): void {
  if ((cpu.r[CR0] & CR0_EM) !== 0) {
    cpu.fault.raise(UD);
  }
  if ((cpu.r[CR0] & CR0_TS) !== 0) {
    cpu.fault.raise(NM);
  }
  if (cpu.fpu.pendingError) {
    cpu.fault.raise(MF);
  }
}

export function enterSse(cpu: Cpu): void {
  if ((cpu.r[CR0] & CR0_EM) !== 0 || (cpu.r[CR4] & CR4_OSFXSR) === 0) {
    cpu.fault.raise(UD);
  }
  if ((cpu.r[CR0] & CR0_TS) !== 0) {
    cpu.fault.raise(NM);
  }
}

/** The checks of the kind of registers that the instruction's row works on. */
export function enter(cpu: Cpu, i: Instruction): void {
  if (i.row.vectorBytes === 16) {
    enterSse(cpu);
  } else {
    enterMmx(cpu);
  }
}

/** After the last check that can fail. */
export function touchMmx(cpu: Cpu, i: Instruction): void {
  if (i.row.vectorBytes === 8) {
    cpu.fpu.enterMmx();
  }
}

function code(i: Instruction, position: number): string {
  return i.row.operands[position];
}

/** Bytes that an operand has in memory. */
export function memoryBytes(i: Instruction, position: number): number {
  const text = code(i, position);
  return MEMORY_BYTES[text[1] ?? ''] ?? (text.startsWith('Q') ? 8 : 16);
}

/** The linear address is checked: 16 bytes must be aligned, but for the unaligned moves. */
function checkAlignment(cpu: Cpu, i: Instruction, position: number, bytes: number): void {
  if (bytes !== 16 || code(i, position)[1] === 'u') {
    return;
  }
  const linear = cpu.linear(i.segment, cpu.effectiveAddress(i), 16, false);
  if ((linear & 15) !== 0) {
    cpu.fault.raise(GP, 0);
  }
}

/** Zero above what was read. */
export function loadMemory(cpu: Cpu, i: Instruction, position: number, into: Vector): void {
  const bytes = memoryBytes(i, position);
  checkAlignment(cpu, i, position, bytes);
  into.quadwords[0] = 0n;
  into.quadwords[1] = 0n;
  if (bytes === 2) {
    into.words[0] = cpu.read(i.segment, cpu.effectiveAddress(i), 16);
    return;
  }
  for (let at = 0; at < bytes; at += 4) {
    into.doublewords[at >> 2] = cpu.read(i.segment, cpu.addressAbove(i, at), 32);
  }
}

export function storeMemory(cpu: Cpu, i: Instruction, position: number, from: Vector): void {
  const bytes = memoryBytes(i, position);
  checkAlignment(cpu, i, position, bytes);
  for (let at = 0; bytes > 4 && at < bytes; at += 4) {
    cpu.probe(i.segment, cpu.addressAbove(i, at), 4);
  }
  for (let at = 0; at < bytes; at += 4) {
    cpu.write(i.segment, cpu.addressAbove(i, at), 32, from.signedDoublewords[at >> 2]);
  }
}

export function loadXmm(cpu: Cpu, register: number, into: Vector): void {
  const at = register << 4;
  const { xmm } = cpu.simd;
  for (let index = 0; index < 16; index++) {
    into.bytes[index] = xmm[at + index];
  }
}

export function storeXmm(cpu: Cpu, register: number, from: Vector): void {
  cpu.simd.xmm.set(from.bytes, register << 4);
}

export function loadMmx(cpu: Cpu, register: number, into: Vector): void {
  into.bytes.fill(0);
  for (let index = 0; index < 8; index++) {
    into.bytes[index] = cpu.simd.mmx[(register << 3) + index];
  }
}

export function storeMmx(cpu: Cpu, register: number, from: Vector): void {
  for (let index = 0; index < 8; index++) {
    cpu.simd.mmx[(register << 3) + index] = from.bytes[index];
  }
  cpu.fpu.writtenByMmx(register);
}

function isMmx(text: string): boolean {
  return text[0] === 'P' || text[0] === 'Q' || text[0] === 'N';
}

/** Operand 0 or 1, wherever it lies; an immediate counts as a quadword. */
export function load(cpu: Cpu, i: Instruction, position: 0 | 1, into: Vector): void {
  const kind = position === 0 ? i.kind1 : i.kind2;
  const register = position === 0 ? i.register1 : i.register2;
  if (kind === OPERAND_MEMORY) {
    loadMemory(cpu, i, position, into);
  } else if (kind === OPERAND_IMMEDIATE) {
    into.quadwords[0] = BigInt(i.immediate & 0xff);
  } else if (isMmx(code(i, position))) {
    loadMmx(cpu, register, into);
  } else {
    loadXmm(cpu, register, into);
  }
}

/** Operand 0; a store to memory can still fault, so it comes before other effects. */
export function store(cpu: Cpu, i: Instruction, from: Vector): void {
  if (i.kind1 === OPERAND_MEMORY) {
    storeMemory(cpu, i, 0, from);
  } else if (isMmx(code(i, 0))) {
    storeMmx(cpu, i.register1, from);
  } else {
    storeXmm(cpu, i.register1, from);
  }
}
