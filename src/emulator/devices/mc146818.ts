// Motorola MC146818 real-time clock with its CMOS bytes (data sheet; PC/AT wiring: IRQ 8): date and time in BCD or
// binary, 12 or 24 hours, set by the guest or by the machine's options; periodic, alarm and update-ended interrupts;
// update in progress. Its flags are found from the time that has passed: an event exists only for an interrupt.
import { type Clock, CYCLES_PER_SECOND, type Timer } from '../clock.ts';
import {
  ALARM_DONT_CARE,
  DATE_REGISTERS,
  type DateFormat,
  dateOfBytes,
  readField,
  setField,
} from './cmosDate.ts';
import type { InterruptLine, PortDevice } from './device.ts';

const REGISTER_A = 10;
const REGISTER_B = 11;
const REGISTER_C = 12;
const REGISTER_D = 13;

const A_UIP = 0x80; // update in progress
const B_24_HOURS = 0x02;
const B_BINARY = 0x04; // DM
const B_UIE = 0x10; // update-ended interrupt enable
const B_AIE = 0x20; // alarm interrupt enable
const B_PIE = 0x40; // periodic interrupt enable
const B_SET = 0x80;
const C_UF = 0x10;
const C_AF = 0x20;
const C_PF = 0x40;
const C_IRQF = 0x80;
const D_VALID = 0x80; // VRT
const OSCILLATOR = 32768;
/** 244 µs of warning and 1984 µs of update before a second ends, in cycles. */
const UPDATE_CYCLES = Math.floor(0.002_228 * CYCLES_PER_SECOND);
const DAY = 86_400;

export interface RtcSnapshot {
  readonly index: number;
  readonly ram: readonly number[];
  readonly registerC: number;
  readonly epochSeconds: number;
  readonly startCycle: number;
  readonly periodicTick: number;
  /** Up to these the flags of register C are known. */
  readonly knownTick: number;
  readonly knownSecond: number;
}

export class Mc146818 implements PortDevice {
  private index = 0;
  private readonly ram = new Uint8Array(128);
  private registerC = 0;
  /** Seconds since 1970 at `startCycle`; while SET is on, the time that stands still. */
  private epochSeconds: number;
  private startCycle = 0;
  private periodicTick = 0;
  private knownTick = 0;
  private knownSecond = 0;
  private readonly clock: Clock;
  private readonly line: InterruptLine;
  private readonly periodic: Timer;
  private readonly update: Timer;

  constructor(clock: Clock, line: InterruptLine, epochSeconds: number) {
    this.clock = clock;
    this.line = line;
    this.epochSeconds = epochSeconds;
    this.knownSecond = epochSeconds;
    this.ram[REGISTER_A] = 0x26;
    this.ram[REGISTER_B] = B_24_HOURS;
    this.periodic = clock.createTimer('rtc-periodic', () => {
      this.expirePeriodic();
    });
    this.update = clock.createTimer('rtc-update', () => {
      this.interruptIfEnabled();
      this.scheduleUpdate();
    });
  }

  /** What the firmware leaves in a CMOS byte behind the clock's registers. */
  setByte(index: number, value: number): void {
    this.ram[index] = value;
  }

  /** What the firmware sets its count of ticks by. */
  get secondOfDay(): number {
    return this.second % DAY;
  }

  readPort(port: number): number {
    const value = this.peekPort(port);
    if ((port & 1) !== 0 && this.index === REGISTER_C) {
      this.knownTick = this.tick;
      this.knownSecond = this.second;
      this.registerC = 0;
      this.line.lower();
    }
    return value;
  }

  peekPort(port: number): number {
    if ((port & 1) === 0) {
      return 0xff;
    }
    switch (this.index) {
      case REGISTER_A:
        return this.ram[REGISTER_A] | (this.updating ? A_UIP : 0);
      case REGISTER_C:
        return this.flags();
      case REGISTER_D:
        return D_VALID;
      default:
        return this.stopped
          ? this.ram[this.index]
          : (readField(this.date, this.index, this.format) ?? this.ram[this.index]);
    }
  }

  writePort(port: number, value: number): void {
    if ((port & 1) === 0) {
      this.index = value & 0x7f;
      return;
    }
    const { index } = this;
    const set = this.stopped ? undefined : setField(this.date, index, value, this.format);
    if (set !== undefined) {
      this.setTime(set);
    } else if (index === REGISTER_A || index === REGISTER_B) {
      this.writeControl(index, value);
    } else if (index !== REGISTER_C && index !== REGISTER_D) {
      this.ram[index] = value;
      this.scheduleUpdate(); // an alarm byte, perhaps
    }
  }

  /** The fraction of the second that runs stays. */
  private setTime(seconds: number): void {
    this.catchUp();
    this.epochSeconds = seconds - Math.floor(this.runningCycles / CYCLES_PER_SECOND);
    this.knownSecond = this.second;
    this.scheduleUpdate();
  }

  private writeControl(index: number, value: number): void {
    this.catchUp();
    const wasStopped = this.stopped;
    const { second, date } = this;
    this.ram[index] = index === REGISTER_A ? value & ~A_UIP : value;
    if (wasStopped !== this.stopped) {
      // SET turns the registers into bytes that stand still; without it a second begins with what they hold.
      if (!wasStopped) {
        DATE_REGISTERS.forEach((register) => {
          this.ram[register] = readField(date, register, this.format) ?? 0;
        });
      }
      this.epochSeconds = wasStopped ? dateOfBytes(this.ram, this.format) : second;
      this.startCycle = this.clock.cycles;
      this.knownSecond = this.epochSeconds;
    }
    this.periodicTick = this.tick;
    this.schedulePeriodic();
    this.scheduleUpdate();
    this.interruptIfEnabled();
  }

  private get stopped(): boolean {
    return (this.ram[REGISTER_B] & B_SET) !== 0;
  }

  private get runningCycles(): number {
    return this.clock.cycles - this.startCycle;
  }

  /** Seconds since 1970, as the registers show them. */
  private get second(): number {
    const elapsed = this.stopped ? 0 : Math.floor(this.runningCycles / CYCLES_PER_SECOND);
    return this.epochSeconds + elapsed;
  }

  private get date(): Date {
    return new Date(this.second * 1000);
  }

  private get format(): DateFormat {
    const b = this.ram[REGISTER_B];
    return { binary: (b & B_BINARY) !== 0, hours24: (b & B_24_HOURS) !== 0 };
  }

  private get updating(): boolean {
    const left = CYCLES_PER_SECOND - (this.runningCycles % CYCLES_PER_SECOND);
    return !this.stopped && left <= UPDATE_CYCLES;
  }

  private get tick(): number {
    return Math.floor((this.clock.cycles * OSCILLATOR) / CYCLES_PER_SECOND);
  }

  /** Oscillator ticks a period: rates 1 and 2 are those of 8 and 9. */
  private get period(): number {
    const rate = this.ram[REGISTER_A] & 15;
    return rate === 0 ? 0 : 1 << ((rate < 3 ? rate + 7 : rate) - 1);
  }

  /** Register C as it is now. */
  private flags(): number {
    const { period, second } = this;
    const since = (tick: number) => Math.floor((tick - this.periodicTick) / period);
    let flags = this.registerC & ~C_IRQF;
    if (period !== 0 && since(this.tick) > since(Math.max(this.knownTick, this.periodicTick))) {
      flags |= C_PF;
    }
    if (second > this.knownSecond) {
      flags |= C_UF;
      flags |= this.nextAlarm(this.knownSecond) <= second ? C_AF : 0;
    }
    return (flags & this.ram[REGISTER_B] & (C_UF | C_AF | C_PF)) === 0 ? flags : flags | C_IRQF;
  }

  /** Keeps the flags before what they depend on changes. */
  private catchUp(): void {
    this.registerC = this.flags() & ~C_IRQF;
    this.knownTick = this.tick;
    this.knownSecond = this.second;
  }

  private interruptIfEnabled(): void {
    if ((this.flags() & C_IRQF) !== 0) {
      this.line.raise();
    } else {
      this.line.lower();
    }
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
    this.registerC |= C_PF;
    this.periodicTick += this.period;
    this.knownTick = this.periodicTick;
    this.interruptIfEnabled();
    this.schedulePeriodic();
  }

  /** The next second that interrupts, if any does. */
  private scheduleUpdate(): void {
    const b = this.ram[REGISTER_B];
    const isWanted = !this.stopped && (b & (B_UIE | B_AIE)) !== 0;
    const next = (b & B_UIE) !== 0 ? this.second + 1 : this.nextAlarm(this.second);
    if (!isWanted || next === Infinity) {
      this.update.cancel();
      return;
    }
    this.update.set(this.startCycle + (next - this.epochSeconds) * CYCLES_PER_SECOND);
  }

  /** The first second after `second` at which the three alarm bytes match; Infinity if they never do. */
  private nextAlarm(second: number): number {
    const bytes = [0, 2, 4].map((index) => ({ index, wanted: this.ram[index + 1] }));
    const units = [1, 60, 3600];
    let candidate = second + 1;
    // From the hour down: skip to where the larger unit matches. Two days are enough.
    while (candidate <= second + 2 * DAY) {
      const date = new Date(candidate * 1000);
      const wrong = bytes.findLastIndex(
        ({ index, wanted }) =>
          wanted < ALARM_DONT_CARE && readField(date, index, this.format) !== wanted,
      );
      if (wrong < 0) {
        return candidate;
      }
      candidate = (Math.floor(candidate / units[wrong]) + 1) * units[wrong];
    }
    return Infinity;
  }

  snapshot(): RtcSnapshot {
    const { index, registerC, epochSeconds, startCycle, periodicTick } = this;
    const { knownTick, knownSecond } = this;
    const times = { epochSeconds, startCycle, periodicTick, knownTick, knownSecond };
    return { index, ram: [...this.ram], registerC, ...times };
  }

  restore(from: RtcSnapshot): void {
    this.index = from.index;
    this.ram.set(from.ram);
    this.registerC = from.registerC;
    this.epochSeconds = from.epochSeconds;
    this.startCycle = from.startCycle;
    this.periodicTick = from.periodicTick;
    this.knownTick = from.knownTick;
    this.knownSecond = from.knownSecond;
  }
}
