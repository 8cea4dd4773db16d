// The processor's part of a snapshot. Decoded blocks and the fast table are no state: they are made again.
import type { Cpu } from './cpu.ts';
import type { FpuSnapshot } from './fpuState.ts';
import { getFlags } from './flags.ts';
import type { TlbSnapshot } from './memory/tlb.ts';
import type { PerformanceSnapshot } from './performanceCounters.ts';
import { CPL, EIP, GDT_BASE } from './registers.ts';
import type { SimdSnapshot } from './simdState.ts';

export interface CpuSnapshot {
  readonly state: readonly number[];
  readonly instructionCount: number;
  readonly halted: boolean;
  readonly shutdown: boolean;
  readonly inhibitInterrupts: boolean;
  readonly inhibitSingleStep: boolean;
  readonly nmiPending: boolean;
  readonly nmiBlocked: boolean;
  readonly ignoresNumericError: boolean;
  readonly sysenter: { readonly cs: number; readonly esp: number; readonly eip: number };
  /** Decimal, as the next. */
  readonly timeStampOffset: string;
  readonly pageAttributes: string;
  readonly counters: PerformanceSnapshot;
  readonly fpu: FpuSnapshot;
  readonly simd: SimdSnapshot;
  readonly instructionTlb: TlbSnapshot;
  readonly dataTlb: TlbSnapshot;
  readonly largeTlb: TlbSnapshot;
  readonly statistics: CpuStatisticsSnapshot;
}

export interface CpuStatisticsSnapshot {
  readonly references: number;
  readonly cr3Loads: number;
  readonly hardwareInterrupts: number;
  readonly interruptCounts: readonly number[];
  readonly softwareFromUser: readonly number[];
}

export function snapshotCpu(cpu: Cpu): CpuSnapshot {
  return {
    state: [...cpu.r],
    instructionCount: cpu.instructionCount,
    halted: cpu.halted,
    shutdown: cpu.shutdown,
    inhibitInterrupts: cpu.inhibitInterrupts,
    inhibitSingleStep: cpu.inhibitSingleStep,
    nmiPending: cpu.nmiPending,
    nmiBlocked: cpu.nmiBlocked,
    ignoresNumericError: cpu.ignoresNumericError,
    sysenter: { ...cpu.sysenter },
    timeStampOffset: cpu.timeStampOffset.toString(),
    pageAttributes: cpu.pageAttributes.toString(),
    counters: cpu.counters.snapshot(),
    fpu: cpu.fpu.snapshot(),
    simd: cpu.simd.snapshot(),
    instructionTlb: cpu.mmu.instructionTlb.snapshot(),
    dataTlb: cpu.mmu.dataTlb.snapshot(),
    largeTlb: cpu.mmu.largeTlb.snapshot(),
    statistics: {
      references: cpu.mmu.references,
      cr3Loads: cpu.cr3Loads,
      hardwareInterrupts: cpu.hardwareInterrupts,
      interruptCounts: [...cpu.interruptCounts],
      softwareFromUser: [...cpu.softwareFromUser],
    },
  };
}

export function restoreCpu(cpu: Cpu, from: CpuSnapshot): void {
  cpu.blocks.discardAll();
  cpu.mmu.dropShadows();
  cpu.r.set(from.state);
  cpu.target = from.instructionCount;
  cpu.left = 0;
  cpu.toEnd = 0;
  cpu.halted = from.halted;
  cpu.shutdown = from.shutdown;
  cpu.inhibitInterrupts = from.inhibitInterrupts;
  cpu.inhibitSingleStep = from.inhibitSingleStep;
  cpu.nmiPending = from.nmiPending;
  cpu.nmiBlocked = from.nmiBlocked;
  cpu.ignoresNumericError = from.ignoresNumericError;
  Object.assign(cpu.sysenter, from.sysenter);
  cpu.timeStampOffset = BigInt(from.timeStampOffset);
  cpu.pageAttributes = BigInt(from.pageAttributes);
  cpu.fpu.restore(from.fpu);
  cpu.simd.restore(from.simd);
  cpu.mmu.instructionTlb.restore(from.instructionTlb);
  cpu.mmu.dataTlb.restore(from.dataTlb);
  cpu.mmu.largeTlb.restore(from.largeTlb);
  cpu.mmu.references = from.statistics.references;
  cpu.cr3Loads = from.statistics.cr3Loads;
  cpu.hardwareInterrupts = from.statistics.hardwareInterrupts;
  cpu.interruptCounts.set(from.statistics.interruptCounts);
  cpu.softwareFromUser.set(from.statistics.softwareFromUser);
  cpu.setPrivilege(cpu.r[CPL]);
  cpu.segmentsChanged();
  cpu.mmu.controlChanged();
  cpu.counters.restore(cpu, from.counters);
  cpu.forgetHook();
}

/** The architectural words in a fixed order, flags computed, for the state hash. */
export function architecturalWords(cpu: Cpu): number[] {
  const words = [...cpu.r.subarray(0, EIP + 1), getFlags(cpu.r)];
  const system = [...cpu.r.subarray(16, 29), ...cpu.r.subarray(32, GDT_BASE + 4)];
  return [...words, ...system];
}
