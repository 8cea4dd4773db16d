// The processor as an observer sees it (target.ts): registers, the page tables in memory, the TLBs. Nothing here
// changes anything, and the TLBs are not asked for translations.
import type { PageTranslation, Registers, TlbEntry } from '../target.ts';
import type { Cpu } from './cpu.ts';
import { getFlags, setFlags } from './flags.ts';
import { ENTRY_DIRTY, ENTRY_USER, ENTRY_WRITABLE, type Tlb } from './memory/tlb.ts';
import * as R from './registers.ts';

export function readRegisters(cpu: Cpu): Registers {
  const { r } = cpu;
  return {
    eax: r[R.EAX] >>> 0,
    ecx: r[R.ECX] >>> 0,
    edx: r[R.EDX] >>> 0,
    ebx: r[R.EBX] >>> 0,
    esp: r[R.ESP] >>> 0,
    ebp: r[R.EBP] >>> 0,
    esi: r[R.ESI] >>> 0,
    edi: r[R.EDI] >>> 0,
    eip: r[R.EIP] >>> 0,
    eflags: getFlags(r) >>> 0,
    cs: r[R.SELECTOR + R.CS] >>> 0,
    ss: r[R.SELECTOR + R.SS] >>> 0,
    ds: r[R.SELECTOR + R.DS] >>> 0,
    es: r[R.SELECTOR + R.ES] >>> 0,
    fs: r[R.SELECTOR + R.FS] >>> 0,
    gs: r[R.SELECTOR + R.GS] >>> 0,
    csBase: r[R.BASE + R.CS] >>> 0,
    ssBase: r[R.BASE + R.SS] >>> 0,
    dsBase: r[R.BASE + R.DS] >>> 0,
    esBase: r[R.BASE + R.ES] >>> 0,
    fsBase: r[R.BASE + R.FS] >>> 0,
    gsBase: r[R.BASE + R.GS] >>> 0,
    cr0: r[R.CR0] >>> 0,
    cr2: r[R.CR2] >>> 0,
    cr3: r[R.CR3] >>> 0,
    cr4: r[R.CR4] >>> 0,
    cpl: r[R.CPL],
  };
}

/** Registers that a debugger may write; segments and control registers change only by instructions. */
const WRITABLE = {
  eax: R.EAX,
  ecx: R.ECX,
  edx: R.EDX,
  ebx: R.EBX,
  esp: R.ESP,
  ebp: R.EBP,
  esi: R.ESI,
  edi: R.EDI,
  eip: R.EIP,
} as const;

export type WritableRegister = keyof typeof WRITABLE | 'eflags';

export function writeRegisterByName(cpu: Cpu, name: WritableRegister, value: number): void {
  if (name === 'eflags') {
    setFlags(cpu.r, value);
  } else {
    cpu.r[WRITABLE[name]] = value;
  }
}

/** Walks the tables below a page directory without setting anything. */
export function translatePage(
  cpu: Cpu,
  pageDirectory: number,
  linear: number,
): PageTranslation | undefined {
  if (!cpu.mmu.paging) {
    const all = { writable: true, user: true, accessed: true, dirty: true };
    return { physical: linear >>> 0, ...all, pageSize: 4096 };
  }
  const pde = cpu.mmu.readPhysical32((pageDirectory & ~0xfff) + ((linear >>> 22) << 2));
  if ((pde & 1) === 0) {
    return undefined;
  }
  if ((pde & 0x80) !== 0 && (cpu.r[R.CR4] & R.CR4_PSE) !== 0) {
    return translation((pde & ~0x3f_ffff) | (linear & 0x3f_ffff), pde, pde, 0x40_0000);
  }
  const pte = cpu.mmu.readPhysical32((pde & ~0xfff) + (((linear >>> 12) & 0x3ff) << 2));
  if ((pte & 1) === 0) {
    return undefined;
  }
  return translation((pte & ~0xfff) | (linear & 0xfff), pte, pte & pde, 4096);
}

function translation(
  physical: number,
  entry: number,
  both: number,
  pageSize: number,
): PageTranslation {
  return {
    physical: physical >>> 0,
    writable: (both & 2) !== 0,
    user: (both & 4) !== 0,
    accessed: (entry & 0x20) !== 0,
    dirty: (entry & 0x40) !== 0,
    pageSize,
  };
}

export function listTlbEntries(cpu: Cpu): TlbEntry[] {
  return [
    ...entriesOf(cpu.mmu.instructionTlb, 'instruction', 12),
    ...entriesOf(cpu.mmu.dataTlb, 'data', 12),
    ...entriesOf(cpu.mmu.largeTlb, 'data-4M', 22),
  ];
}

function entriesOf(tlb: Tlb, kind: TlbEntry['kind'], shift: number): TlbEntry[] {
  return tlb.valid().map((entry) => ({
    kind,
    set: entry.set,
    way: entry.way,
    linear: (entry.page << shift) >>> 0,
    physical: entry.physical >>> 0,
    writable: (entry.flags & ENTRY_WRITABLE) !== 0,
    user: (entry.flags & ENTRY_USER) !== 0,
    dirty: (entry.flags & ENTRY_DIRTY) !== 0,
    pageDirectory: (entry.pageDirectory & ~0xfff) >>> 0,
    tag: entry.tag,
    filledAt: entry.filledAt,
    nextVictim: tlb.victim(entry.set) === entry.way,
  }));
}
