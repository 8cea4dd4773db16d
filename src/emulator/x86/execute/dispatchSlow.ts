// What the fast path calls when the fast table has no answer: the accounting of the running block is made visible
// first, because a TLB fill records the instruction count and a hook may look at everything.
import { RAM_OFFSET } from '../../memoryLayout.ts';
import type { Cpu } from '../cpu.ts';
import { GUEST_FAULT } from '../faults.ts';
import { load, probeWrite, store } from '../memory/access.ts';
import { WANT_WRITE } from '../memory/rights.ts';
import { ACCOUNT, MICRO, MICRO_WORDS } from '../microOps.ts';
import { ADDRESS, BASE, CPL, CS } from '../registers.ts';

/** Why executeBlocks returned. From FAULT on, in the middle of a block. */
export const EXIT = {
  /** Between two instructions; EIP is right. */
  CONTINUE: 0,
  /** The next block is longer than what may still be executed. */
  PRECISE: 1,
  /** A fault is pending at the fetch from EIP. */
  FETCH_FAULT: 2,
  /** A fault is pending at the instruction at EIP. */
  FAULT: 3,
  HOOK: 4,
  /** The block was discarded under way: decode again at EIP. */
  LOOK_AGAIN: 5,
} as const;

function account(cpu: Cpu, pc: number, left: number): void {
  cpu.left = left;
  cpu.toEnd = cpu.blocks.code[pc + ACCOUNT] & 0xff;
}

export function slowLoad(cpu: Cpu, pc: number, left: number, linear: number, size: number): number {
  account(cpu, pc, left);
  if (cpu.watching) {
    cpu.watch(linear, size, false);
  }
  if (size !== 4 || (linear & 3) !== 0) {
    const value = load(cpu.mmu, linear, size, cpu.want);
    return cpu.fault.raised || !cpu.misaligned(linear, size) ? value : 0;
  }
  const offset = cpu.mmu.translate(linear, cpu.want);
  return offset < RAM_OFFSET ? cpu.mmu.outside.load(offset, 4) : cpu.memory.words[offset >> 2];
}

export function slowStore(
  cpu: Cpu,
  pc: number,
  left: number,
  linear: number,
  size: number,
  value: number,
): boolean {
  account(cpu, pc, left);
  if (cpu.watching) {
    cpu.watch(linear, size, true);
  }
  if (size !== 4 || (linear & 3) !== 0) {
    if ((linear & (size - 1)) !== 0 && cpu.checksAlignment) {
      return probeWrite(cpu.mmu, linear, size, cpu.want) && !cpu.misaligned(linear, size);
    }
    return store(cpu.mmu, linear, size, value, cpu.want);
  }
  const offset = cpu.mmu.translate(linear, cpu.want | WANT_WRITE);
  if (offset < RAM_OFFSET) {
    return cpu.mmu.outside.store(offset, 4, value);
  }
  if (cpu.mmu.keeps(offset)) {
    cpu.memory.words[offset >> 2] = value;
    cpu.mmu.noticeStore(offset, 4);
  }
  return true;
}

export function slowProbe(
  cpu: Cpu,
  pc: number,
  left: number,
  linear: number,
  size: number,
): boolean {
  account(cpu, pc, left);
  return probeWrite(cpu.mmu, linear, size, cpu.want) && !cpu.misaligned(linear, size);
}

/** A segment's unusual check: expand-down, or a fault to leave pending. */
export function slowSegment(cpu: Cpu, check: number, offset: number): boolean {
  try {
    const size = (check >> 8) & 0xff;
    cpu.r[ADDRESS] = cpu.linear(check & 0xff, offset, size, check >> 16 !== 0);
    return true;
  } catch (error) {
    if (error !== GUEST_FAULT) {
      throw error;
    }
    return false;
  }
}

/** Place of the near transfer that ended a block, or 0 if the block just ran on. `slot`: the link taken, 0: none. */
export function transferPlace(cpu: Cpu, pc: number, slot: number): number {
  const { code } = cpu.blocks;
  const at = slot === 0 ? pc : slot & -MICRO_WORDS;
  switch (code[at]) {
    case MICRO.JMP:
    case MICRO.JMP_REGISTER:
    case MICRO.CALL:
    case MICRO.CALL_REGISTER:
    case MICRO.RET:
      return at;
    case MICRO.JCC:
    case MICRO.JZ:
    case MICRO.JNZ:
      return slot === at + TAKEN ? at : 0;
    default:
      return 0;
  }
}

/** Of a conditional jump's two links, the one of the jump. */
const TAKEN = 3;

/** Gives back the stack pointer of before the near transfer at an EIP, whose target lies beyond the limit of CS. */
export function undoTransfer(cpu: Cpu, eip: number): void {
  const { r, mmu, memory } = cpu;
  const at = RAM_OFFSET + mmu.translateFetch((r[BASE + CS] + eip) | 0, r[CPL] === 3);
  const instruction = cpu.decoder.decode(memory.bytes, at, at + LONGEST_INSTRUCTION);
  const { handler } = instruction?.row ?? {};
  const bytes = (instruction?.width ?? 0) >> 3;
  if (handler === 'call' || handler === 'callIndirect') {
    cpu.setStackPointer(cpu.stackOffset(-bytes));
  } else if (handler === 'ret') {
    cpu.setStackPointer(cpu.stackOffset(bytes + (instruction?.immediate ?? 0)));
  }
}

const LONGEST_INSTRUCTION = 16;
