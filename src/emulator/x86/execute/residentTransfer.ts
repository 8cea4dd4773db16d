// Interrupt delivery and IRET when all they touch is found in the fast table. Then no access can fail or change a
// TLB, so that everything is checked first and the processor's state changes at the end. Whatever is unusual answers
// false before anything has changed, and the general way (interrupts.ts) does the whole from its beginning: this file
// decides speed only, never meaning. Descriptors and gates are read from memory and compared every time.
import type { Cpu } from '../cpu.ts';
import { NO_ERROR_CODE } from '../faults.ts';
import { RF, VM, getFlags, setFlags } from '../flags.ts';
import {
  CODE,
  DESCRIPTOR_CACHE_MASK,
  DOWN_OR_CONFORMING,
  USABLE_CODE,
  USABLE_STACK,
} from '../memory/descriptorBits.ts';
import { FAST_READ_SUPERVISOR, FAST_WRITE_SUPERVISOR } from '../memory/rights.ts';
import {
  type Descriptor,
  revokeInnerSegments,
  setSegment,
  setUsedCodeSegment,
} from '../memory/segmentation.ts';
import {
  ATTRIBUTES,
  BASE,
  CPL,
  CS,
  EFLAGS,
  EIP,
  ESP,
  GDT_BASE,
  GDT_LIMIT,
  IDT_BASE,
  IDT_LIMIT,
  LIMIT,
  SELECTOR,
  SS,
  TR,
} from '../registers.ts';
import { clearHandlerFlags } from './gates.ts';
import { changeableFlags } from './stack.ts';

/** Word index of `size` bytes of a doubleword-aligned range in one page, if the fast table grants `right`; else -1. */
function place(cpu: Cpu, linear: number, size: number, right: number): number {
  const entry = cpu.memory.fastTable[linear >>> 12];
  const inPage = linear & 0xfff;
  return (entry & right) === 0 || (linear & 3) !== 0 || inPage + size > 0x1000
    ? -1
    : ((entry & ~0xfff) | inPage) >> 2;
}

/** A descriptor of the GDT that was taken apart before and still stands so in memory. */
function residentDescriptor(cpu: Cpu, selector: number): Descriptor | undefined {
  const { r } = cpu;
  const index = selector & 0xfff8;
  if ((selector & 4) !== 0 || index === 0 || index + 7 > r[GDT_LIMIT] >>> 0) {
    return undefined;
  }
  const address = (r[GDT_BASE] + index) | 0;
  const known = cpu.descriptors[(address >>> 3) & DESCRIPTOR_CACHE_MASK];
  const at = place(cpu, address, 8, FAST_READ_SUPERVISOR);
  if (known?.address !== address || at < 0) {
    return undefined;
  }
  const { words } = cpu.memory;
  return known.low === words[at] && known.high === words[at + 1] ? known : undefined;
}

function isUsableStack(descriptor: Descriptor, selector: number, level: number): boolean {
  return (
    (descriptor.attributes & (USABLE_STACK | CODE)) === USABLE_STACK &&
    (selector & 3) === level &&
    descriptor.dpl === level
  );
}

/** Enters the handler of a vector; false: not this way. r[EIP] is where its IRET shall return. */
export function enterResident(
  cpu: Cpu,
  vector: number,
  software: boolean,
  errorCode: number,
): boolean {
  const { r } = cpu;
  const { words } = cpu.memory;
  const gate = cpu.gates[vector];
  const gateAt = place(cpu, (r[IDT_BASE] + vector * 8) | 0, 8, FAST_READ_SUPERVISOR);
  if (gate === undefined || gateAt < 0 || vector * 8 + 7 > r[IDT_LIMIT] >>> 0) {
    return false;
  }
  if (gate.low !== words[gateAt] || gate.high !== words[gateAt + 1]) {
    return false;
  }
  const code = residentDescriptor(cpu, gate.selector);
  if (code === undefined || (code.attributes & USABLE_CODE) !== USABLE_CODE) {
    return false;
  }
  const current = r[CPL];
  if (
    (software && gate.dpl < current) ||
    code.dpl > current ||
    gate.offset >>> 0 > code.limit >>> 0
  ) {
    return false;
  }
  const level = (code.attributes & DOWN_OR_CONFORMING) !== 0 ? current : code.dpl;
  const entered =
    level < current
      ? switchStack(cpu, level, errorCode)
      : pushOnStack(cpu, errorCode === NO_ERROR_CODE ? 12 : 16, errorCode);
  if (!entered) {
    return false;
  }
  cpu.mmu.references += 4; // the gate and the code segment's descriptor
  setUsedCodeSegment(cpu, gate.selector, code, level);
  r[EIP] = gate.offset;
  clearHandlerFlags(cpu, gate);
  return true;
}

/** The stack of the inner level from the TSS, and the old stack and the frame on it. */
function switchStack(cpu: Cpu, level: number, errorCode: number): boolean {
  const { r } = cpu;
  const { words } = cpu.memory;
  const slot = 4 + level * 8;
  const taskAt = place(cpu, (r[BASE + TR] + slot) | 0, 8, FAST_READ_SUPERVISOR);
  if (taskAt < 0 || r[ATTRIBUTES + TR] === 0 || slot + 7 > r[LIMIT + TR] >>> 0) {
    return false;
  }
  const selector = words[taskAt + 1] & 0xffff;
  const stack = residentDescriptor(cpu, selector);
  if (stack === undefined || !isUsableStack(stack, selector, level)) {
    return false;
  }
  const size = errorCode === NO_ERROR_CODE ? 20 : 24;
  const bottom = (words[taskAt] - size) | 0;
  const at = place(cpu, (stack.base + bottom) | 0, size, FAST_WRITE_SUPERVISOR);
  if (at < 0) {
    return false;
  }
  const frame = writeFrame(cpu, at, errorCode);
  words[frame + 3] = r[ESP];
  words[frame + 4] = r[SELECTOR + SS];
  cpu.mmu.references += 4 + (size >> 2);
  setSegment(cpu, SS, selector, stack);
  r[ESP] = bottom;
  return true;
}

function pushOnStack(cpu: Cpu, size: number, errorCode: number): boolean {
  const offset = cpu.stackOffset(size);
  if ((offset >>> 0) + size - 1 > cpu.highest[8 + SS]) {
    return false;
  }
  const at = place(cpu, (cpu.r[BASE + SS] + offset) | 0, size, cpu.writeMask);
  if (at < 0) {
    return false;
  }
  writeFrame(cpu, at, errorCode);
  cpu.mmu.references += size >> 2;
  cpu.setStackPointer(offset);
  return true;
}

/** Error code if there is one, EIP, CS, EFLAGS; returns the word index of EIP. */
function writeFrame(cpu: Cpu, at: number, errorCode: number): number {
  const { r } = cpu;
  const { words } = cpu.memory;
  let frame = at;
  if (errorCode !== NO_ERROR_CODE) {
    words[at] = errorCode;
    frame = at + 1;
  }
  words[frame] = r[EIP];
  words[frame + 1] = r[SELECTOR + CS];
  words[frame + 2] = getFlags(r);
  return frame;
}

/** IRET with 32-bit operands; false: not this way. */
export function returnResident(cpu: Cpu): boolean {
  const { r } = cpu;
  const { words } = cpu.memory;
  const offset = cpu.stackOffset(0);
  const at = place(cpu, (r[BASE + SS] + offset) | 0, 20, cpu.readMask);
  if (at < 0 || (offset >>> 0) + 19 > cpu.highest[SS]) {
    return false;
  }
  const eip = words[at];
  const selector = words[at + 1] & 0xffff;
  const flags = words[at + 2];
  const level = selector & 3;
  const code = residentDescriptor(cpu, selector);
  if (
    code === undefined ||
    (code.attributes & (USABLE_CODE | DOWN_OR_CONFORMING)) !== USABLE_CODE ||
    code.dpl !== level ||
    level < r[CPL] ||
    eip >>> 0 > code.limit >>> 0 ||
    (flags & VM) !== 0
  ) {
    return false;
  }
  const mask = changeableFlags(cpu) | RF;
  if (level === r[CPL]) {
    setUsedCodeSegment(cpu, selector, code, level);
    cpu.setStackPointer(cpu.stackOffset(-12));
    cpu.mmu.references += 5;
  } else {
    const stackSelector = words[at + 4] & 0xffff;
    const stack = residentDescriptor(cpu, stackSelector);
    if (stack === undefined || !isUsableStack(stack, stackSelector, level)) {
      return false;
    }
    setUsedCodeSegment(cpu, selector, code, level);
    setSegment(cpu, SS, stackSelector, stack);
    cpu.setStackPointer(words[at + 3]);
    revokeInnerSegments(cpu, level);
    cpu.mmu.references += 9;
  }
  r[EIP] = eip;
  setFlags(r, (r[EFLAGS] & ~mask) | (flags & mask));
  return true;
}
