// The local APIC of the one processor (SDM vol. 3, chapter 10): interrupts by priority, its timer, messages to itself,
// and the line of the 8259s as LINT0. It stands between the interrupt controllers and the processor.
import type { Clock } from '../../clock.ts';
import { ApicTimer, type ApicTimerSnapshot } from './apicTimer.ts';
import * as apic from './registers.ts';
import { VectorSet } from './vectorSet.ts';

/** The 8259s: INTR and the acknowledge cycle. */
export interface ExternalInterrupts {
  readonly pending: boolean;
  acknowledge(): number;
}

export interface LocalApicWiring {
  readonly clock: Clock;
  readonly external: ExternalInterrupts;
  /** Whether it has the entry for performance counters, as from the P6 family on. */
  readonly performanceEntry: boolean;
  /** The end of a level-triggered interrupt, for the I/O APIC. */
  readonly endOfInterrupt: (vector: number) => void;
  readonly nonMaskable: () => void;
  readonly log: (message: string) => void;
}

export interface LocalApicSnapshot {
  readonly requested: readonly number[];
  readonly inService: readonly number[];
  readonly levels: readonly number[];
  readonly registers: Readonly<Record<string, number>>;
  readonly errors: number;
  readonly externalRedirected: boolean;
  readonly timer: ApicTimerSnapshot;
}

type Register = 'id' | 'tpr' | 'ldr' | 'dfr' | 'svr' | 'esr' | 'icrLow' | 'icrHigh';
/** Registers that are read as they stand. */
const PLAIN_REGISTERS: Readonly<Record<number, Register | undefined>> = {
  [apic.ID]: 'id',
  [apic.TPR]: 'tpr',
  [apic.LDR]: 'ldr',
  [apic.DFR]: 'dfr',
  [apic.SVR]: 'svr',
  [apic.ESR]: 'esr',
  [apic.ICR_LOW]: 'icrLow',
  [apic.ICR_HIGH]: 'icrHigh',
};
const LVT_ENTRIES = [
  apic.LVT_TIMER,
  apic.LVT_PERFORMANCE,
  apic.LVT_LINT0,
  apic.LVT_LINT1,
  apic.LVT_ERROR,
] as const;
const LVT_WRITABLE: Readonly<Record<number, number>> = {
  [apic.LVT_TIMER]: 0x3_00ff,
  [apic.LVT_PERFORMANCE]: 0x1_07ff,
  [apic.LVT_LINT0]: 0x1_a7ff,
  [apic.LVT_LINT1]: 0x1_a7ff,
  [apic.LVT_ERROR]: 0x1_00ff,
};

export class LocalApic {
  private readonly wiring: LocalApicWiring;
  private readonly requested = new VectorSet();
  private readonly inService = new VectorSet();
  private readonly levels = new VectorSet();
  private readonly timer: ApicTimer;
  private readonly r: Record<Register, number> = {
    id: 0,
    tpr: 0,
    ldr: 0,
    dfr: 0xffff_ffff,
    svr: 0xff,
    esr: 0,
    icrLow: 0,
    icrHigh: 0,
  };
  private readonly table = new Map<number, number>(
    LVT_ENTRIES.map((entry) => [entry, apic.LVT_MASKED]),
  );
  /** Errors since ESR was last written. */
  private errors = 0;
  /** The I/O APIC passes on the 8259s' line. */
  externalRedirected = false;
  /** An interrupt of its own waits and outranks the processor's priority. */
  private ready = false;

  constructor(wiring: LocalApicWiring) {
    this.wiring = wiring;
    this.timer = new ApicTimer(wiring.clock, () => {
      this.raiseLocal(apic.LVT_TIMER);
    });
    // What the BIOS leaves: the 8259s come through ("virtual wire mode", MultiProcessor Specification, 3.6.2.2).
    this.r.svr = apic.SVR_ENABLE | 0xff;
    this.table.set(apic.LVT_LINT0, apic.DELIVERY.external << 8);
    this.table.set(apic.LVT_LINT1, apic.DELIVERY.nonMaskable << 8);
  }

  /** Integrated, of the P6 family or of the Pentium. */
  get version(): number {
    return this.wiring.performanceEntry ? 0x11 : 0x10;
  }

  get id(): number {
    return this.r.id >>> 24;
  }

  private get enabled(): boolean {
    return (this.r.svr & apic.SVR_ENABLE) !== 0;
  }

  private entry(offset: number): number {
    return this.table.get(offset) ?? apic.LVT_MASKED;
  }

  // The processor's side

  get pending(): boolean {
    return this.ready || (this.wiring.external.pending && this.takesExternal);
  }

  private get takesExternal(): boolean {
    const entry = this.entry(apic.LVT_LINT0);
    const isWired =
      (entry & apic.LVT_MASKED) === 0 && apic.deliveryOf(entry) === apic.DELIVERY.external;
    return isWired || (this.externalRedirected && this.enabled);
  }

  acknowledge(): number {
    if (!this.ready) {
      return this.wiring.external.acknowledge();
    }
    const vector = this.requested.highest;
    this.requested.delete(vector);
    this.inService.add(vector);
    this.updateReady();
    return vector;
  }

  private get processorPriority(): number {
    const serving = Math.max(0, this.inService.highest);
    return this.r.tpr >> 4 >= serving >> 4 ? this.r.tpr : serving & 0xf0;
  }

  private updateReady(): void {
    this.ready = this.enabled && this.requested.highest >> 4 > this.processorPriority >> 4;
  }

  // Messages

  /** Whether a message to this destination is for this processor; `logical` chooses how it is read (10.6.2). */
  isMeant(destination: number, logical: boolean): boolean {
    if (!logical) {
      return destination === 0xff || destination === this.id;
    }
    const own = this.r.ldr >>> 24;
    const flat = this.r.dfr >>> 28 === 0xf;
    if (flat || destination === 0xff) {
      return destination === 0xff || (own & destination) !== 0;
    }
    return own >> 4 === destination >> 4 && (own & destination & 15) !== 0;
  }

  /** A message that is for this processor. */
  accept(delivery: number, vector: number, level: boolean): void {
    switch (delivery) {
      case apic.DELIVERY.fixed:
      case apic.DELIVERY.lowestPriority:
        this.request(vector, level);
        break;
      case apic.DELIVERY.nonMaskable:
        this.wiring.nonMaskable();
        break;
      case apic.DELIVERY.startUp:
        break; // for processors that wait for it
      default:
        this.wiring.log(`The local APIC does not carry out delivery mode ${delivery} yet.`);
    }
  }

  private request(vector: number, level: boolean): void {
    if (vector < 16) {
      this.error(apic.ERROR_RECEIVED_VECTOR);
      return;
    }
    this.requested.add(vector);
    this.levels.set(vector, level);
    this.updateReady();
  }

  private raiseLocal(offset: number): void {
    const entry = this.entry(offset);
    if ((entry & apic.LVT_MASKED) === 0) {
      this.accept(
        offset === apic.LVT_TIMER || offset === apic.LVT_ERROR
          ? apic.DELIVERY.fixed
          : apic.deliveryOf(entry),
        entry & 0xff,
        false,
      );
    }
  }

  private error(bit: number): void {
    this.errors |= bit;
    const entry = this.entry(apic.LVT_ERROR);
    if ((entry & apic.LVT_MASKED) === 0 && (entry & 0xff) >= 16) {
      this.request(entry & 0xff, false);
    }
  }

  /** A write to the interrupt command register sends (10.6.1). The bus has one processor. */
  private send(command: number): void {
    const delivery = apic.deliveryOf(command);
    const vector = command & 0xff;
    const isFixed = delivery === apic.DELIVERY.fixed || delivery === apic.DELIVERY.lowestPriority;
    if (delivery === apic.DELIVERY.init && (command & apic.ICR_ASSERT) === 0) {
      return; // the arbitration identifiers are synchronised
    }
    if (isFixed && vector < 16) {
      this.error(apic.ERROR_SEND_VECTOR);
      return;
    }
    const shorthand = (command >> 18) & 3;
    const logical = (command & apic.ICR_LOGICAL) !== 0;
    const toItself =
      shorthand === 0 ? this.isMeant(this.r.icrHigh >>> 24, logical) : shorthand !== 3;
    if (toItself) {
      this.accept(delivery, vector, false);
    } else if (shorthand === 0) {
      this.error(apic.ERROR_SEND_ACCEPT);
    }
  }

  // Registers

  /** A doubleword at an offset in the page of registers. */
  read(offset: number): number {
    if (offset >= apic.ISR && offset < apic.ESR) {
      const set = [this.inService, this.levels, this.requested][(offset - apic.ISR) >> 7];
      return set.word((offset >> 4) & 7);
    }
    const plain = PLAIN_REGISTERS[offset];
    if (plain !== undefined) {
      return this.r[plain];
    }
    switch (offset) {
      case apic.VERSION:
        return ((this.wiring.performanceEntry ? 4 : 3) << 16) | this.version;
      case apic.APR:
      case apic.PPR:
        return this.processorPriority;
      case apic.INITIAL_COUNT:
        return this.timer.initialCount;
      case apic.CURRENT_COUNT:
        return this.timer.currentCount;
      case apic.DIVIDE:
        return this.timer.divide;
      default:
        return this.hasEntry(offset) ? this.entry(offset) : 0;
    }
  }

  private hasEntry(offset: number): boolean {
    return (
      this.table.has(offset) && (offset !== apic.LVT_PERFORMANCE || this.wiring.performanceEntry)
    );
  }

  write(offset: number, value: number): void {
    if (this.hasEntry(offset)) {
      this.writeEntry(offset, value);
      return;
    }
    switch (offset) {
      case apic.ID:
        this.r.id = (value & 0x0f00_0000) >>> 0;
        break;
      case apic.TPR:
        this.r.tpr = value & 0xff;
        break;
      case apic.EOI:
        this.endOfInterrupt();
        break;
      case apic.LDR:
        this.r.ldr = (value & 0xff00_0000) >>> 0;
        break;
      case apic.DFR:
        this.r.dfr = (value | 0x0fff_ffff) >>> 0;
        break;
      case apic.SVR:
        this.writeSpurious(value);
        break;
      case apic.ESR:
        this.r.esr = this.errors;
        this.errors = 0;
        break;
      case apic.ICR_LOW:
        this.r.icrLow = value & 0xc_cfff;
        this.send(value);
        break;
      case apic.ICR_HIGH:
        this.r.icrHigh = (value & 0xff00_0000) >>> 0;
        break;
      case apic.INITIAL_COUNT:
        this.timer.start(value >>> 0);
        break;
      case apic.DIVIDE:
        this.timer.setDivide(value & 0x0b);
        break;
      default:
        break; // read-only, or none
    }
    this.updateReady();
  }

  private endOfInterrupt(): void {
    const vector = this.inService.highest;
    if (vector >= 0) {
      this.inService.delete(vector);
      if (this.levels.has(vector)) {
        this.wiring.endOfInterrupt(vector);
      }
    }
  }

  private writeSpurious(value: number): void {
    this.r.svr = (value & 0x3ff) | 0x0f;
    if (!this.enabled) {
      // Switched off by software, every entry of the local vector table is masked.
      this.table.forEach((entry, offset) => this.table.set(offset, entry | apic.LVT_MASKED));
    }
  }

  private writeEntry(offset: number, value: number): void {
    const entry = value & LVT_WRITABLE[offset];
    this.table.set(offset, this.enabled ? entry : entry | apic.LVT_MASKED);
    if (offset === apic.LVT_TIMER) {
      this.timer.setPeriodic((value & apic.LVT_PERIODIC) !== 0);
    }
    const isMasked = (entry & apic.LVT_MASKED) !== 0;
    if (
      offset === apic.LVT_LINT0 &&
      !isMasked &&
      apic.deliveryOf(entry) !== apic.DELIVERY.external
    ) {
      this.wiring.log(
        'LINT0 passes on the 8259s as external interrupts alone; this entry does nothing.',
      );
    }
  }

  snapshot(): LocalApicSnapshot {
    return {
      requested: this.requested.snapshot(),
      inService: this.inService.snapshot(),
      levels: this.levels.snapshot(),
      registers: { ...this.r, ...Object.fromEntries(this.table) },
      errors: this.errors,
      externalRedirected: this.externalRedirected,
      timer: this.timer.snapshot(),
    };
  }

  restore(from: LocalApicSnapshot): void {
    this.requested.restore(from.requested);
    this.inService.restore(from.inService);
    this.levels.restore(from.levels);
    (Object.keys(this.r) as Register[]).forEach((name) => {
      this.r[name] = from.registers[name];
    });
    LVT_ENTRIES.forEach((offset) => this.table.set(offset, from.registers[offset]));
    this.errors = from.errors;
    this.externalRedirected = from.externalRedirected;
    this.timer.restore(from.timer);
    this.updateReady();
  }
}
