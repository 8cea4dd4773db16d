// What the fast path calls when the fast table has no answer: the accounting of the running block is made visible
// first, because a TLB fill records the instruction count and a hook may look at everything.
import { RAM_OFFSET } from '../../memoryLayout.ts';
import type { Cpu } from '../cpu.ts';
import { GUEST_FAULT } from '../faults.ts';
import { load, probeWrite, store } from '../memory/access.ts';
import { WANT_WRITE } from '../memory/rights.ts';
import { ACCOUNT } from '../microOps.ts';
import { ADDRESS } from '../registers.ts';

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
