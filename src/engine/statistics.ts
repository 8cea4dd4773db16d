// What --stats reports: counts made by listening to the probes while the system runs, beside the machine's own.
import type { FieldValue } from './conditions.ts';
import { eventNamed } from './events.ts';
import { formatField } from './eventText.ts';
import { systemCallName } from '../l4linux/systemCallNames.ts';
import type { System } from './system.ts';

export interface StatisticsReport {
  readonly instructions: number;
  readonly cycles: number;
  readonly seconds: number;
  readonly mips: number;
  readonly ipc: {
    readonly count: number;
    readonly bytes: number;
    readonly byPair: Readonly<Record<string, number>>;
  };
  readonly pageFaults: number;
  readonly pageFaultRpcs: number;
  readonly maps: number;
  readonly grants: number;
  readonly unmaps: number;
  readonly tlb: ReturnType<System['machine']['statistics']>['tlb'];
  readonly addressSpaceSwitches: number;
  readonly segmentFlips: number;
  readonly syscalls: Readonly<Record<string, { count: number; cycles: number }>>;
  readonly syscallsByRoad: {
    readonly library: number;
    readonly trampoline: number;
    readonly native: number;
  };
}

/** A short message carries two words. */
const SHORT_MESSAGE_BYTES = 8;

const COUNTED = [
  'page-fault', 'pf-rpc', 'map', 'grant', 'unmap', 'switch-space', 'segment-flip', 'syscall-entry', 'trampoline',
] as const; // prettier-ignore

export class Statistics {
  private readonly system: System;
  private readonly counts = new Map<string, number>();
  private readonly pairs = new Map<string, number>();
  private readonly calls = new Map<string, { count: number; cycles: number }>();
  /** System calls that have begun and not ended: process to number and start. */
  private readonly open = new Map<number, { name: string; start: number }>();
  private messages = 0;

  constructor(system: System) {
    this.system = system;
    for (const name of COUNTED) {
      this.on(name, () => this.counts.set(name, this.count(name) + 1));
    }
    this.countMessages();
    this.countSystemCalls();
  }

  private on(event: string, listener: (raw: readonly number[]) => void): void {
    const definition = eventNamed(event);
    if (definition !== undefined) {
      this.system.events.listenRaw(definition, (raw) => {
        listener(raw);
        return false;
      });
    }
  }

  private count(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  private countMessages(): void {
    const definition = eventNamed('ipc-receive');
    if (definition === undefined) {
      return;
    }
    this.system.events.listen(definition, ({ fields }) => {
      this.messages += 1;
      const name = (field: FieldValue | undefined): string =>
        field === undefined ? '?' : formatField(field, this.system);
      const pair = `${name(fields.get('from'))} -> ${name(fields.get('to'))}`;
      this.pairs.set(pair, (this.pairs.get(pair) ?? 0) + 1);
      return false;
    });
  }

  private countSystemCalls(): void {
    this.on('linux-syscall', ([process, number]) => {
      const name = systemCallName(number);
      const call = this.calls.get(name) ?? { count: 0, cycles: 0 };
      call.count += 1;
      this.calls.set(name, call);
      this.open.set(process, { name, start: this.system.machine.statistics().cycles });
    });
    this.on('linux-syscall-return', ([process]) => {
      const begun = this.open.get(process);
      const call = begun && this.calls.get(begun.name);
      if (begun !== undefined && call !== undefined) {
        call.cycles += this.system.machine.statistics().cycles - begun.start;
        this.open.delete(process);
      }
    });
  }

  /** `seconds` is host time. */
  report(seconds: number): StatisticsReport {
    const machine = this.system.machine.statistics();
    const isNative = this.system.kernel === undefined;
    const all = [...this.calls.values()].reduce((sum, call) => sum + call.count, 0);
    const trampoline = this.count('trampoline');
    return {
      instructions: machine.instructions,
      cycles: machine.cycles,
      seconds,
      mips: seconds > 0 ? machine.instructions / seconds / 1e6 : 0,
      ipc: {
        count: this.messages,
        bytes: this.messages * SHORT_MESSAGE_BYTES,
        byPair: Object.fromEntries([...this.pairs].sort()),
      },
      pageFaults: this.count('page-fault'),
      pageFaultRpcs: this.count('pf-rpc'),
      maps: this.count('map'),
      grants: this.count('grant'),
      unmaps: this.count('unmap'),
      tlb: machine.tlb,
      addressSpaceSwitches: this.count('switch-space'),
      segmentFlips: this.count('segment-flip'),
      syscalls: Object.fromEntries([...this.calls].sort()),
      syscallsByRoad: {
        library: this.count('syscall-entry') - trampoline,
        trampoline,
        native: isNative ? all : 0,
      },
    };
  }
}
