// Intel 8259A, two of them in cascade as in the PC/AT: edge-triggered, fully nested or special fully nested, normal,
// specific and automatic end of interrupt, IRR/ISR reads, spurious interrupts (data sheet 231468).
import type { InterruptLine, PortDevice } from './device.ts';

const ICW1 = 0x10;
const ICW1_NEEDS_ICW4 = 0x01;
const ICW1_SINGLE = 0x02;
const ICW4_AUTOMATIC_EOI = 0x02;
const ICW4_SPECIAL_FULLY_NESTED = 0x10;
const OCW3 = 0x08;
const CASCADE = 2;

export interface PicSnapshot {
  readonly irr: number;
  readonly isr: number;
  readonly imr: number;
  readonly lines: number;
  readonly base: number;
  readonly step: number;
  readonly needsIcw4: boolean;
  readonly single: boolean;
  readonly automaticEoi: boolean;
  readonly specialNested: boolean;
  readonly specialMask: boolean;
  readonly readIsr: boolean;
  readonly lowest: number;
}

/** One chip of eight inputs. */
export class Pic8259 implements PortDevice {
  private irr = 0; // interrupt request register
  private isr = 0; // in-service register
  private imr = 0xff; // interrupt mask register
  private lines = 0;
  private base = 0;
  /** Next initialization command word expected at the odd port, or 0. */
  private step = 0;
  private needsIcw4 = false;
  private single = false;
  private automaticEoi = false;
  private specialNested = false;
  private specialMask = false;
  private readIsr = false;
  /** The input of lowest priority: 7 unless rotated. */
  private lowest = 7;
  private readonly outputChanged: () => void;
  private readonly slaveMask: number;

  /** `slaveMask`: inputs on which another chip hangs (special fully nested mode lets them nest). */
  constructor(outputChanged: () => void, slaveMask: number) {
    this.outputChanged = outputChanged;
    this.slaveMask = slaveMask;
  }

  setLine(input: number, high: boolean): void {
    const bit = 1 << input;
    if (high && (this.lines & bit) === 0) {
      this.irr |= bit;
    } else if (!high) {
      // An edge that goes away before it is acknowledged becomes a spurious interrupt.
      this.irr &= ~bit;
    }
    this.lines = high ? this.lines | bit : this.lines & ~bit;
    this.outputChanged();
  }

  /** The input that would be served now, or -1. */
  private best(): number {
    const requests = this.irr & ~this.imr;
    if (requests === 0) {
      return -1;
    }
    for (let offset = 1; offset <= 8; offset++) {
      const input = (this.lowest + offset) & 7;
      const bit = 1 << input;
      const nests = this.specialNested && (this.slaveMask & bit) !== 0;
      if ((requests & bit) !== 0 && ((this.isr & bit) === 0 || nests)) {
        return input;
      }
      if ((this.isr & bit) !== 0 && !this.specialMask) {
        return -1;
      }
    }
    return -1;
  }

  get output(): boolean {
    return this.best() >= 0;
  }

  /** The acknowledge cycle: the input taken, or -1 for a spurious one. */
  acknowledge(): number {
    const input = this.best();
    if (input >= 0) {
      this.irr &= ~(1 << input);
      if (!this.automaticEoi) {
        this.isr |= 1 << input;
      }
      this.outputChanged();
    }
    return input;
  }

  vector(input: number): number {
    return this.base + (input < 0 ? 7 : input);
  }

  readPort(port: number): number {
    return this.peekPort(port);
  }

  peekPort(port: number): number {
    if ((port & 1) !== 0) {
      return this.imr;
    }
    return this.readIsr ? this.isr : this.irr;
  }

  writePort(port: number, value: number): void {
    if ((port & 1) !== 0) {
      this.writeData(value);
    } else if ((value & ICW1) !== 0) {
      this.initialize(value);
    } else if ((value & OCW3) !== 0) {
      this.operationControl3(value);
    } else {
      this.endOfInterrupt(value);
    }
    this.outputChanged();
  }

  private initialize(value: number): void {
    this.irr = 0;
    this.isr = 0;
    this.imr = 0;
    this.lowest = 7;
    this.specialMask = false;
    this.readIsr = false;
    this.automaticEoi = false;
    this.specialNested = false;
    this.needsIcw4 = (value & ICW1_NEEDS_ICW4) !== 0;
    this.single = (value & ICW1_SINGLE) !== 0;
    this.step = 2;
  }

  private writeData(value: number): void {
    if (this.step === 2) {
      this.base = value & 0xf8;
      this.step = this.single ? (this.needsIcw4 ? 4 : 0) : 3;
    } else if (this.step === 3) {
      this.step = this.needsIcw4 ? 4 : 0;
    } else if (this.step === 4) {
      this.automaticEoi = (value & ICW4_AUTOMATIC_EOI) !== 0;
      this.specialNested = (value & ICW4_SPECIAL_FULLY_NESTED) !== 0;
      this.step = 0;
    } else {
      this.imr = value;
    }
  }

  private operationControl3(value: number): void {
    if ((value & 0x40) !== 0) {
      this.specialMask = (value & 0x20) !== 0;
    }
    if ((value & 0x02) !== 0) {
      this.readIsr = (value & 0x01) !== 0;
    }
  }

  /** OCW2: bit 7 rotates, bit 6 names the input, bit 5 ends an interrupt. */
  private endOfInterrupt(value: number): void {
    const specific = (value & 0x40) !== 0;
    const input = specific ? value & 7 : this.highestInService();
    if (input < 0) {
      return;
    }
    if ((value & 0x20) !== 0) {
      this.isr &= ~(1 << input);
    }
    if ((value & 0x80) !== 0) {
      this.lowest = input;
    }
  }

  private highestInService(): number {
    for (let offset = 1; offset <= 8; offset++) {
      const input = (this.lowest + offset) & 7;
      if ((this.isr & (1 << input)) !== 0) {
        return input;
      }
    }
    return -1;
  }

  snapshot(): PicSnapshot {
    const { irr, isr, imr, lines, base, step, needsIcw4, single } = this;
    const { automaticEoi, specialNested, specialMask, readIsr, lowest } = this;
    const words = { irr, isr, imr, lines, base, step, lowest };
    return { ...words, needsIcw4, single, automaticEoi, specialNested, specialMask, readIsr };
  }

  restore(from: PicSnapshot): void {
    Object.assign(this, from);
    this.outputChanged();
  }
}

/** The PC's two chips: the second hangs on input 2 of the first. */
export class PicPair {
  readonly master: Pic8259;
  readonly slave: Pic8259;
  pending = false;

  constructor() {
    this.master = new Pic8259(() => {
      this.pending = this.master.output;
    }, 1 << CASCADE);
    this.slave = new Pic8259(() => {
      this.master.setLine(CASCADE, this.slave.output);
    }, 0);
  }

  line(irq: number): InterruptLine {
    const chip = irq < 8 ? this.master : this.slave;
    return {
      raise: () => {
        chip.setLine(irq & 7, true);
      },
      lower: () => {
        chip.setLine(irq & 7, false);
      },
    };
  }

  acknowledge(): number {
    const input = this.master.acknowledge();
    if (input !== CASCADE) {
      return this.master.vector(input);
    }
    const vector = this.slave.vector(this.slave.acknowledge());
    // The cascade line falls with the acknowledge and rises again if more waits.
    this.master.setLine(CASCADE, false);
    this.master.setLine(CASCADE, this.slave.output);
    return vector;
  }
}
