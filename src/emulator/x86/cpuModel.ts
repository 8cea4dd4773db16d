// The kinds of processor that a machine may have: what each can execute, and what it says of itself (SDM vol. 2, CPUID).
// A kind with a plus adds extensions; each extension brings those it rests on.

/** An attribute of a row of the instruction table, too: without the extension the opcode does not exist. */
export const EXTENSIONS = [
  'i686',
  'mmx',
  'fxsr',
  'sse',
  'sse2',
  'sse3',
  'ssse3',
  'movbe',
  'lzcnt',
] as const;
export type Extension = (typeof EXTENSIONS)[number];

export const CPU_KINDS = [
  'pentium',
  'pentium+mmx',
  'i686',
  'i686+mmx',
  'i686+sse',
  'i686+sse2',
  'i686+sse3',
  'i686+ssse3',
  'i686+movbe',
] as const;
export type CpuKind = (typeof CPU_KINDS)[number];

export interface CpuModel {
  /** Family, model, stepping: CPUID.1:EAX, and EDX after a reset. */
  readonly signature: number;
  readonly extensions: ReadonlySet<Extension>;
  /** Has what memory/taggedTlb.ts says, beside any kind. */
  readonly taggedTlb: boolean;
}

function model(signature: number, ...extensions: readonly Extension[]): CpuModel {
  return { signature, extensions: new Set(extensions), taggedTlb: false };
}

const PENTIUM_M = ['i686', 'mmx', 'fxsr', 'sse', 'sse2'] as const;

export const CPU_MODELS: Readonly<Record<CpuKind, CpuModel>> = {
  pentium: model(0x52c), // P54C
  'pentium+mmx': model(0x543, 'mmx'), // P55C
  i686: model(0x633, 'i686'), // a Pentium II that does not show its MMX
  'i686+mmx': model(0x633, 'i686', 'mmx'), // Pentium II
  'i686+sse': model(0x673, 'i686', 'mmx', 'fxsr', 'sse'), // Pentium III
  'i686+sse2': model(0x695, ...PENTIUM_M),
  'i686+sse3': model(0x6ec, ...PENTIUM_M, 'sse3'), // Core Duo
  'i686+ssse3': model(0x6f6, ...PENTIUM_M, 'sse3', 'ssse3'), // Core 2
  // The fourth generation of Core, which shows nothing else of what is newer than Core 2
  'i686+movbe': model(0x306c3, ...PENTIUM_M, 'sse3', 'ssse3', 'movbe', 'lzcnt'),
};

export function cpuModel(kind: CpuKind, taggedTlb = false): CpuModel {
  return { ...CPU_MODELS[kind], taggedTlb };
}
