// Intel 8259A, two of them in cascade as in the PC/AT (data sheet 231468): edge- and level-triggered inputs, fully
// nested, special fully nested and special mask mode, rotating priorities, normal, specific and automatic end of
// interrupt, IRR/ISR reads, polling, spurious interrupts. The ELCR ports choose the trigger by input (82378 data sheet).
import type { InterruptLine, PortDevice } from './device.ts';

const ICW1 = 0x10;
const ICW1_NEEDS_ICW4 = 0x01;
const ICW1_SINGLE = 0x02;
const ICW1_LEVEL = 0x08; // LTIM
const ICW4_AUTOMATIC_EOI = 0x02;
const ICW4_SPECIAL_FULLY_NESTED = 0x10;
const OCW2_EOI = 0x20;
const OCW2_SPECIFIC = 0x40;
const OCW2_ROTATE = 0x80;
const OCW3 = 0x08;
const OCW3_POLL = 0x04;
const POLL_INTERRUPT = 0x80;
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
  readonly levelInputs: number;
  readonly allLevel: boolean;
  readonly polled: boolean;
  readonly rotates: boolean;
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
  /** The edge/level control register: a bit for each level-triggered input. */
  levelInputs = 0;
  /** ICW1 makes all of them level-triggered. */
  private allLevel = false;
  /** The next read is a poll. */
  private polled = false;
  /** Priorities rotate at each automatic end of interrupt. */
  private rotates = false;
  private readonly outputChanged: () => void;
  private readonly slaveMask: number;

  /** `slaveMask`: inputs on which another chip hangs (special fully nested mode lets them nest). */
  constructor(outputChanged: () => void, slaveMask: number) {
    this.outputChanged = outputChanged;
    this.slaveMask = slaveMask;
  }

  setLine(input: number, high: boolean): void {
    const bit = 1 << input;
    if (high && ((this.lines & bit) === 0 || (this.levels & bit) !== 0)) {
      this.irr |= bit;
    } else if (!high) {
      // A request that goes away before it is acknowledged becomes a spurious interrupt.
      this.irr &= ~bit;
    }
    this.lines = high ? this.lines | bit : this.lines & ~bit;
    this.outputChanged();
  }

  private get levels(): number {
    return this.allLevel ? 0xff : this.levelInputs;
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
      // A level that stays up asks again when it is no longer in service.
      this.irr = (this.irr & ~(1 << input)) | (this.lines & this.levels & (1 << input));
      if (!this.automaticEoi) {
        this.isr |= 1 << input;
      } else if (this.rotates) {
        this.lowest = input;
      }
      this.outputChanged();
    }
    return input;
  }

  vector(input: number): number {
    return this.base + (input < 0 ? 7 : input);
  }

  readPort(port: number): number {
    const value = this.peekPort(port);
    if (this.polled) {
      this.polled = false;
      this.acknowledge();
    }
    return value;
  }

  peekPort(port: number): number {
    if (this.polled) {
      const input = this.best();
      return input < 0 ? 0 : POLL_INTERRUPT | input;
    }
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

  /** The edge/level control register of this chip. */
  setLevelInputs(value: number): void {
    this.levelInputs = value;
    this.irr |= this.lines & value;
    this.outputChanged();
  }

  private initialize(value: number): void {
    this.allLevel = (value & ICW1_LEVEL) !== 0;
    this.irr = this.lines & this.levels;
    this.isr = 0;
    this.imr = 0;
    this.lowest = 7;
    this.specialMask = false;
    this.readIsr = false;
    this.polled = false;
    this.rotates = false;
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
    this.polled = (value & OCW3_POLL) !== 0;
    if ((value & 0x02) !== 0) {
      this.readIsr = (value & 0x01) !== 0;
    }
  }

  private endOfInterrupt(value: number): void {
    const ends = (value & OCW2_EOI) !== 0;
    const specific = (value & OCW2_SPECIFIC) !== 0;
    if (!ends && !specific) {
      this.rotates = (value & OCW2_ROTATE) !== 0; // of the automatic end of interrupt
      return;
    }
    const input = specific ? value & 7 : this.highestInService();
    if (input < 0) {
      return;
    }
    if (ends) {
      this.isr &= ~(1 << input);
    }
    if ((value & OCW2_ROTATE) !== 0) {
      this.lowest = input;
    }
  }

  /** What an unspecific end of interrupt ends: in special mask mode no masked input. */
  private highestInService(): number {
    const inService = this.specialMask ? this.isr & ~this.imr : this.isr;
    for (let offset = 1; offset <= 8; offset++) {
      const input = (this.lowest + offset) & 7;
      if ((inService & (1 << input)) !== 0) {
        return input;
      }
    }
    return -1;
  }

  snapshot(): PicSnapshot {
    const { irr, isr, imr, lines, base, step, needsIcw4, single } = this;
    const { automaticEoi, specialNested, specialMask, readIsr, lowest } = this;
    const { levelInputs, allLevel, polled, rotates } = this;
    const words = { irr, isr, imr, lines, base, step, lowest, levelInputs };
    const modes = { automaticEoi, specialNested, specialMask, readIsr, allLevel, polled, rotates };
    return { ...words, needsIcw4, single, ...modes };
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
  /** Ports 4D0h and 4D1h, where a board has them. */
  readonly levelControl: PortDevice;
  pending = false;

  constructor() {
    this.master = new Pic8259(() => {
      this.pending = this.master.output;
    }, 1 << CASCADE);
    this.slave = new Pic8259(() => {
      this.master.setLine(CASCADE, this.slave.output);
    }, 0);
    const chip = (port: number) => ((port & 1) === 0 ? this.master : this.slave);
    const peekPort = (port: number) => chip(port).levelInputs;
    this.levelControl = {
      peekPort,
      readPort: peekPort,
      writePort: (port, value) => {
        // Timer, keyboard, cascade, clock and coprocessor are edges for ever.
        chip(port).setLevelInputs(value & ((port & 1) === 0 ? 0xf8 : 0xde));
      },
    };
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
