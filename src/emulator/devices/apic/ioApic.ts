// The 82093AA I/O APIC (data sheet 290566): 24 inputs, each with an entry that says which vector goes to whom. Inputs
// are "asserted" or not: the polarity bits are kept, and the board's wiring is taken as they say. An edge at a masked
// input waits for as long as the input is asserted; the data sheet lets it be lost, QEMU lets it wait for ever.
import type { InterruptLine } from '../device.ts';
import type { LocalApic } from './localApic.ts';
import { DELIVERY, deliveryOf } from './registers.ts';

export const IO_APIC_INPUTS = 24;
const INDEX = 0x00; // IOREGSEL
const WINDOW = 0x10; // IOWIN
const REGISTER_ID = 0;
const REGISTER_VERSION = 1;
const REGISTER_ARBITRATION = 2;
const FIRST_ENTRY = 0x10;
const VERSION = ((IO_APIC_INPUTS - 1) << 16) | 0x11;

const LOGICAL = 0x800;
const REMOTE_IRR = 0x4000;
const LEVEL = 0x8000;
const MASKED = 0x1_0000;
const WRITABLE = 0x1_afff;

export interface IoApicSnapshot {
  readonly index: number;
  readonly id: number;
  readonly asserted: number;
  readonly waiting: number;
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export class IoApic {
  private readonly local: LocalApic;
  private index = 0;
  private id: number;
  /** A bit for each input. */
  private asserted = 0;
  /** Inputs whose edge came while they were masked. */
  private waiting = 0;
  private readonly low = new Array<number>(IO_APIC_INPUTS).fill(MASKED);
  private readonly high = new Array<number>(IO_APIC_INPUTS).fill(0);

  constructor(local: LocalApic, id: number) {
    this.local = local;
    this.id = id << 24;
  }

  input(number: number): InterruptLine {
    return {
      raise: () => {
        this.setInput(number, true);
      },
      lower: () => {
        this.setInput(number, false);
      },
    };
  }

  private setInput(input: number, asserted: boolean): void {
    const bit = 1 << input;
    const rises = asserted && (this.asserted & bit) === 0;
    this.asserted = asserted ? this.asserted | bit : this.asserted & ~bit;
    this.waiting = rises ? this.waiting | bit : this.waiting & (asserted ? ~0 : ~bit);
    this.serve(input);
  }

  private serve(input: number): void {
    const bit = 1 << input;
    if ((this.low[input] & LEVEL) !== 0) {
      this.waiting &= ~bit;
      this.serveLevel(input);
    } else if ((this.waiting & bit) !== 0 && (this.low[input] & MASKED) === 0) {
      this.waiting &= ~bit;
      this.deliver(input);
    }
  }

  private serveLevel(input: number): void {
    const entry = this.low[input];
    const isWanted = (entry & (LEVEL | MASKED | REMOTE_IRR)) === LEVEL;
    if (isWanted && ((this.asserted >> input) & 1) !== 0) {
      this.low[input] |= REMOTE_IRR;
      this.deliver(input);
    }
  }

  private deliver(input: number): void {
    const entry = this.low[input];
    const delivery = deliveryOf(entry);
    const isMeant = this.local.isMeant(this.high[input] >>> 24, (entry & LOGICAL) !== 0);
    if (isMeant && delivery !== DELIVERY.external) {
      this.local.accept(delivery, entry & 0xff, (entry & LEVEL) !== 0);
    }
  }

  /** The local APIC has ended a level-triggered interrupt. */
  endOfInterrupt(vector: number): void {
    this.low.forEach((entry, input) => {
      if ((entry & 0xff) === vector && (entry & LEVEL) !== 0) {
        this.low[input] &= ~REMOTE_IRR;
        this.serveLevel(input);
      }
    });
  }

  read(offset: number): number {
    if (offset === INDEX) {
      return this.index;
    }
    if (offset !== WINDOW) {
      return 0;
    }
    switch (this.index) {
      case REGISTER_ID:
      case REGISTER_ARBITRATION:
        return this.id;
      case REGISTER_VERSION:
        return VERSION;
      default: {
        const half = (this.index & 1) === 0 ? this.low : this.high;
        return (
          ((this.index < FIRST_ENTRY ? undefined : half.at((this.index - FIRST_ENTRY) >> 1)) ??
            0) >>> 0
        );
      }
    }
  }

  write(offset: number, value: number): void {
    const input = (this.index - FIRST_ENTRY) >> 1;
    if (offset === INDEX) {
      this.index = value & 0xff;
    } else if (offset !== WINDOW) {
      return;
    } else if (this.index === REGISTER_ID) {
      this.id = value & 0x0f00_0000;
    } else if (input >= 0 && input < IO_APIC_INPUTS) {
      this.writeEntry(input, value);
    }
  }

  private writeEntry(input: number, value: number): void {
    if ((this.index & 1) !== 0) {
      this.high[input] = (value & 0xff00_0000) >>> 0;
      return;
    }
    const kept = (value & LEVEL) !== 0 ? this.low[input] & REMOTE_IRR : 0;
    this.low[input] = (value & WRITABLE) | kept;
    this.local.externalRedirected = this.low.some(
      (entry) => (entry & MASKED) === 0 && deliveryOf(entry) === DELIVERY.external,
    );
    this.serve(input);
  }

  snapshot(): IoApicSnapshot {
    const { index, id, asserted, waiting } = this;
    return { index, id, asserted, waiting, low: [...this.low], high: [...this.high] };
  }

  restore(from: IoApicSnapshot): void {
    this.index = from.index;
    this.id = from.id;
    this.asserted = from.asserted;
    this.waiting = from.waiting;
    this.low.splice(0, IO_APIC_INPUTS, ...from.low);
    this.high.splice(0, IO_APIC_INPUTS, ...from.high);
  }
}
