// Guest time: a pure function of what the guest executed. One instruction is one cycle of a 133 MHz clock; halted
// time is added as cycles without instructions. Device events stand in a queue ordered by cycle and are never polled.

export const CYCLES_PER_SECOND = 133_000_000;

/** One device's next event. A device creates its timers once and sets them again and again. */
export class Timer {
  readonly name: string;
  /** Cycle of the event, or Infinity. */
  deadline = Infinity;
  readonly expire: () => void;
  private readonly changed: () => void;

  constructor(name: string, expire: () => void, changed: () => void) {
    this.name = name;
    this.expire = expire;
    this.changed = changed;
  }

  set(deadline: number): void {
    this.deadline = deadline;
    this.changed();
  }

  cancel(): void {
    this.set(Infinity);
  }
}

export interface ClockSnapshot {
  readonly haltedCycles: number;
  readonly timers: Readonly<Record<string, number | null>>;
}

export class Clock {
  private readonly instructions: () => number;
  private haltedCycles = 0;
  private readonly timers: Timer[] = [];
  nextDeadline = Infinity;

  constructor(instructions: () => number) {
    this.instructions = instructions;
  }

  get cycles(): number {
    return this.instructions() + this.haltedCycles;
  }

  createTimer(name: string, expire: () => void): Timer {
    const timer = new Timer(name, expire, () => {
      this.findNext();
    });
    this.timers.push(timer);
    return timer;
  }

  /** Time that passes without an instruction. */
  skip(cycles: number): void {
    this.haltedCycles += cycles;
  }

  /** Runs every event whose cycle has come, the earliest first; equal cycles in the order of creation. */
  runDue(): void {
    const now = this.cycles;
    while (this.nextDeadline <= now) {
      const due = this.earliest();
      due.deadline = Infinity;
      this.findNext();
      due.expire();
    }
  }

  private earliest(): Timer {
    return this.timers.reduce((best, timer) => (timer.deadline < best.deadline ? timer : best));
  }

  private findNext(): void {
    this.nextDeadline = Math.min(...this.timers.map((timer) => timer.deadline));
  }

  snapshot(): ClockSnapshot {
    const finite = (deadline: number) => (deadline === Infinity ? null : deadline);
    return {
      haltedCycles: this.haltedCycles,
      timers: Object.fromEntries(this.timers.map((timer) => [timer.name, finite(timer.deadline)])),
    };
  }

  restore(from: ClockSnapshot): void {
    this.haltedCycles = from.haltedCycles;
    for (const timer of this.timers) {
      timer.deadline = from.timers[timer.name] ?? Infinity;
    }
    this.findNext();
  }
}
