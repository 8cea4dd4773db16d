// The stack (SDM vol. 2: PUSH, POP, PUSHA, POPA, PUSHF, POPF, ENTER, LEAVE). ESP moves only when nothing can fail
// any more, so that a page fault in the middle leaves an instruction that can be restarted.
import type { Cpu } from '../cpu.ts';
import { type Instruction, OPERAND_MEMORY } from '../decode/instruction.ts';
import { GP } from '../faults.ts';
import { AC, ARITHMETIC, DF, ID, IF, IOPL, NT, RF, TF, VM, getFlags, setFlags } from '../flags.ts';
import { CPL, EBP, EFLAGS, ESP, SS } from '../registers.ts';
import {
  type Handler,
  read1,
  readRegister,
  signExtend,
  write1,
  writeRegister,
} from './operands.ts';
import { popVirtualFlags, virtualFlags, virtualizes8086 } from './virtualInterrupts.ts';

function popOperand(cpu: Cpu, i: Instruction): void {
  const bytes = i.width >> 3;
  const value = cpu.peekStack(0, i.width);
  const old = cpu.r[ESP];
  // An address based on ESP uses the value after the pop; a register destination of ESP wins over it.
  cpu.setStackPointer(cpu.stackOffset(-bytes));
  if (i.kind1 === OPERAND_MEMORY) {
    try {
      write1(cpu, i, value);
    } catch (fault) {
      cpu.r[ESP] = old;
      throw fault;
    }
  } else {
    write1(cpu, i, value);
  }
}

function pushAll(cpu: Cpu, i: Instruction): void {
  const bytes = i.width >> 3;
  for (let register = 7; register >= 0; register--) {
    cpu.probe(SS, cpu.stackOffset((8 - register) * bytes), bytes);
  }
  for (let register = 0; register < 8; register++) {
    const value = readRegister(cpu, register, i.width);
    cpu.write(SS, cpu.stackOffset((register + 1) * bytes), i.width, value);
  }
  cpu.setStackPointer(cpu.stackOffset(8 * bytes));
}

function popAll(cpu: Cpu, i: Instruction): void {
  const bytes = i.width >> 3;
  const values: number[] = [];
  for (let slot = 0; slot < 8; slot++) {
    values.push(cpu.peekStack(slot * bytes, i.width));
  }
  values.forEach((value, slot) => {
    if (7 - slot !== ESP) {
      writeRegister(cpu, 7 - slot, i.width, value);
    }
  });
  cpu.setStackPointer(cpu.stackOffset(-8 * bytes));
}

/** The flags that POPF and IRET may change at a privilege level (SDM vol. 2, POPF, table 4-21). */
export function changeableFlags(cpu: Cpu): number {
  const level = cpu.r[CPL];
  let mask = ARITHMETIC | TF | DF | NT | AC | ID;
  if (level <= ioPrivilege(cpu)) {
    mask |= IF;
  }
  return level === 0 ? mask | IOPL : mask;
}

/**
 * RF, while breakpoints are enabled: it is for the next instruction alone, which nobody else asks about, so that
 * otherwise it is dropped at once.
 */
export function resumeFlag(cpu: Cpu): number {
  return cpu.watching ? RF : 0;
}

export function ioPrivilege(cpu: Cpu): number {
  return (cpu.r[EFLAGS] & IOPL) >> 12;
}

function popFlags(cpu: Cpu, i: Instruction): void {
  if (i.width === 16 && virtualizes8086(cpu)) {
    const value = cpu.peekStack(0, 16);
    popVirtualFlags(cpu, value, changeableFlags(cpu));
    cpu.setStackPointer(cpu.stackOffset(-2));
    return;
  }
  requireIoPrivilegeInVirtual8086(cpu);
  let mask = changeableFlags(cpu);
  if (i.width === 16) {
    mask &= 0xffff;
  }
  const value = cpu.pop(i.width);
  setFlags(cpu.r, (cpu.r[EFLAGS] & ~(mask | RF)) | (value & mask));
}

function enter(cpu: Cpu, i: Instruction): void {
  const bytes = i.width >> 3;
  const level = i.immediate2 & 31;
  const oldBase = cpu.r[EBP];
  const frame = cpu.stackOffset(bytes);
  // On a 16-bit stack the frame's address keeps the upper half of ESP.
  const frameTop = (cpu.r[ESP] & ~cpu.stackMask) | frame;
  const depth = (level + 1) * bytes + i.immediate;
  cpu.probe(SS, cpu.stackOffset(depth), bytes);
  cpu.write(SS, frame, i.width, oldBase);
  for (let nesting = 1; nesting < level; nesting++) {
    const link = cpu.read(SS, (oldBase - nesting * bytes) & cpu.stackMask, i.width);
    cpu.write(SS, cpu.stackOffset((nesting + 1) * bytes), i.width, link);
  }
  if (level > 0) {
    cpu.write(SS, cpu.stackOffset((level + 1) * bytes), i.width, frameTop);
  }
  const pushed = level > 0 ? level + 1 : 1;
  writeRegister(cpu, EBP, i.width, frameTop);
  cpu.setStackPointer(cpu.stackOffset(pushed * bytes + i.immediate));
}

function leave(cpu: Cpu, i: Instruction): void {
  const base = cpu.r[EBP] & cpu.stackMask;
  const value = cpu.read(SS, base, i.width);
  cpu.setStackPointer(base + (i.width >> 3));
  writeRegister(cpu, EBP, i.width, value);
}

export const stackHandlers = {
  push: (cpu, i) => {
    cpu.push(read1(cpu, i), i.width);
  },
  pop: popOperand,
  pusha: pushAll,
  popa: popAll,
  pushf: (cpu, i) => {
    if (i.width === 16 && virtualizes8086(cpu)) {
      cpu.push(virtualFlags(cpu), 16);
      return;
    }
    requireIoPrivilegeInVirtual8086(cpu);
    cpu.push(getFlags(cpu.r) & ~(RF | VM), i.width);
  },
  popf: popFlags,
  enter,
  leave,
} satisfies Record<string, Handler>;

/** CLI and STI: allowed while the CPL is at most IOPL. */
export function requireIoPrivilege(cpu: Cpu): void {
  if (cpu.r[CPL] > ioPrivilege(cpu)) {
    cpu.fault.raise(GP, 0);
  }
}

/** INT n, IRET, PUSHF and POPF in virtual-8086 mode are for IOPL 3 (SDM vol. 3, 20.2.7). */
export function requireIoPrivilegeInVirtual8086(cpu: Cpu): void {
  if (cpu.virtual8086) {
    requireIoPrivilege(cpu);
  }
}

/** Operand of RET imm16 and the like, as a signed displacement of ESP. */
export function releaseStack(cpu: Cpu, bytes: number): void {
  cpu.setStackPointer(cpu.stackOffset(-signExtend(bytes, 32)));
}
