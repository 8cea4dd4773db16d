// Interrupt delivery and IRET when all they touch is found in the data TLB. Then no access can fail or fill a TLB, so
// that everything is checked first and the processor's state changes at the end. Whatever is unusual answers false
// before anything has changed but the order of use in the TLB, and the general way (interrupts.ts) does the whole from
// its beginning, in the same order, so that the order of use becomes the same again: this file decides speed only,
// never meaning. Descriptors and gates are read from memory and compared every time.
import type { Cpu } from '../cpu.ts';
import { NO_ERROR_CODE } from '../faults.ts';
import { VIF, VIP, VM, getFlags, setFlags } from '../flags.ts';
import {
  BIG,
  CODE,
  DESCRIPTOR_CACHE_MASK,
  DOWN_OR_CONFORMING,
  DPL_BITS,
  USABLE_CODE,
  USABLE_STACK,
} from '../memory/descriptorBits.ts';
import { FAST_READ_SUPERVISOR, FAST_WRITE_SUPERVISOR } from '../memory/rights.ts';
import { type Descriptor, revokeInnerSegments, setSegment } from '../memory/segmentation.ts';
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
import { changeableFlags, resumeFlag } from './stack.ts';

/** What an IRET brings back in the general way alone. */
const UNUSUAL_FLAGS = VM | VIF | VIP;

/** Word index of `size` bytes of a doubleword-aligned range in one page, if a TLB grants `right`; else -1. */
function place(cpu: Cpu, linear: number, size: number, right: number): number {
  const entry = cpu.memory.fastTable[linear >>> 12];
  const inPage = linear & 0xfff;
  if ((linear & 3) !== 0 || inPage + size > 0x1000) {
    return -1;
  }
  return (entry & right) === 0
    ? cpu.mmu.useResident(linear, right) >> 2
    : ((entry & ~0xfff) | inPage) >> 2;
}

/** A descriptor of the GDT that was taken apart before and still stands so in memory. */
function residentDescriptor(cpu: Cpu, selector: number): Descriptor | undefined {
  const { r } = cpu;
  const { words, fastTable } = cpu.memory;
  const index = selector & 0xfff8;
  if ((selector & 4) !== 0 || index === 0 || index + 7 > r[GDT_LIMIT] >>> 0) {
    return undefined;
  }
  const address = (r[GDT_BASE] + index) | 0;
  const known = cpu.descriptors[(address >>> 3) & DESCRIPTOR_CACHE_MASK];
  const entry = fastTable[address >>> 12];
  const at =
    (address & 7) === 0 && (entry & FAST_READ_SUPERVISOR) !== 0
      ? ((entry & ~0xfff) | (address & 0xfff)) >> 2
      : place(cpu, address, 8, FAST_READ_SUPERVISOR);
  if (known?.address !== address || at < 0) {
    return undefined;
  }
  return known.low === words[at] && known.high === words[at + 1] ? known : undefined;
}

/** A stack that a frame of 32 bits can be put on without more ado. */
const WIDE_STACK = USABLE_STACK | BIG;
const WIDE_STACK_BITS = WIDE_STACK | CODE | DOWN_OR_CONFORMING;
const BUSY_TASK_32 = 11;

/** setSegment() without what is rare in it: the same segment but for its level, as user and kernel segments are. */
function putSegment(cpu: Cpu, segment: number, selector: number, descriptor: Descriptor): void {
  const { r } = cpu;
  const { base, limit, attributes } = descriptor;
  if (
    r[BASE + segment] === base &&
    r[LIMIT + segment] === limit &&
    ((r[ATTRIBUTES + segment] ^ attributes) & ~DPL_BITS) === 0
  ) {
    r[SELECTOR + segment] = selector;
    r[ATTRIBUTES + segment] = attributes;
  } else {
    setSegment(cpu, segment, selector, descriptor);
  }
}

/**
 * Enters the handler of a vector; false: not this way. r[EIP] is where its IRET shall return. All in one function,
 * because the engine then compiles it, and the little that it calls into it, as one.
 */
export function enterResident(
  cpu: Cpu,
  vector: number,
  software: boolean,
  errorCode: number,
): boolean {
  const { r, mmu } = cpu;
  const { words, fastTable } = cpu.memory;
  const gate = cpu.gates[vector];
  const gateAddress = (r[IDT_BASE] + vector * 8) | 0;
  const gateEntry = fastTable[gateAddress >>> 12];
  const gateAt =
    (gateAddress & 7) === 0 && (gateEntry & FAST_READ_SUPERVISOR) !== 0
      ? ((gateEntry & ~0xfff) | (gateAddress & 0xfff)) >> 2
      : place(cpu, gateAddress, 8, FAST_READ_SUPERVISOR);
  if (
    gate === undefined ||
    gateAt < 0 ||
    vector * 8 + 7 > r[IDT_LIMIT] >>> 0 ||
    cpu.addressesParagraphs
  ) {
    return false;
  }
  const current = r[CPL];
  if (
    gate.low !== words[gateAt] ||
    gate.high !== words[gateAt + 1] ||
    (software && gate.dpl < current)
  ) {
    return false;
  }
  const code = residentDescriptor(cpu, gate.selector);
  if (
    code === undefined ||
    (code.attributes & USABLE_CODE) !== USABLE_CODE ||
    code.dpl > current ||
    gate.offset >>> 0 > code.limit >>> 0
  ) {
    return false;
  }
  const level = (code.attributes & DOWN_OR_CONFORMING) !== 0 ? current : code.dpl;
  const codeBytes = errorCode === NO_ERROR_CODE ? 0 : 4;
  let frame = 0;
  if (level < current) {
    // The stack of the inner level from the TSS, and the old stack above the frame.
    const slot = 4 + level * 8;
    const taskAt = place(cpu, (r[BASE + TR] + slot) | 0, 8, FAST_READ_SUPERVISOR);
    if (taskAt < 0 || r[ATTRIBUTES + TR] === 0 || slot + 7 > r[LIMIT + TR] >>> 0) {
      return false;
    }
    const selector = words[taskAt + 1] & 0xffff;
    const stack = residentDescriptor(cpu, selector);
    if (
      stack === undefined ||
      (stack.attributes & WIDE_STACK_BITS) !== WIDE_STACK ||
      (selector & 3) !== level ||
      (r[ATTRIBUTES + TR] & 15) !== BUSY_TASK_32 ||
      stack.dpl !== level
    ) {
      return false;
    }
    const bottom = (words[taskAt] - 20 - codeBytes) | 0;
    const linear = (stack.base + bottom) | 0;
    const entry = fastTable[linear >>> 12];
    const at =
      (linear & 3) === 0 && (linear & 0xfff) <= 0xfe8 && (entry & FAST_WRITE_SUPERVISOR) !== 0
        ? ((entry & ~0xfff) | (linear & 0xfff)) >> 2
        : place(cpu, linear, 20 + codeBytes, FAST_WRITE_SUPERVISOR);
    if (at < 0 || (bottom >>> 0) + 19 + codeBytes > stack.limit >>> 0) {
      return false;
    }
    frame = at + (codeBytes >> 2);
    words[frame + 3] = r[ESP];
    words[frame + 4] = r[SELECTOR + SS];
    words[frame] = r[EIP];
    words[frame + 1] = r[SELECTOR + CS];
    words[frame + 2] = getFlags(r);
    // The gate, both descriptors, the slot of the TSS, and the frame.
    mmu.references += 13 + (codeBytes >> 2);
    putSegment(cpu, SS, selector, stack);
    r[ESP] = bottom;
  } else {
    const size = 12 + codeBytes;
    const offset = cpu.stackOffset(size);
    const at =
      (offset >>> 0) + size - 1 > cpu.highest[8 + SS]
        ? -1
        : place(cpu, (r[BASE + SS] + offset) | 0, size, cpu.writeMask);
    if (at < 0) {
      return false;
    }
    frame = at + (codeBytes >> 2);
    words[frame] = r[EIP];
    words[frame + 1] = r[SELECTOR + CS];
    words[frame + 2] = getFlags(r);
    mmu.references += 4 + (size >> 2);
    cpu.setStackPointer(offset);
  }
  if (codeBytes !== 0) {
    words[frame - 1] = errorCode;
  }
  putSegment(cpu, CS, (gate.selector & 0xfffc) | level, code);
  if (level !== current) {
    cpu.setPrivilege(level);
  }
  r[EIP] = gate.offset;
  clearHandlerFlags(cpu, gate);
  return true;
}

/** IRET with 32-bit operands; false: not this way. */
export function returnResident(cpu: Cpu): boolean {
  const { r, mmu } = cpu;
  const { words, fastTable } = cpu.memory;
  const offset = r[ESP] & cpu.stackMask;
  const linear = (r[BASE + SS] + offset) | 0;
  const entry = fastTable[linear >>> 12];
  const at =
    (linear & 3) === 0 && (linear & 0xfff) <= 0xfec && (entry & cpu.readMask) !== 0
      ? ((entry & ~0xfff) | (linear & 0xfff)) >> 2
      : place(cpu, linear, 20, cpu.readMask);
  if (at < 0 || (offset >>> 0) + 19 > cpu.highest[SS] || cpu.addressesParagraphs) {
    return false;
  }
  const eip = words[at];
  const selector = words[at + 1] & 0xffff;
  const flags = words[at + 2];
  const level = selector & 3;
  const current = r[CPL];
  const code = residentDescriptor(cpu, selector);
  if (
    code === undefined ||
    (code.attributes & (USABLE_CODE | DOWN_OR_CONFORMING)) !== USABLE_CODE ||
    code.dpl !== level ||
    level < current ||
    eip >>> 0 > code.limit >>> 0 ||
    (flags & UNUSUAL_FLAGS) !== 0
  ) {
    return false;
  }
  const mask = changeableFlags(cpu) | resumeFlag(cpu);
  if (level === current) {
    putSegment(cpu, CS, selector, code);
    cpu.setStackPointer(cpu.stackOffset(-12));
    mmu.references += 5;
  } else {
    const stackSelector = words[at + 4] & 0xffff;
    const stack = residentDescriptor(cpu, stackSelector);
    if (
      stack === undefined ||
      (stack.attributes & (USABLE_STACK | CODE)) !== USABLE_STACK ||
      (stackSelector & 3) !== level ||
      stack.dpl !== level
    ) {
      return false;
    }
    putSegment(cpu, CS, selector, code);
    cpu.setPrivilege(level);
    putSegment(cpu, SS, stackSelector, stack);
    cpu.setStackPointer(words[at + 3]);
    revokeInnerSegments(cpu, level);
    mmu.references += 9;
  }
  r[EIP] = eip;
  setFlags(r, (r[EFLAGS] & ~mask) | (flags & mask));
  return true;
}
