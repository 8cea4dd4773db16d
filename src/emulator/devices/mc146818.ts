// Motorola MC146818 real-time clock with its CMOS bytes: date and time, periodic interrupt (register A rates,
// register B PIE), update-ended interrupt, register C cleared by reading (data sheet; PC/AT wiring: IRQ 8).
import { type Clock, CYCLES_PER_SECOND, type Timer } from '../clock.ts';
import type { InterruptLine, PortDevice } from './device.ts';

const REGISTER_A = 10;
const REGISTER_B = 11;
const REGISTER_C = 12;
const REGISTER_D = 13;
const CENTURY = 0x32;

const B_24_HOURS = 0x02;
const B_BINARY = 0x04; // DM
const B_UIE = 0x10; // update-ended interrupt enable
const B_AIE = 0x20; // alarm interrupt enable
const B_PIE = 0x40; // periodic interrupt enable
const B_SET = 0x80;
const C_UF = 0x10;
const C_PF = 0x40;
const C_IRQF = 0x80;
const D_VALID = 0x80; // VRT
const OSCILLATOR = 32768;

export interface RtcSnapshot {
  readonly index: number;
  readonly ram: readonly number[];
  readonly registerC: number;
  readonly epochSeconds: number;
  readonly startCycle: number;
  readonly periodicTick: number;
}

export class Mc146818 implements PortDevice {
  private index = 0;
  private readonly ram = new Uint8Array(128);
  private registerC = 0;
  /** Seconds since 1970 at `startCycle`. */
  private epochSeconds: number;
  private startCycle = 0;
  private periodicTick = 0;
  private readonly clock: Clock;
  private readonly line: InterruptLine;
  private readonly log: (message: string) => void;
  private readonly periodic: Timer;
  private readonly update: Timer;

  constructor(
    clock: Clock,
    line: InterruptLine,
    epochSeconds: number,
    log: (message: string) => void,
  ) {
    this.clock = clock;
    this.line = line;
    this.epochSeconds = epochSeconds;
    this.log = log;
    this.ram[REGISTER_A] = 0x26;
    this.ram[REGISTER_B] = B_24_HOURS;
    this.periodic = clock.createTimer('rtc-periodic', () => {
      this.expirePeriodic();
    });
    this.update = clock.createTimer('rtc-update', () => {
      this.raiseFlag(C_UF);
      this.scheduleUpdate();
    });
  }

  readPort(port: number): number {
    const value = this.peekPort(port);
    if ((port & 1) !== 0 && this.index === REGISTER_C) {
      this.registerC = 0;
      this.line.lower();
    }
    return value;
  }

  peekPort(port: number): number {
    if ((port & 1) === 0) {
      return 0xff;
    }
    if (this.index < REGISTER_A || this.index === CENTURY) {
      return this.dateRegister(this.index);
    }
    if (this.index === REGISTER_C) {
      return this.registerC;
    }
    return this.index === REGISTER_D ? D_VALID : this.ram[this.index];
  }

  writePort(port: number, value: number): void {
    if ((port & 1) === 0) {
      this.index = value & 0x7f;
      return;
    }
    if (this.index < REGISTER_A && (this.index & 1) === 0) {
      this.log('The real-time clock was set by the guest; its date stays an input of the machine.');
    }
    this.ram[this.index] = this.index === REGISTER_A ? value & 0x7f : value;
    if (this.index === REGISTER_A || this.index === REGISTER_B) {
      this.controlChanged();
    }
  }

  private controlChanged(): void {
    const b = this.ram[REGISTER_B];
    if ((b & B_AIE) !== 0) {
      this.log('The alarm of the real-time clock is not supported yet; it will not ring.');
    }
    this.periodicTick = this.tick;
    this.schedulePeriodic();
    this.scheduleUpdate();
  }

  private get tick(): number {
    return Math.floor((this.clock.cycles * OSCILLATOR) / CYCLES_PER_SECOND);
  }

  /** Oscillator ticks a period: rates 1 and 2 are those of 8 and 9. */
  private get period(): number {
    const rate = this.ram[REGISTER_A] & 15;
    if (rate === 0) {
      return 0;
    }
    return 1 << ((rate < 3 ? rate + 7 : rate) - 1);
  }

  private schedulePeriodic(): void {
    const { period } = this;
    if (period === 0 || (this.ram[REGISTER_B] & B_PIE) === 0) {
      this.periodic.cancel();
      return;
    }
    const next = this.periodicTick + period;
    this.periodic.set(Math.ceil((next * CYCLES_PER_SECOND) / OSCILLATOR));
  }

  private expirePeriodic(): void {
    this.periodicTick += this.period;
    this.raiseFlag(C_PF);
    this.schedulePeriodic();
  }

  private scheduleUpdate(): void {
    const b = this.ram[REGISTER_B];
    if ((b & B_UIE) === 0 || (b & B_SET) !== 0) {
      this.update.cancel();
      return;
    }
    const seconds = Math.floor((this.clock.cycles - this.startCycle) / CYCLES_PER_SECOND) + 1;
    this.update.set(this.startCycle + seconds * CYCLES_PER_SECOND);
  }

  private raiseFlag(flag: number): void {
    this.registerC |= flag;
    if ((this.ram[REGISTER_B] & flag) !== 0) {
      this.registerC |= C_IRQF;
      this.line.raise();
    }
  }

  private dateRegister(index: number): number {
    const elapsed = Math.floor((this.clock.cycles - this.startCycle) / CYCLES_PER_SECOND);
    const date = new Date((this.epochSeconds + elapsed) * 1000);
    const b = this.ram[REGISTER_B];
    const value = dateField(date, index, this.ram[index]);
    if (index === 4 && (b & B_24_HOURS) === 0) {
      const hour = value % 12 === 0 ? 12 : value % 12;
      return this.encode(hour, b) | (value >= 12 ? 0x80 : 0);
    }
    return this.encode(value, b);
  }

  private encode(value: number, b: number): number {
    return (b & B_BINARY) !== 0 ? value : (Math.floor(value / 10) << 4) | (value % 10);
  }

  snapshot(): RtcSnapshot {
    const { index, registerC, epochSeconds, startCycle, periodicTick } = this;
    return { index, ram: [...this.ram], registerC, epochSeconds, startCycle, periodicTick };
  }

  restore(from: RtcSnapshot): void {
    this.index = from.index;
    this.ram.set(from.ram);
    this.registerC = from.registerC;
    this.epochSeconds = from.epochSeconds;
    this.startCycle = from.startCycle;
    this.periodicTick = from.periodicTick;
  }
}

/** The fields of the data sheet's table 2; alarm registers hold what was written. */
function dateField(date: Date, index: number, stored: number): number {
  switch (index) {
    case 0:
      return date.getUTCSeconds();
    case 2:
      return date.getUTCMinutes();
    case 4:
      return date.getUTCHours();
    case 6:
      return date.getUTCDay() + 1;
    case 7:
      return date.getUTCDate();
    case 8:
      return date.getUTCMonth() + 1;
    case 9:
      return date.getUTCFullYear() % 100;
    case CENTURY:
      return Math.floor(date.getUTCFullYear() / 100);
    default:
      return stored;
  }
}
