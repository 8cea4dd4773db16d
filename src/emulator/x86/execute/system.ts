// System instructions and the flag instructions (SDM vol. 2: MOV CRn, MOV DRn, CLTS, INVLPG, HLT, CPUID, RDTSC, MSRs,
// CLI, STI, CLC ...). The privilege check stands in the table and is made before a handler runs.
import type { Cpu } from '../cpu.ts';
import type { Extension } from '../cpuModel.ts';
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
  EBX,
  ECX,
  EDX,
  EFLAGS,
} from '../registers.ts';
import { TAG_LEAF, TAG_LEAF_ANSWER } from '../memory/taggedTlb.ts';
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

/** What the processor says of itself, and of nothing that it has not (cpuModel.ts). */
function cpuid(cpu: Cpu): void {
  const { r } = cpu;
  const leaf = r[EAX];
  const { extensions } = cpu.model;
  if (extensions.has('lzcnt') && leaf >>> 16 === 0x8000) {
    extendedCpuid(cpu, leaf >>> 0);
    return;
  }
  if (leaf === 0) {
    r[EAX] = 1;
    r[EBX] = 0x756e_6547; // "Genu"
    r[EDX] = 0x4965_6e69; // "ineI"
    r[ECX] = 0x6c65_746e; // "ntel"
    return;
  }
  if (leaf === TAG_LEAF && cpu.model.taggedTlb) {
    [r[EAX], r[EBX], r[ECX], r[EDX]] = TAG_LEAF_ANSWER;
    return;
  }
  r[EAX] = cpu.model.signature;
  r[EBX] = extensions.has('sse2') ? CLFLUSH_LINE : 0;
  r[ECX] = 0;
  r[EDX] = PENTIUM_FEATURES | (cpu.hasLocalApic ? FEATURE_APIC : 0);
  for (const extension of extensions) {
    r[EDX] |= EXTENSION_FEATURES[extension].edx ?? 0;
    r[ECX] |= EXTENSION_FEATURES[extension].ecx ?? 0;
  }
}

/** The leaves from 0x80000000, of which only the second says something: LZCNT. */
function extendedCpuid({ r }: Cpu, leaf: number): void {
  r[EAX] = leaf === EXTENDED_LEAVES ? EXTENDED_LEAVES + 1 : 0;
  r[EBX] = 0;
  r[EDX] = 0;
  r[ECX] = leaf === EXTENDED_LEAVES + 1 ? 1 << 5 : 0;
}

const EXTENDED_LEAVES = 0x8000_0000;

/** CPUID.1:EDX of a Pentium: FPU VME DE PSE TSC MSR MCE CX8. */
const PENTIUM_FEATURES = 0x1bf;
const FEATURE_APIC = 1 << 9;

/** In CPUID.1 (i686: SEP, PGE and CMOV; sse: PAT, sse2: CLFSH with it). */
const EXTENSION_FEATURES: Readonly<Record<Extension, { edx?: number; ecx?: number }>> = {
  i686: { edx: (1 << 11) | (1 << 13) | (1 << 15) },
  mmx: { edx: 1 << 23 },
  fxsr: { edx: 1 << 24 },
  sse: { edx: (1 << 25) | (1 << 16) },
  sse2: { edx: (1 << 26) | (1 << 19) },
  sse3: { ecx: 1 << 0 },
  ssse3: { ecx: 1 << 9 },
  movbe: { ecx: 1 << 22 },
  lzcnt: {}, // extendedCpuid
};
/** CPUID.1:EBX: CLFLUSH works on 8 times 8 bytes. */
const CLFLUSH_LINE = 8 << 8;

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
