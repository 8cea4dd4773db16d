// The machine's counters in the shape that `--stats` and the views want.
import type { MachineStatistics } from './machineOptions.ts';
import type { Cpu } from './x86/cpu.ts';
import { tagsAreOn } from './x86/memory/taggedTlb.ts';

export function machineStatistics(cpu: Cpu, cycles: number): MachineStatistics {
  const { instructionTlb, dataTlb, largeTlb, references } = cpu.mmu;
  const instructions = cpu.instructionCount;
  const dataMisses = dataTlb.misses;
  return {
    instructions,
    cycles,
    tlb: {
      // Every instruction is one reference to the instruction TLB.
      i: {
        hits: instructions - instructionTlb.misses,
        misses: instructionTlb.misses,
        flushes: instructionTlb.flushes,
      },
      d: { hits: references - dataMisses, misses: dataMisses, flushes: largeTlb.flushes },
    },
    interrupts: nonZero(cpu.interruptCounts),
    interruptCount: cpu.interruptCounts.reduce((sum, count) => sum + count, 0),
    softwareFromUser: nonZero(cpu.softwareFromUser),
    cr3Loads: cpu.cr3Loads,
    tlbIsTagged: tagsAreOn(cpu.r),
  };
}

function nonZero(counts: Float64Array): Map<number, number> {
  const result = new Map<number, number>();
  counts.forEach((count, vector) => {
    if (count !== 0) {
      result.set(vector, count);
    }
  });
  return result;
}
