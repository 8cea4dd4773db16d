// The local APIC's timer (SDM vol. 3, 10.5.4): counts down with the bus clock, half the processor's, through a divider,
// once or again and again.
import type { Clock, Timer } from '../../clock.ts';

const CYCLES_PER_BUS_CLOCK = 2;

export interface ApicTimerSnapshot {
  readonly initialCount: number;
  readonly divide: number;
  readonly periodic: boolean;
  /** Count at `startCycle`. */
  readonly count: number;
  readonly startCycle: number;
}

export class ApicTimer {
  initialCount = 0;
  divide = 0;
  private periodic = false;
  private count = 0;
  private startCycle = 0;
  private readonly clock: Clock;
  private readonly timer: Timer;
  private readonly expired: () => void;

  constructor(clock: Clock, expired: () => void) {
    this.clock = clock;
    this.expired = expired;
    this.timer = clock.createTimer('apic', () => {
      this.expire();
    });
  }

  /** Cycles for one step of the count: bits 3, 1 and 0 of the register are 2, 4 ... 128, and 1. */
  private get cyclesPerCount(): number {
    const code = ((this.divide >> 1) & 4) | (this.divide & 3);
    return CYCLES_PER_BUS_CLOCK << ((code + 1) & 7);
  }

  get currentCount(): number {
    const steps = Math.floor((this.clock.cycles - this.startCycle) / this.cyclesPerCount);
    return Math.max(0, this.count - steps);
  }

  /** Zero stops it. */
  start(count: number): void {
    this.initialCount = count;
    this.startAt(count, this.clock.cycles);
  }

  private startAt(count: number, cycle: number): void {
    this.count = count;
    this.startCycle = cycle;
    if (count === 0) {
      this.timer.cancel();
    } else {
      this.timer.set(cycle + count * this.cyclesPerCount);
    }
  }

  setDivide(divide: number): void {
    const { currentCount } = this;
    this.divide = divide;
    this.startAt(currentCount, this.clock.cycles);
  }

  setPeriodic(periodic: boolean): void {
    this.periodic = periodic;
  }

  private expire(): void {
    const end = this.startCycle + this.count * this.cyclesPerCount;
    this.startAt(this.periodic ? this.initialCount : 0, end);
    this.expired();
  }

  snapshot(): ApicTimerSnapshot {
    const { initialCount, divide, periodic, count, startCycle } = this;
    return { initialCount, divide, periodic, count, startCycle };
  }

  restore(from: ApicTimerSnapshot): void {
    Object.assign(this, from);
  }
}
