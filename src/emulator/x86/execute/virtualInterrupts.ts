// The virtual interrupt flag (SDM vol. 3, 20.3 and 20.4): in virtual-8086 mode with CR4.VME, and at CPL 3 of protected
// mode with CR4.PVI, a program below IOPL sees VIF as its IF; and INT n of virtual-8086 mode may stay in the
// program's own vector table, as a bitmap in the TSS says.
import type { Cpu } from '../cpu.ts';
import { GP } from '../faults.ts';
import { IF, IOPL, NT, RF, TF, VIF, VIP, VM, getFlags, setFlags } from '../flags.ts';
import { loadParagraph } from '../memory/segmentation.ts';
import {
  ATTRIBUTES,
  BASE,
  CPL,
  CR4,
  CR4_PVI,
  CR4_VME,
  CS,
  EFLAGS,
  EIP,
  LIMIT,
  SELECTOR,
  TR,
} from '../registers.ts';
import { isTask32 } from './newStack.ts';

const IO_MAP_BASE = 0x66; // offset in the TSS of the I/O bitmap's offset; the redirection bitmap ends there
const REDIRECTION_BYTES = 32;

function ioPrivilege(cpu: Cpu): number {
  return (cpu.r[EFLAGS] & IOPL) >> 12;
}

/** Virtual-8086 mode with its extensions, and IOPL below 3. */
export function virtualizes8086(cpu: Cpu): boolean {
  return cpu.virtual8086 && (cpu.r[CR4] & CR4_VME) !== 0 && ioPrivilege(cpu) < 3;
}

/** CLI and STI act on VIF. */
export function virtualizesInterruptFlag(cpu: Cpu): boolean {
  const { r } = cpu;
  if (cpu.virtual8086) {
    return virtualizes8086(cpu);
  }
  return (
    (r[CR4] & CR4_PVI) !== 0 && r[CPL] === 3 && ioPrivilege(cpu) < 3 && !cpu.addressesParagraphs
  );
}

export function clearVirtualInterruptFlag(cpu: Cpu): void {
  cpu.r[EFLAGS] &= ~VIF;
}

/** #GP(0) if an interrupt is waiting: the monitor delivers it. */
export function setVirtualInterruptFlag(cpu: Cpu): void {
  if ((cpu.r[EFLAGS] & VIP) !== 0) {
    cpu.fault.raise(GP, 0);
  }
  cpu.r[EFLAGS] |= VIF;
}

/** What PUSHF and a redirected INT push: IF shows VIF, and IOPL shows 3. */
export function virtualFlags(cpu: Cpu): number {
  const flags = getFlags(cpu.r);
  const visible = (flags & VIF) === 0 ? 0 : IF;
  return (flags & ~(IF | RF | VM)) | visible | IOPL;
}

/** POPF and IRET of 16 bits: IF goes to VIF; IOPL stays. `mask`: what else may change. */
export function popVirtualFlags(cpu: Cpu, value: number, mask: number): void {
  checkVirtualFlags(cpu, value);
  const { r } = cpu;
  const kept = mask & 0xffff & ~(IF | IOPL);
  const virtual = (value & IF) === 0 ? 0 : VIF;
  setFlags(r, (r[EFLAGS] & ~(kept | VIF)) | (value & kept) | virtual);
}

/** #GP(0) if the new flags would single step, or open the virtual flag while an interrupt is waiting. */
export function checkVirtualFlags(cpu: Cpu, value: number): void {
  const opens = (value & IF) !== 0 && (cpu.r[EFLAGS] & VIP) !== 0;
  if ((value & TF) !== 0 || opens) {
    cpu.fault.raise(GP, 0);
  }
}

/** Whether INT n of virtual-8086 mode goes to the program's own vector table. */
export function redirects(cpu: Cpu, vector: number): boolean {
  const { r } = cpu;
  if (!cpu.virtual8086 || (r[CR4] & CR4_VME) === 0 || !isTask32(r[ATTRIBUTES + TR])) {
    return false;
  }
  const limit = r[LIMIT + TR] >>> 0;
  if (limit < IO_MAP_BASE + 1) {
    return false;
  }
  const map = cpu.systemRead16((r[BASE + TR] + IO_MAP_BASE) | 0);
  const byte = map - REDIRECTION_BYTES + (vector >> 3);
  if (byte < 0 || byte > limit) {
    return false;
  }
  return ((cpu.systemRead16((r[BASE + TR] + byte) | 0) >> (vector & 7)) & 1) === 0;
}

/** INT n through the vector at linear address n * 4, as in real mode; below IOPL 3 it closes VIF instead of IF. */
export function enterRedirected(cpu: Cpu, vector: number): void {
  const { r } = cpu;
  const virtual = ioPrivilege(cpu) < 3;
  const target = cpu.readLinear(vector * 4, 32);
  const flags = virtual ? virtualFlags(cpu) : getFlags(r);
  const old = r[4];
  try {
    cpu.push(flags & 0xffff, 16);
    cpu.push(r[SELECTOR + CS], 16);
    cpu.push(r[EIP], 16);
  } catch (fault) {
    r[4] = old;
    throw fault;
  }
  loadParagraph(cpu, CS, target >>> 16);
  r[EIP] = target & 0xffff;
  r[EFLAGS] &= ~(TF | NT | RF | (virtual ? VIF : IF));
  cpu.controlFlow?.interrupt(vector, (r[BASE + CS] + cpu.instructionEip) >>> 0, 'software');
}
