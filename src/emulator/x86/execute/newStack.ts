// Words on a stack that SS does not name yet: that of an inner level, from the TSS (SDM vol. 3, 5.8.5). Every word's
// limit is checked before the first is written.
import type { Cpu } from '../cpu.ts';
import { GP, SS_FAULT, TS } from '../faults.ts';
import { BIG } from '../memory/descriptorBits.ts';
import { type Descriptor, checkStackSegment, reaches } from '../memory/segmentation.ts';
import { ATTRIBUTES, BASE, LIMIT, SELECTOR, TR } from '../registers.ts';

const TASK_32 = 8;

export interface NewStack {
  readonly selector: number;
  readonly descriptor: Descriptor;
  readonly top: number;
}

/** #GP for an entry beyond its code segment's limit. */
export function requireInside(cpu: Cpu, { offset, descriptor }: Entry, external: number): void {
  if (offset >>> 0 > descriptor.limit >>> 0) {
    cpu.fault.raise(GP, external);
  }
}

/** Whether a TSS type (1, 3, 9 or 11) is the 32-bit one. */
export function isTask32(type: number): boolean {
  return (type & TASK_32) !== 0;
}

/** SS and ESP of a level from the task's TSS, of either kind, with the checks of a stack segment. */
export function innerStack(cpu: Cpu, level: number, external: number): NewStack {
  const { r } = cpu;
  const wide = isTask32(r[ATTRIBUTES + TR]);
  const slot = wide ? 4 + level * 8 : 2 + level * 4;
  if (r[ATTRIBUTES + TR] === 0 || slot + (wide ? 5 : 3) > r[LIMIT + TR] >>> 0) {
    cpu.fault.raise(TS, (r[SELECTOR + TR] & 0xfffc) | external);
  }
  const at = (r[BASE + TR] + slot) | 0;
  const top = wide ? cpu.systemRead32(at) : cpu.systemRead16(at);
  const selector = wide ? cpu.systemRead32((at + 4) | 0) & 0xffff : cpu.systemRead16((at + 2) | 0);
  const descriptor = checkStackSegment(cpu, selector, level, TS, external);
  return { selector, descriptor, top };
}

/** Where the handler or procedure starts that the stack is for. */
export interface Entry {
  readonly offset: number;
  readonly descriptor: Descriptor;
}

/**
 * Writes the words, the first highest, of `width` bits each, with supervisor rights; returns the new stack pointer.
 * Before anything is written: #SS if they have no room, then #GP if the entry lies beyond its segment's limit.
 */
export function pushOnNewStack(
  cpu: Cpu,
  { selector, descriptor, top }: NewStack,
  words: readonly number[],
  width: number,
  entry: Entry,
  external: number,
): number {
  const bytes = width >> 3;
  const mask = (descriptor.attributes & BIG) === 0 ? 0xffff : -1;
  const offsets = words.map((_, index) => (top - (index + 1) * bytes) & mask);
  for (const offset of offsets) {
    if (!reaches(descriptor, offset, bytes, true)) {
      cpu.fault.raise(SS_FAULT, (selector & 0xfffc) | external);
    }
  }
  requireInside(cpu, entry, external);
  words.forEach((word, index) => {
    const linear = (descriptor.base + offsets[index]) | 0;
    if (width === 32) {
      cpu.systemWrite32(linear, word);
    } else {
      cpu.systemWrite16(linear, word);
    }
  });
  return offsets.at(-1) ?? top;
}
