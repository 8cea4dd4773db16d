// The processor as a Multiboot loader hands it over (Multiboot Specification, 3.2): protected mode, flat segments,
// no paging, interrupts off.
import { BOOT_MAGIC, type BootState } from '../multiboot.ts';
import type { Cpu } from './cpu.ts';
import { setFlags } from './flags.ts';
import * as R from './registers.ts';

const FLAT_CODE = 0xc9b; // G, D; present, code, readable, accessed
const FLAT_DATA = 0xc93; // G, B; present, data, writable, accessed
const CODE_SELECTOR = 0x10;
const DATA_SELECTOR = 0x18;
const REAL_MODE_IDT_LIMIT = 0x3ff;

export function enterBootState(cpu: Cpu, boot: BootState): void {
  const { r } = cpu;
  r.fill(0);
  r[R.CR0] = R.CR0_PE | R.CR0_ET;
  r[R.EAX] = BOOT_MAGIC;
  r[R.EBX] = boot.information;
  r[R.EIP] = boot.entry;
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
