// The processor as a reset leaves it (SDM vol. 3, 9.1), and as a Multiboot loader hands it over (Multiboot
// Specification, 3.2): protected mode, flat segments, no paging, interrupts off.
import { BOOT_MAGIC, type BootState } from '../multiboot.ts';
import type { Cpu } from './cpu.ts';
import { IF, setFlags } from './flags.ts';
import * as R from './registers.ts';

const RESET_SEGMENT = 0x93; // present, data, writable, accessed; 16 bits
const RESET_VECTOR = 0xfff0;

/** As a reset leaves the processor: real mode, at the end of the ROM. */
export function enterResetState(cpu: Cpu): void {
  const { r } = cpu;
  r.fill(0);
  r[R.CR0] = R.CR0_ET | R.CR0_CD | R.CR0_NW;
  r[R.EDX] = cpu.model.signature; // SDM vol. 3, table 9-1
  r[R.EIP] = RESET_VECTOR;
  r[R.GDT_LIMIT] = 0xffff;
  r[R.IDT_LIMIT] = REAL_MODE_IDT_LIMIT;
  for (let segment = R.ES; segment <= R.GS; segment++) {
    r[R.LIMIT + segment] = 0xffff;
    r[R.ATTRIBUTES + segment] = RESET_SEGMENT;
  }
  r[R.SELECTOR + R.CS] = 0xf000;
  r[R.BASE + R.CS] = 0xffff_0000;
  r[R.DR0 + 6] = 0xffff_0ff0;
  r[R.DR0 + 7] = 0x400;
  setFlags(r, 2);
  cpu.setPrivilege(0);
  cpu.segmentsChanged();
  cpu.mmu.flush();
}

const BOOT_DRIVE = 0x80;

/** As a BIOS enters a boot sector: real mode, at its first byte, interrupts on, DL the drive. */
export function enterBootSector(cpu: Cpu, address: number): void {
  enterResetState(cpu);
  const { r } = cpu;
  r[R.CR0] = R.CR0_ET;
  r[R.EDX] = BOOT_DRIVE;
  r[R.ESP] = address;
  r[R.EIP] = address;
  r[R.SELECTOR + R.CS] = 0;
  r[R.BASE + R.CS] = 0;
  r[R.IDT_LIMIT] = REAL_MODE_IDT_LIMIT;
  setFlags(r, IF | 2);
  cpu.segmentsChanged();
}

const FLAT_CODE = 0xc9b; // G, D; present, code, readable, accessed
const FLAT_DATA = 0xc93; // G, B; present, data, writable, accessed
/** A kernel that makes its own table without reloading CS has its code first, as a rule. */
const CODE_SELECTOR = 0x08;
const DATA_SELECTOR = 0x10;
const REAL_MODE_IDT_LIMIT = 0x3ff;

export function enterBootState(cpu: Cpu, boot: BootState): void {
  const { r } = cpu;
  r.fill(0);
  r[R.CR0] = R.CR0_PE | R.CR0_ET;
  r[R.EAX] = BOOT_MAGIC;
  r[R.EBX] = boot.information;
  r[R.EIP] = boot.entry;
  r[R.ESP] = boot.stack;
  r[R.GDT_BASE] = boot.descriptors.base;
  r[R.GDT_LIMIT] = boot.descriptors.limit;
  r[R.IDT_LIMIT] = REAL_MODE_IDT_LIMIT;
  for (let segment = R.ES; segment <= R.GS; segment++) {
    const code = segment === R.CS;
    r[R.SELECTOR + segment] = code ? CODE_SELECTOR : DATA_SELECTOR;
    r[R.LIMIT + segment] = -1;
    r[R.ATTRIBUTES + segment] = code ? FLAT_CODE : FLAT_DATA;
  }
  r[R.DR0 + 6] = 0xffff_0ff0;
  r[R.DR0 + 7] = 0x400;
  setFlags(r, 2);
  cpu.setPrivilege(0);
  cpu.segmentsChanged();
  cpu.mmu.flush();
}
