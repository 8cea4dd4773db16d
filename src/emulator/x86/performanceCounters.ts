// The two performance counters of 40 bits (SDM vol. 3, 18.6.9 "Performance Monitoring, Pentium Processors", and for
// the i686 kind 18.6.8). They count what this machine can tell exactly; an event that it has no count of stays at
// zero and is named in the log.
import type { Cpu } from './cpu.ts';
import { CPL } from './registers.ts';

const MASK_40 = (1n << 40n) - 1n;

/** What an event counts so far; undefined: clocks. */
type Source = (cpu: Cpu) => number;

const cycles: Source = (cpu) => cpu.cycles();
const instructions: Source = (cpu) => cpu.instructionCount;
const dataReferences: Source = (cpu) => cpu.mmu.references;
const dataTlbMisses: Source = (cpu) => cpu.mmu.dataTlb.misses;
const codeTlbMisses: Source = (cpu) => cpu.mmu.instructionTlb.misses;
const hardwareInterrupts: Source = (cpu) => cpu.hardwareInterrupts;

/** Event numbers of the Pentium's CESR. */
const PENTIUM_EVENTS = new Map<number, Source>([
  [0x02, dataTlbMisses],
  [0x0d, codeTlbMisses],
  [0x16, instructions],
  [0x27, hardwareInterrupts],
  [0x28, dataReferences],
]);

/** Event numbers of the P6 family's PerfEvtSel registers. */
const P6_EVENTS = new Map<number, Source>([
  [0x43, dataReferences],
  [0x79, cycles],
  [0x85, codeTlbMisses],
  [0xc0, instructions],
  [0xc8, hardwareInterrupts],
]);

/** At which levels a counter counts. */
interface Selection {
  readonly source: Source | undefined;
  readonly supervisor: boolean;
  readonly user: boolean;
}

const NOTHING: Selection = { source: undefined, supervisor: false, user: false };

class Counter {
  /** Value at the last settling; between two of them the source's growth is added if the level counts. */
  private value = 0n;
  private seen = 0;
  selection: Selection = NOTHING;

  get byLevel(): boolean {
    return this.selection.source !== undefined && this.selection.supervisor !== this.selection.user;
  }

  /** Adds what was counted at the level that has been current until now. */
  settle(cpu: Cpu, level: number): void {
    const { source, supervisor, user } = this.selection;
    if (source === undefined) {
      return;
    }
    const now = source(cpu);
    if (level === 3 ? user : supervisor) {
      this.value = (this.value + BigInt(now - this.seen)) & MASK_40;
    }
    this.seen = now;
  }

  select(cpu: Cpu, selection: Selection): void {
    this.settle(cpu, cpu.r[CPL]);
    this.selection = selection;
    this.seen = selection.source?.(cpu) ?? 0;
  }

  read(cpu: Cpu): bigint {
    this.settle(cpu, cpu.r[CPL]);
    return this.value;
  }

  write(cpu: Cpu, value: bigint): void {
    this.settle(cpu, cpu.r[CPL]);
    this.value = value & MASK_40;
  }

  snapshot(): { readonly value: string; readonly seen: number } {
    return { value: this.value.toString(), seen: this.seen };
  }

  restore(from: { readonly value: string; readonly seen: number }): void {
    this.value = BigInt(from.value);
    this.seen = from.seen;
  }
}

export class PerformanceCounters {
  private readonly counters = [new Counter(), new Counter()];
  /** CESR, or the two PerfEvtSel registers. */
  private selectors: number[] = [0, 0];
  /** Some counter counts at one level only, so that every change of the level must be told. */
  byLevel = false;

  /** Called before the level changes. */
  levelChanges(cpu: Cpu, from: number): void {
    for (const counter of this.counters) {
      counter.settle(cpu, from);
    }
  }

  read(cpu: Cpu, counter: number): bigint {
    return this.counters[counter].read(cpu);
  }

  write(cpu: Cpu, counter: number, value: bigint): void {
    this.counters[counter].write(cpu, value);
  }

  /** CESR: for each counter event (6 bits), control (3 bits: levels, and bit 2 for clocks), pin control. */
  get pentiumSelect(): number {
    return this.selectors[0];
  }

  setPentiumSelect(cpu: Cpu, value: number): void {
    this.selectors[0] = value & 0x03ff_03ff;
    this.counters.forEach((counter, number) => {
      const half = (value >>> (number * 16)) & 0x3ff;
      const control = (half >> 6) & 7;
      const source = (control & 4) !== 0 ? cycles : this.event(cpu, PENTIUM_EVENTS, half & 0x3f);
      const selected = (control & 3) !== 0;
      counter.select(
        cpu,
        selected ? { source, supervisor: (control & 1) !== 0, user: (control & 2) !== 0 } : NOTHING,
      );
    });
    this.byLevel = this.counters.some((counter) => counter.byLevel);
  }

  /** PerfEvtSel: event in bits 0 to 7, USR bit 16, OS bit 17, EN bit 22 (of the first, for both). */
  select(counter: number): number {
    return this.selectors[counter];
  }

  setSelect(cpu: Cpu, counter: number, value: number): void {
    this.selectors[counter] = value;
    const enabled = (this.selectors[0] & (1 << 22)) !== 0;
    this.counters.forEach((each, number) => {
      const selector = this.selectors[number];
      const user = (selector & (1 << 16)) !== 0;
      const supervisor = (selector & (1 << 17)) !== 0;
      const source = this.event(cpu, P6_EVENTS, selector & 0xff);
      each.select(cpu, enabled && (user || supervisor) ? { source, supervisor, user } : NOTHING);
    });
    this.byLevel = this.counters.some((each) => each.byLevel);
  }

  private event(cpu: Cpu, events: ReadonlyMap<number, Source>, number: number): Source | undefined {
    const source = events.get(number);
    if (source === undefined && number !== 0) {
      cpu.report(
        `The performance counters have no count of event 0x${number.toString(16)}; it stays at zero.`,
      );
    }
    return source;
  }

  snapshot(): PerformanceSnapshot {
    return {
      selectors: [...this.selectors],
      counters: this.counters.map((counter) => counter.snapshot()),
    };
  }

  restore(cpu: Cpu, from: PerformanceSnapshot): void {
    if (cpu.i686) {
      this.selectors = [...from.selectors];
      this.setSelect(cpu, 0, from.selectors[0]);
    } else {
      this.setPentiumSelect(cpu, from.selectors[0]);
    }
    this.counters.forEach((counter, number) => {
      counter.restore(from.counters[number]);
    });
  }
}

export interface PerformanceSnapshot {
  readonly selectors: readonly number[];
  readonly counters: readonly { readonly value: string; readonly seen: number }[];
}
