// What the tests of the processor's system features share: pieces of ROM text, and running one to what it printed.
import type { CpuKind } from '../../src/emulator/machineOptions.ts';
import assert from 'node:assert/strict';
import { assembleRom, runRom, words } from '../support/rom.ts';
import { PROTECTED, complete } from './systemTables.ts';

/** Goes to ring 3 with these flags beside the fixed one. */
export const toRing3 = (flags: number): string => `
  push $0x23
  push $0x5000
  push $${flags | 2}
  push $0x1b
  push $user
  mov $0x23, %eax
  mov %ax, %ds
  iret
user:
`;

/** Goes to virtual-8086 mode with these flags, at \`virtual\`. */
export const toVirtual8086 = (flags: number): string => `
  push $0
  push $0
  push $0
  push $0
  push $0
  push $0x5000
  push $${flags | 0x20002}
  push $0xf000
  push $virtual
  iret
  .code16
virtual:
`;

export const setControl4 = (bits: number): string => `
  mov %cr4, %eax
  or $${bits}, %eax
  mov %eax, %cr4
`;

export function run(text: string, cpu: CpuKind = 'pentium'): string[] {
  const rom = assembleRom(complete(PROTECTED + text));
  const { bytes, result } = runRom(rom, 1_000_000, cpu);
  const seen = words(bytes);
  assert.equal(result.reason, 'debugExit', JSON.stringify([result, seen.slice(0, 40)]));
  return seen;
}

/** Vector and error code of each of so many faults, of the five words that each prints. */
export function faults(seen: readonly string[]): string[][] {
  return Array.from({ length: seen.length / 5 }, (_, index) =>
    seen.slice(index * 5, index * 5 + 2),
  );
}

/** A handler for vector 17 (#AC), which pushes an error code. */
export const ALIGNMENT_FAULT = `
fault_17: push $17
  jmp fault
`;
