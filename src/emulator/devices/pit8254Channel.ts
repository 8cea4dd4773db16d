// One counter of the Intel 8254 (data sheet 231164): its count and its output as functions of the ticks since it was
// loaded, in all six modes; latches and the order of bytes. Nothing here counts: time is asked for.

export interface PitChannelSnapshot {
  readonly mode: number;
  /** 1: low byte, 2: high byte, 3: low, then high. */
  readonly access: number;
  readonly decimal: boolean;
  readonly reload: number;
  /** Of modes 2 and 3: the count that comes when this period ends, or -1. */
  readonly nextReload: number;
  readonly startTick: number;
  readonly running: boolean;
  readonly gate: boolean;
  readonly gateTick: number;
  readonly latch: number;
  readonly statusLatch: number;
  readonly highNext: boolean;
  readonly writeLow: number;
  readonly writeHighNext: boolean;
}

type State = { -readonly [K in keyof PitChannelSnapshot]: PitChannelSnapshot[K] };

const STATUS_OUTPUT = 0x80;
const STATUS_NULL_COUNT = 0x40;
/** Modes that go round and round. */
const isPeriodic = (mode: number) => mode === 2 || mode === 3;
/** Modes that a rising gate starts, and nothing else. */
const isTriggered = (mode: number) => mode === 1 || mode === 5;

export class PitChannel {
  private readonly now: () => number;
  private state: State;

  /** `now` gives the ticks of the chip's clock. */
  constructor(now: () => number, gate: boolean) {
    this.now = now;
    this.state = {
      mode: 0,
      access: 3,
      decimal: false,
      reload: 0x1_0000,
      nextReload: -1,
      startTick: 0,
      running: false,
      gate,
      gateTick: 0,
      latch: -1,
      statusLatch: -1,
      highNext: false,
      writeLow: 0,
      writeHighNext: false,
    };
  }

  get mode(): number {
    return this.state.mode;
  }

  /** The control word: access, mode, BCD. The output goes to where the mode starts. */
  program(value: number): void {
    const mode = (value >> 1) & 7;
    Object.assign(this.state, {
      mode: mode > 5 ? mode - 4 : mode,
      access: (value >> 4) & 3,
      decimal: (value & 1) !== 0,
      running: false,
      nextReload: -1,
      highNext: false,
      writeHighNext: false,
      latch: -1,
      statusLatch: -1,
    });
  }

  /** True if counting starts with this byte. */
  write(value: number): boolean {
    const { state } = this;
    if (state.access === 3 && !state.writeHighNext) {
      state.writeLow = value;
      state.writeHighNext = true;
      if (state.mode === 0) {
        state.running = false;
      }
      return false;
    }
    const both = state.access === 3 ? state.writeLow | (value << 8) : value;
    const count = this.fromCode(state.access === 2 ? value << 8 : both);
    state.writeHighNext = false;
    const reload = count === 0 ? this.modulus : count;
    if (isPeriodic(state.mode) && state.running) {
      this.settle();
      state.startTick += Math.floor(this.elapsed / state.reload) * state.reload;
      state.nextReload = reload;
      return false;
    }
    if (isTriggered(state.mode)) {
      state.nextReload = reload;
      return false;
    }
    state.reload = reload;
    this.start();
    return true;
  }

  private start(): void {
    this.state.running = true;
    this.state.startTick = this.now();
    this.state.gateTick = this.state.startTick;
  }

  /** A new count of modes 2 and 3 comes in when the period is over. */
  private settle(): void {
    const { state } = this;
    if (state.nextReload >= 0 && isPeriodic(state.mode) && this.elapsed >= state.reload) {
      state.startTick += state.reload;
      state.reload = state.nextReload;
      state.nextReload = -1;
    }
  }

  setGate(gate: boolean): void {
    const { state } = this;
    if (gate === state.gate) {
      return;
    }
    this.settle();
    const now = this.now();
    if (gate && (isPeriodic(state.mode) || isTriggered(state.mode))) {
      if (state.nextReload >= 0) {
        state.reload = state.nextReload;
        state.nextReload = isTriggered(state.mode) ? state.nextReload : -1;
        state.running = true;
      }
      state.startTick = now;
    } else if (gate) {
      state.startTick += now - state.gateTick; // goes on where it stopped
    }
    state.gate = gate;
    state.gateTick = now;
  }

  private get elapsed(): number {
    const { state } = this;
    // The gate does not stop a one-shot.
    const counts = state.gate || isTriggered(state.mode);
    return (counts ? this.now() : state.gateTick) - state.startTick;
  }

  private get modulus(): number {
    return this.state.decimal ? 10_000 : 0x1_0000;
  }

  private fromCode(code: number): number {
    return this.state.decimal ? Number(code.toString(16).replace(/[a-f]/g, '9')) : code;
  }

  private toCode(count: number): number {
    return this.state.decimal ? parseInt(String(count), 16) : count;
  }

  /** What the counting element holds, as it is read. */
  get count(): number {
    this.settle();
    const { state, modulus } = this;
    if (!state.running) {
      return this.toCode(state.reload % modulus);
    }
    const { elapsed } = this;
    const phase = elapsed % state.reload;
    switch (state.mode) {
      case 2:
        return this.toCode((state.reload - phase) % modulus);
      case 3: // counts down by two, twice a period
        return this.toCode(((state.reload - ((2 * phase) % state.reload)) % modulus) & ~1);
      default:
        return this.toCode((((state.reload - elapsed) % modulus) + modulus) % modulus);
    }
  }

  get output(): boolean {
    this.settle();
    const { state } = this;
    if (!state.running) {
      return state.mode !== 0;
    }
    const { elapsed } = this;
    switch (state.mode) {
      case 2:
        return !state.gate || elapsed % state.reload !== state.reload - 1;
      case 3:
        return !state.gate || elapsed % state.reload < (state.reload + 1) >> 1;
      case 4:
      case 5:
        return elapsed !== state.reload; // low for one tick
      default:
        return elapsed >= state.reload;
    }
  }

  /** The tick of the output's next rising edge, if the gate stays; Infinity if none will come. */
  get nextRise(): number {
    this.settle();
    const { state } = this;
    if (!state.running || !state.gate) {
      return Infinity;
    }
    if (isPeriodic(state.mode)) {
      return state.startTick + (Math.floor(this.elapsed / state.reload) + 1) * state.reload;
    }
    const rise = state.startTick + state.reload + (state.mode >= 4 ? 1 : 0);
    return rise > this.now() ? rise : Infinity;
  }

  latchCount(): void {
    if (this.state.latch < 0) {
      this.state.latch = this.count;
    }
  }

  latchStatus(): void {
    const { state } = this;
    if (state.statusLatch < 0) {
      const flags =
        (this.output ? STATUS_OUTPUT : 0) |
        (state.nextReload >= 0 || !state.running ? STATUS_NULL_COUNT : 0);
      state.statusLatch = flags | (state.access << 4) | (state.mode << 1) | (state.decimal ? 1 : 0);
    }
  }

  peek(): number {
    const { state } = this;
    if (state.statusLatch >= 0) {
      return state.statusLatch;
    }
    const count = state.latch >= 0 ? state.latch : this.count;
    const high = state.access === 2 || (state.access === 3 && state.highNext);
    return (high ? count >> 8 : count) & 0xff;
  }

  read(): number {
    const { state } = this;
    const value = this.peek();
    if (state.statusLatch >= 0) {
      state.statusLatch = -1;
      return value;
    }
    state.highNext = state.access === 3 && !state.highNext;
    if (!state.highNext) {
      state.latch = -1;
    }
    return value;
  }

  snapshot(): PitChannelSnapshot {
    return { ...this.state };
  }

  restore(from: PitChannelSnapshot): void {
    this.state = { ...from };
  }
}
