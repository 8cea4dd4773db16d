// Interrupts and exceptions: delivery through the IDT with or without a change of stack, IRET and far RET back
// (SDM vol. 3, 6.12; vol. 2, INT and IRET). Everything is checked before the processor's state changes.
import type { Cpu } from '../cpu.ts';
import { BP, BR, DB, GP, NO_ERROR_CODE, NP, OF_TRAP, TS, UD } from '../faults.ts';
import { NT, RF, VM, getFlags, overflow, setFlags } from '../flags.ts';
import { CODE, DOWN_OR_CONFORMING, NOT_SYSTEM } from '../memory/descriptorBits.ts';
import {
  checkStackSegment,
  findDescriptor,
  requireDescriptor,
  revokeInnerSegments,
  setCodeSegment,
  setStackSegment,
  type Descriptor,
} from '../memory/segmentation.ts';
import {
  ATTRIBUTES,
  BASE,
  CPL,
  CS,
  EFLAGS,
  EIP,
  ESP,
  LIMIT,
  SELECTOR,
  SS,
  TR,
} from '../registers.ts';
import { type Gate, clearHandlerFlags, readGate } from './gates.ts';
import { type Handler, read1, read2, signExtend } from './operands.ts';
import { enterResident, returnResident } from './dispatchTransfer.ts';
import { changeableFlags, releaseStack } from './stack.ts';

export type InterruptKind = 'software' | 'fault' | 'hardware';

/** Delivers a vector. r[EIP] is where the handler's IRET shall return. Throws the guest's fault if that fails. */
export function deliver(cpu: Cpu, vector: number, kind: InterruptKind, errorCode: number): void {
  const { r } = cpu;
  const fromUser = r[CPL] === 3;
  const from = r[BASE + CS] + r[EIP];
  if (!enterResident(cpu, vector, kind === 'software', errorCode)) {
    enter(cpu, vector, kind === 'software', errorCode);
  }
  countDelivery(cpu, vector, kind, fromUser);
  cpu.controlFlow?.interrupt(vector, from >>> 0, kind);
}

/** A fault at r[EIP] whose handler can be entered without leaving the fast path; false: nothing has changed. */
export function deliverResident(cpu: Cpu, vector: number, errorCode: number): boolean {
  const { r } = cpu;
  const fromUser = r[CPL] === 3;
  const from = r[BASE + CS] + r[EIP];
  if (!enterResident(cpu, vector, false, errorCode)) {
    return false;
  }
  countDelivery(cpu, vector, 'fault', fromUser);
  cpu.controlFlow?.interrupt(vector, from >>> 0, 'fault');
  return true;
}

/** INT by the quick way alone, while nobody follows the control flow; false: nothing has changed. */
export function interruptQuickly(cpu: Cpu, vector: number): boolean {
  const fromUser = cpu.r[CPL] === 3;
  if (!enterResident(cpu, vector, true, NO_ERROR_CODE)) {
    return false;
  }
  countDelivery(cpu, vector, 'software', fromUser);
  return true;
}

/** IRET likewise. */
export function returnQuickly(cpu: Cpu): boolean {
  return (cpu.r[EFLAGS] & NT) === 0 && returnResident(cpu);
}

function countDelivery(cpu: Cpu, vector: number, kind: InterruptKind, fromUser: boolean): void {
  cpu.deliveries++;
  cpu.interruptCounts[vector]++;
  if (fromUser && kind === 'software') {
    cpu.softwareFromUser[vector]++;
  }
}

/** The general way into a handler, with every check and every fault. */
function enter(cpu: Cpu, vector: number, software: boolean, errorCode: number): void {
  const { r } = cpu;
  const external = software ? 0 : 1;
  const gate = readGate(cpu, vector, software, external);
  const descriptor = handlerCode(cpu, gate, external);
  const level = (descriptor.attributes & DOWN_OR_CONFORMING) !== 0 ? r[CPL] : descriptor.dpl;
  if (level < r[CPL]) {
    enterInner(cpu, gate, descriptor, level, errorCode, external);
  } else {
    const words = errorCode === NO_ERROR_CODE ? 3 : 4;
    const offset = cpu.stackOffset(4 * words);
    pushFrame(cpu, cpu.linear(SS, offset, 4 * words, true), errorCode, cpu.want);
    cpu.setStackPointer(offset);
    setCodeSegment(cpu, gate.selector, descriptor, level);
  }
  r[EIP] = gate.offset;
  clearHandlerFlags(cpu, gate);
}

function handlerCode(cpu: Cpu, gate: Gate, external: number): Descriptor {
  const code = (gate.selector & 0xfffc) | external;
  const found = (gate.selector & 0xfffc) === 0 ? undefined : findDescriptor(cpu, gate.selector);
  const descriptor = found ?? cpu.fault.raise(GP, code);
  if (
    (descriptor.attributes & (NOT_SYSTEM | CODE)) !== (NOT_SYSTEM | CODE) ||
    descriptor.dpl > cpu.r[CPL]
  ) {
    cpu.fault.raise(GP, code);
  }
  if (!descriptor.present) {
    cpu.fault.raise(NP, code);
  }
  if (gate.offset >>> 0 > descriptor.limit >>> 0) {
    cpu.fault.raise(GP, external);
  }
  return descriptor;
}

/** A handler of an inner level: the stack comes from the TSS, and the old one is pushed first. */
function enterInner(
  cpu: Cpu,
  gate: Gate,
  descriptor: Descriptor,
  level: number,
  errorCode: number,
  external: number,
): void {
  const { r } = cpu;
  const slot = 4 + level * 8;
  if (r[ATTRIBUTES + TR] === 0 || slot + 7 > r[LIMIT + TR] >>> 0) {
    cpu.fault.raise(TS, (r[SELECTOR + TR] & 0xfffc) | external);
  }
  const esp = cpu.systemRead32((r[BASE + TR] + slot) | 0);
  const ss = cpu.systemRead32((r[BASE + TR] + slot + 4) | 0) & 0xffff;
  const stack = checkStackSegment(cpu, ss, level, TS, external);
  // The new stack's words are written with the rights of the inner level, before any register changes.
  const words = errorCode === NO_ERROR_CODE ? 5 : 6;
  const bottom = (esp - 4 * words) | 0;
  const linear = (stack.base + bottom) | 0;
  cpu.systemWrite32((linear + 4 * words - 4) | 0, r[SELECTOR + SS]);
  cpu.systemWrite32((linear + 4 * words - 8) | 0, r[ESP]);
  pushFrame(cpu, linear, errorCode, 0);
  setStackSegment(cpu, ss, stack);
  r[ESP] = bottom;
  setCodeSegment(cpu, gate.selector, descriptor, level);
}

/** Writes EFLAGS, CS, EIP and the error code at a linear address, highest word first, as the processor pushes them. */
function pushFrame(cpu: Cpu, linear: number, errorCode: number, want: number): void {
  const { r } = cpu;
  const hasCode = errorCode !== NO_ERROR_CODE;
  const eip = (linear + (hasCode ? 4 : 0)) | 0;
  pushWord(cpu, (eip + 8) | 0, getFlags(r), want);
  pushWord(cpu, (eip + 4) | 0, r[SELECTOR + CS], want);
  pushWord(cpu, eip, r[EIP], want);
  if (hasCode) {
    pushWord(cpu, linear, errorCode, want);
  }
}

function pushWord(cpu: Cpu, linear: number, value: number, want: number): void {
  if (want === 0) {
    cpu.systemWrite32(linear, value);
  } else {
    cpu.writeLinear(linear, 32, value);
  }
}

/** IRET (interrupt) and far RET: back to the same or to an outer level. */
export function returnFar(cpu: Cpu, width: number, release: number, interrupt: boolean): void {
  const { r } = cpu;
  const bytes = width >> 3;
  const offset = cpu.peekStack(0, width);
  const selector = cpu.peekStack(bytes, width) & 0xffff;
  const flags = interrupt ? cpu.peekStack(2 * bytes, width) : 0;
  const words = interrupt ? 3 : 2;
  const level = selector & 3;
  const descriptor = returnCode(cpu, selector, level);
  if (offset >>> 0 > descriptor.limit >>> 0) {
    cpu.fault.raise(GP, 0);
  }
  if (interrupt && (flags & VM) !== 0 && width === 32 && r[CPL] === 0) {
    cpu.unsupported('a return to virtual-8086 mode');
  }
  const changeable = changeableFlags(cpu) | RF;
  if (level === r[CPL]) {
    setCodeSegment(cpu, selector, descriptor, level);
    releaseStack(cpu, words * bytes + release);
  } else {
    returnOuter(cpu, selector, descriptor, words * bytes + release, width, release);
  }
  r[EIP] = offset;
  if (interrupt) {
    const mask = width === 32 ? changeable : changeable & 0xffff;
    // The mask holds all arithmetic flags, so none has to be computed.
    setFlags(r, (r[EFLAGS] & ~mask) | (flags & mask));
    cpu.controlFlow?.interruptReturn((r[BASE + CS] + offset) >>> 0);
  } else {
    cpu.controlFlow?.return((r[BASE + CS] + offset) >>> 0);
  }
}

function returnCode(cpu: Cpu, selector: number, level: number): Descriptor {
  const code = selector & 0xfffc;
  if (code === 0) {
    cpu.fault.raise(GP, 0);
  }
  const descriptor = requireDescriptor(cpu, selector, GP);
  const { attributes } = descriptor;
  const isCode = (attributes & (NOT_SYSTEM | CODE)) === (NOT_SYSTEM | CODE);
  const conforming = (attributes & DOWN_OR_CONFORMING) !== 0;
  const matches = conforming ? descriptor.dpl <= level : descriptor.dpl === level;
  if (level < cpu.r[CPL] || !isCode || !matches) {
    cpu.fault.raise(GP, code);
  }
  if (!descriptor.present) {
    cpu.fault.raise(NP, code);
  }
  return descriptor;
}

function returnOuter(
  cpu: Cpu,
  selector: number,
  descriptor: Descriptor,
  above: number,
  width: number,
  release: number,
): void {
  const bytes = width >> 3;
  const esp = cpu.peekStack(above, width);
  const ss = cpu.peekStack(above + bytes, width) & 0xffff;
  const level = selector & 3;
  const stack = checkStackSegment(cpu, ss, level, GP, 0);
  setCodeSegment(cpu, selector, descriptor, level);
  setStackSegment(cpu, ss, stack);
  cpu.setStackPointer((esp + release) | 0);
  revokeInnerSegments(cpu, level);
}

function software(cpu: Cpu, vector: number): void {
  deliver(cpu, vector, 'software', NO_ERROR_CODE);
}

export const interruptHandlers = {
  int: (cpu, i) => {
    software(cpu, i.immediate);
  },
  int3: (cpu) => {
    software(cpu, BP);
  },
  int1: (cpu) => {
    deliver(cpu, DB, 'fault', NO_ERROR_CODE);
  },
  into: (cpu) => {
    if (overflow(cpu.r) !== 0) {
      software(cpu, OF_TRAP);
    }
  },
  iret: (cpu, i) => {
    if ((cpu.r[EFLAGS] & NT) !== 0) {
      cpu.unsupported('a return to a previous hardware task (IRET with NT)');
    }
    if (cpu.controlFlow !== undefined && i.width === 32 && returnResident(cpu)) {
      cpu.controlFlow.interruptReturn((cpu.r[BASE + CS] + cpu.r[EIP]) >>> 0);
    } else {
      returnFar(cpu, i.width, 0, true);
    }
  },
  bound: (cpu, i) => {
    const index = signExtend(read1(cpu, i), i.width);
    const low = signExtend(read2(cpu, i), i.width);
    const above = (cpu.effectiveAddress(i) + (i.width >> 3)) | 0;
    const high = signExtend(cpu.read(i.segment, above, i.width), i.width);
    if (index < low || index > high) {
      cpu.fault.raise(BR);
    }
  },
  ud: (cpu, i) => {
    if (i.row.name === 'UD2') {
      cpu.fault.raise(UD);
    }
    const opcode = i.opcode > 0xff ? `0f ${hex(i.opcode & 0xff)}` : hex(i.opcode);
    cpu.unsupported(
      `the instruction with opcode ${opcode}${i.hasModrm ? ` /${i.registerField}` : ''}`,
    );
  },
  tooLong: (cpu) => {
    cpu.fault.raise(GP, 0);
  },
} satisfies Record<string, Handler>;

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
