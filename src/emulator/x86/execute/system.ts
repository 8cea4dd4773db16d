// System instructions and the flag instructions (SDM vol. 2: MOV CRn, MOV DRn, CLTS, INVLPG, HLT, CPUID, RDTSC, MSRs,
// CLI, STI, CLC ...). The privilege check stands in the table and is made before a handler runs.
import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../decode/instruction.ts';
import {
  DR6,
  DR6_ACCESS,
  DR6_FIXED_ONES,
  DR6_WRITABLE,
  DR7,
  DR7_FIXED_ONE,
  DR7_GENERAL_DETECT,
  DR7_WRITABLE,
} from '../breakpoints.ts';
import { DB, GP, UD } from '../faults.ts';
import { AF, CF, DF, IF, PF, SF, ZF, changeFlags, getFlags } from '../flags.ts';
import {
  CPL,
  CR0,
  CR0_ET,
  CR0_NE,
  CR0_PE,
  CR0_PG,
  CR0_TS,
  CR0_WP,
  CR0_AM,
  CR0_CD,
  CR0_EM,
  CR0_MP,
  CR0_NW,
  CR2,
  CR4,
  CR4_DE,
  CR4_OSFXSR,
  CR4_OSXMMEXCPT,
  CR4_TAGS,
  CR4_TSD,
  DR0,
  EAX,
  EDX,
  EFLAGS,
} from '../registers.ts';
import { cpuid } from './cpuid.ts';
import { type Handler, read1, write1 } from './operands.ts';
import { requireIoPrivilege } from './stack.ts';
import {
  clearVirtualInterruptFlag,
  setVirtualInterruptFlag,
  virtualizesInterruptFlag,
} from './virtualInterrupts.ts';

const CR0_WRITABLE =
  CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD | CR0_PG;
/** VME PVI TSD DE PSE MCE, and PGE PCE of the P6 family. */
const CR4_WRITABLE = { pentium: 0x5f, i686: 0x1df };

function writableCr4(cpu: Cpu): number {
  const { extensions } = cpu.model;
  return (
    (extensions.has('i686') ? CR4_WRITABLE.i686 : CR4_WRITABLE.pentium) |
    (extensions.has('fxsr') ? CR4_OSFXSR : 0) |
    (extensions.has('sse') ? CR4_OSXMMEXCPT : 0) |
    (cpu.model.taggedTlb ? CR4_TAGS : 0)
  );
}

function writeControl(cpu: Cpu, register: number, value: number): void {
  switch (register) {
    case 0:
      writeCr0(cpu, value);
      break;
    case 2:
      cpu.r[CR2] = value;
      break;
    case 3:
      cpu.loadPageDirectory(value);
      break;
    case 4:
      if ((value & ~writableCr4(cpu)) !== 0) {
        cpu.fault.raise(GP, 0);
      }
      cpu.r[CR4] = value;
      cpu.mmu.controlChanged();
      cpu.mmu.flush();
      break;
    default:
      cpu.fault.raise(UD);
  }
}

function writeCr0(cpu: Cpu, value: number): void {
  const { r } = cpu;
  if ((value & CR0_PG) !== 0 && (value & CR0_PE) === 0) {
    cpu.fault.raise(GP, 0);
  }
  const changed = r[CR0] ^ value;
  r[CR0] = (value & CR0_WRITABLE) | CR0_ET;
  if ((changed & CR0_PG) !== 0) {
    cpu.mmu.flush();
  } else if ((changed & CR0_WP) !== 0) {
    cpu.mmu.dropShadows();
  }
}

function debugRegister(cpu: Cpu, i: Instruction): number {
  // DR4 and DR5 are names of DR6 and DR7 while CR4.DE is clear.
  const register = i.registerField;
  if ((register === 4 || register === 5) && (cpu.r[CR4] & CR4_DE) !== 0) {
    cpu.fault.raise(UD);
  }
  if ((cpu.r[DR7] & DR7_GENERAL_DETECT) !== 0) {
    cpu.r[DR6] |= DR6_ACCESS;
    cpu.r[DR7] &= ~DR7_GENERAL_DETECT;
    cpu.fault.raise(DB);
  }
  return DR0 + (register === 4 || register === 5 ? register + 2 : register);
}

function readTimeStamp(cpu: Cpu): void {
  const stamp = cpu.timeStamp();
  cpu.r[EAX] = Number(stamp & 0xffff_ffffn);
  cpu.r[EDX] = Number(stamp >> 32n);
}

const SAHF_FLAGS = SF | ZF | AF | PF | CF;

export const systemHandlers = {
  movFromControl: (cpu, i) => {
    const register = i.registerField;
    if (register === 1 || register > 4) {
      cpu.fault.raise(UD);
    }
    cpu.r[i.modrm & 7] = cpu.r[register === 0 ? CR0 : CR2 + register - 2];
  },
  movToControl: (cpu, i) => {
    writeControl(cpu, i.registerField, cpu.r[i.modrm & 7]);
  },
  movFromDebug: (cpu, i) => {
    cpu.r[i.modrm & 7] = cpu.r[debugRegister(cpu, i)];
  },
  movToDebug: (cpu, i) => {
    const register = debugRegister(cpu, i);
    const value = cpu.r[i.modrm & 7];
    if (register === DR7) {
      cpu.r[DR7] = (value & DR7_WRITABLE) | DR7_FIXED_ONE;
      cpu.setPrivilege(cpu.r[CPL]);
    } else if (register === DR6) {
      cpu.r[DR6] = (value & DR6_WRITABLE) | DR6_FIXED_ONES;
    } else {
      cpu.r[register] = value;
    }
  },
  smsw: (cpu, i) => {
    write1(cpu, i, cpu.r[CR0], i.memoryForm ? 16 : i.width);
  },
  lmsw: (cpu, i) => {
    // LMSW can set PE but not clear it, and reaches the low four bits only.
    const value = read1(cpu, i, 16);
    writeCr0(cpu, (cpu.r[CR0] & ~0xe) | (value & 0xf));
  },
  clts: (cpu) => {
    cpu.r[CR0] &= ~CR0_TS;
  },
  invlpg: (cpu, i) => {
    cpu.mmu.invalidatePage(cpu.linear(i.segment, cpu.effectiveAddress(i), 1, false));
  },
  hlt: (cpu) => {
    cpu.halted = true;
  },
  cpuid,
  rdtsc: (cpu) => {
    if ((cpu.r[CR4] & CR4_TSD) !== 0 && cpu.r[CPL] !== 0) {
      cpu.fault.raise(GP, 0);
    }
    readTimeStamp(cpu);
  },
  cli: (cpu) => {
    if (virtualizesInterruptFlag(cpu)) {
      clearVirtualInterruptFlag(cpu);
      return;
    }
    requireIoPrivilege(cpu);
    cpu.r[EFLAGS] &= ~IF;
  },
  sti: (cpu) => {
    if (virtualizesInterruptFlag(cpu)) {
      setVirtualInterruptFlag(cpu);
      return;
    }
    requireIoPrivilege(cpu);
    // The instruction after an STI that opens interrupts still runs before one is taken.
    cpu.inhibitInterrupts = (cpu.r[EFLAGS] & IF) === 0;
    cpu.r[EFLAGS] |= IF;
  },
  cmc: (cpu) => {
    changeFlags(cpu.r, CF, ~getFlags(cpu.r));
  },
  clc: (cpu) => {
    changeFlags(cpu.r, CF, 0);
  },
  stc: (cpu) => {
    changeFlags(cpu.r, CF, CF);
  },
  cld: (cpu) => {
    cpu.r[EFLAGS] &= ~DF;
  },
  std: (cpu) => {
    cpu.r[EFLAGS] |= DF;
  },
  sahf: (cpu) => {
    changeFlags(cpu.r, SAHF_FLAGS, cpu.r8[1]);
  },
  lahf: (cpu) => {
    cpu.r8[1] = getFlags(cpu.r);
  },
  /** D6h sets AL from the carry; every processor since the 8086 has it, and the manuals do not mention it. */
  salc: (cpu) => {
    cpu.r8[0] = (getFlags(cpu.r) & CF) === 0 ? 0 : 0xff;
  },
} satisfies Record<string, Handler>;
