// Far returns (SDM vol. 2, RET and IRET): within a level, to an outer one, to virtual-8086 mode, and in real and
// virtual-8086 mode themselves. Everything is checked before the processor's state changes.
import type { Cpu } from '../cpu.ts';
import { GP, NP } from '../faults.ts';
import { IF, IOPL, VIF, VIP, VM, setFlags } from '../flags.ts';
import { CODE, DOWN_OR_CONFORMING, NOT_SYSTEM } from '../memory/descriptorBits.ts';
import {
  checkStackSegment,
  loadParagraph,
  requireDescriptor,
  revokeInnerSegments,
  setCodeSegment,
  setStackSegment,
  type Descriptor,
} from '../memory/segmentation.ts';
import { BASE, CPL, CS, DS, EFLAGS, EIP, ES, ESP, FS, GS, LIMIT, SS } from '../registers.ts';
import {
  changeableFlags,
  releaseStack,
  requireIoPrivilegeInVirtual8086,
  resumeFlag,
} from './stack.ts';
import { type Entry, requireInside } from './newStack.ts';
import { checkVirtualFlags, popVirtualFlags, virtualizes8086 } from './virtualInterrupts.ts';

/** IRET (interrupt) and far RET: back to the same or to an outer level. */
export function returnFar(cpu: Cpu, width: number, release: number, interrupt: boolean): void {
  const { r } = cpu;
  const bytes = width >> 3;
  const offset = cpu.peekStack(0, width);
  const selector = cpu.peekStack(bytes, width) & 0xffff;
  const flags = interrupt ? cpu.peekStack(2 * bytes, width) : 0;
  const words = interrupt ? 3 : 2;
  if (cpu.addressesParagraphs) {
    returnReal(
      cpu,
      offset,
      selector,
      words * bytes + release,
      width,
      interrupt ? flags : undefined,
    );
    return;
  }
  if (interrupt && (flags & VM) !== 0 && width === 32 && r[CPL] === 0) {
    returnToVirtual8086(cpu, offset, selector, flags);
    return;
  }
  const level = selector & 3;
  const descriptor = returnCode(cpu, selector, level);
  const entry = { offset, descriptor };
  const changeable = interrupt ? changeableByReturn(cpu) : 0;
  if (level === r[CPL]) {
    requireInside(cpu, entry, 0);
    setCodeSegment(cpu, selector, descriptor, level);
    releaseStack(cpu, words * bytes + release);
  } else {
    returnOuter(cpu, selector, entry, words * bytes + release, width, release);
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

/** What IRET may change in protected mode; VIF and VIP at level 0 only. */
function changeableByReturn(cpu: Cpu): number {
  const inner = cpu.r[CPL] === 0 ? VIF | VIP : 0;
  return changeableFlags(cpu) | resumeFlag(cpu) | inner;
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
  entry: Entry,
  above: number,
  width: number,
  release: number,
): void {
  const bytes = width >> 3;
  const esp = cpu.peekStack(above, width);
  const ss = cpu.peekStack(above + bytes, width) & 0xffff;
  const level = selector & 3;
  const stack = checkStackSegment(cpu, ss, level, GP, 0);
  requireInside(cpu, entry, 0);
  setCodeSegment(cpu, selector, entry.descriptor, level);
  setStackSegment(cpu, ss, stack);
  cpu.setStackPointer((esp + release) | 0);
  revokeInnerSegments(cpu, level);
}

/** In real mode, and in virtual-8086 mode with IOPL 3. `flags`: of an IRET. */
function returnReal(
  cpu: Cpu,
  offset: number,
  selector: number,
  bytes: number,
  width: number,
  flags: number | undefined,
): void {
  const { r } = cpu;
  const virtual = flags !== undefined && width === 16 && virtualizes8086(cpu);
  if (virtual) {
    checkVirtualFlags(cpu, flags);
  } else if (flags !== undefined) {
    requireIoPrivilegeInVirtual8086(cpu);
  }
  if (offset >>> 0 > r[LIMIT + CS] >>> 0) {
    cpu.fault.raise(GP, 0);
  }
  releaseStack(cpu, bytes);
  loadParagraph(cpu, CS, selector);
  r[EIP] = offset;
  if (flags === undefined) {
    cpu.controlFlow?.return((r[BASE + CS] + offset) >>> 0);
    return;
  }
  const all = changeableFlags(cpu) | resumeFlag(cpu);
  if (virtual) {
    popVirtualFlags(cpu, flags, all);
  } else {
    const mask = width === 32 ? all : all & 0xffff;
    setFlags(r, (r[EFLAGS] & ~mask) | (flags & mask));
  }
  cpu.controlFlow?.interruptReturn((r[BASE + CS] + offset) >>> 0);
}

/** IRETD at level 0 with VM in the flags on the stack: ESP, SS and the four data segments lie behind them. */
function returnToVirtual8086(cpu: Cpu, offset: number, selector: number, flags: number): void {
  const { r } = cpu;
  const [esp, ss, es, ds, fs, gs] = [12, 16, 20, 24, 28, 32].map((at) => cpu.peekStack(at, 32));
  const mask = changeableByReturn(cpu) | VM | IOPL | IF;
  setFlags(r, (r[EFLAGS] & ~mask) | (flags & mask));
  const segments = new Map([
    [CS, selector],
    [SS, ss],
    [ES, es],
    [DS, ds],
    [FS, fs],
    [GS, gs],
  ]);
  for (const [segment, paragraph] of segments) {
    loadParagraph(cpu, segment, paragraph & 0xffff);
  }
  cpu.setPrivilege(3);
  r[ESP] = esp;
  r[EIP] = offset & 0xffff;
  cpu.controlFlow?.interruptReturn((r[BASE + CS] + r[EIP]) >>> 0);
}
