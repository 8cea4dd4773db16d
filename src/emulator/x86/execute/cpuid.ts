// CPUID (SDM vol. 2): a Pentium has leaves 0 and 1, the P6 family 2 with them, and a leaf that is not there answers as
// the highest does.
import type { Cpu } from '../cpu.ts';
import type { Extension } from '../cpuModel.ts';
import { TAG_LEAF, TAG_LEAF_ANSWER } from '../memory/taggedTlb.ts';
import { EAX, EBX, ECX, EDX } from '../registers.ts';

/** What the processor says of itself, and of nothing that it has not (cpuModel.ts). */
export function cpuid(cpu: Cpu): void {
  const { r } = cpu;
  const leaf = r[EAX];
  const { extensions } = cpu.model;
  if (extensions.has('lzcnt') && leaf >>> 16 === 0x8000) {
    extendedCpuid(cpu, leaf >>> 0);
    return;
  }
  if (leaf === 0) {
    r[EAX] = extensions.has('i686') ? CACHE_LEAF : 1;
    r[EBX] = 0x756e_6547; // "Genu"
    r[EDX] = 0x4965_6e69; // "ineI"
    r[ECX] = 0x6c65_746e; // "ntel"
    return;
  }
  if (leaf === TAG_LEAF && cpu.model.taggedTlb) {
    [r[EAX], r[EBX], r[ECX], r[EDX]] = TAG_LEAF_ANSWER;
    return;
  }
  if (leaf !== 1 && extensions.has('i686')) {
    r[EAX] = TLB_DESCRIPTORS;
    r[EBX] = 0;
    r[ECX] = 0;
    r[EDX] = extensions.has('sse2') ? CACHES_OF_64_BYTES : CACHES_OF_32_BYTES;
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

const CACHE_LEAF = 2;
/**
 * A byte each, the lowest saying that one CPUID tells all (SDM vol. 2, table 3-12): TLBs of 32 pages of code, 2 of 4 MB
 * code, 64 of data; and 8 of 4 MB data among the caches.
 */
const TLB_DESCRIPTORS = 0x0302_0101;
/** A Pentium II's: 16 KB of data, 16 KB of code, 512 KB for both. Programs choose their copying by it; there are none. */
const CACHES_OF_32_BYTES = 0x0c04_0843;
/** A Pentium M's, as CLFLUSH has its lines: 32 KB, 32 KB, 2 MB. */
const CACHES_OF_64_BYTES = 0x2c04_307d;

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
