// Intel 8254 interval timer, 1.193182 MHz (data sheet 231164): modes 0, 2 and 3 on channel 0 (IRQ 0) and on channel 2
// (port 0x61 gates it and shows its output); counter and status latches. Channel 1 counts and does nothing.
import { type Clock, CYCLES_PER_SECOND, type Timer } from '../clock.ts';
import type { InterruptLine, PortDevice } from './device.ts';

const TICKS_PER_SECOND = 1_193_182;

export interface PitChannelSnapshot {
  readonly mode: number;
  readonly access: number;
  readonly reload: number;
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

function emptyChannel(): { -readonly [K in keyof PitChannelSnapshot]: PitChannelSnapshot[K] } {
  return {
    mode: 0,
    access: 3,
    reload: 0x1_0000,
    startTick: 0,
    running: false,
    gate: true,
    gateTick: 0,
    latch: -1,
    statusLatch: -1,
    highNext: false,
    writeLow: 0,
    writeHighNext: false,
  };
}

type Channel = ReturnType<typeof emptyChannel>;

export class Pit8254 implements PortDevice {
  private readonly channels: Channel[] = [emptyChannel(), emptyChannel(), emptyChannel()];
  private readonly clock: Clock;
  private readonly timer: Timer;
  private readonly line: InterruptLine;
  private readonly log: (message: string) => void;
  private speaker = 0;

  constructor(clock: Clock, line: InterruptLine, log: (message: string) => void) {
    this.clock = clock;
    this.line = line;
    this.log = log;
    this.timer = clock.createTimer('pit', () => {
      this.expire();
    });
    this.channels[2].gate = false;
  }

  private get tick(): number {
    return Math.floor((this.clock.cycles * TICKS_PER_SECOND) / CYCLES_PER_SECOND);
  }

  readPort(port: number): number {
    if (port === 0x61) {
      return this.peekPort(port);
    }
    const channel = this.channels[port & 3] as Channel | undefined;
    if (channel === undefined) {
      return 0xff;
    }
    const value = this.peekPort(port);
    if (channel.statusLatch >= 0) {
      channel.statusLatch = -1;
    } else if (channel.access === 3) {
      channel.highNext = !channel.highNext;
      if (!channel.highNext) {
        channel.latch = -1;
      }
    } else {
      channel.latch = -1;
    }
    return value;
  }

  peekPort(port: number): number {
    if (port === 0x61) {
      return this.speaker | (this.output(this.channels[2]) ? 0x20 : 0);
    }
    const channel = this.channels[port & 3] as Channel | undefined;
    if (channel === undefined) {
      return 0xff;
    }
    if (channel.statusLatch >= 0) {
      return channel.statusLatch;
    }
    const count = channel.latch >= 0 ? channel.latch : this.count(channel);
    const high = channel.access === 2 || (channel.access === 3 && channel.highNext);
    return (high ? count >> 8 : count) & 0xff;
  }

  writePort(port: number, value: number): void {
    if (port === 0x61) {
      this.speaker = value & 3;
      this.setGate(this.channels[2], (value & 1) !== 0);
    } else if ((port & 3) === 3) {
      this.command(value);
    } else {
      this.writeCounter(port & 3, value);
    }
  }

  private command(value: number): void {
    const index = value >> 6;
    if (index === 3) {
      this.readBack(value);
      return;
    }
    const channel = this.channels[index];
    const access = (value >> 4) & 3;
    if (access === 0) {
      channel.latch = this.count(channel);
      return;
    }
    const mode = (value >> 1) & 7;
    channel.mode = mode > 5 ? mode - 4 : mode;
    if (![0, 2, 3].includes(channel.mode)) {
      this.log(`The 8254 has no mode ${channel.mode} yet; channel ${index} will not count.`);
    }
    channel.access = access;
    channel.running = false;
    channel.highNext = false;
    channel.writeHighNext = false;
    channel.latch = -1;
    if (index === 0) {
      this.timer.cancel();
      // Mode 0 starts with its output low, the other modes with it high.
      if (channel.mode === 0) {
        this.line.lower();
      }
    }
  }

  private readBack(value: number): void {
    this.channels.forEach((channel, index) => {
      if ((value & (2 << index)) === 0) {
        return;
      }
      if ((value & 0x20) === 0 && channel.latch < 0) {
        channel.latch = this.count(channel);
      }
      if ((value & 0x10) === 0) {
        const output = this.output(channel) ? 0x80 : 0;
        channel.statusLatch = output | (channel.access << 4) | (channel.mode << 1);
      }
    });
  }

  private writeCounter(index: number, value: number): void {
    const channel = this.channels[index];
    if (channel.access === 3 && !channel.writeHighNext) {
      channel.writeLow = value;
      channel.writeHighNext = true;
      return;
    }
    const both = channel.access === 3 ? channel.writeLow | (value << 8) : value;
    const count = channel.access === 2 ? value << 8 : both;
    channel.writeHighNext = false;
    channel.reload = count === 0 ? 0x1_0000 : count;
    channel.running = [0, 2, 3].includes(channel.mode);
    channel.startTick = this.tick;
    channel.gateTick = channel.startTick;
    if (index === 0 && channel.running) {
      if (channel.mode === 0) {
        this.line.lower();
      }
      this.schedule(channel, channel.startTick + channel.reload);
    }
  }

  private schedule(_channel: Channel, tick: number): void {
    this.timer.set(Math.ceil((tick * CYCLES_PER_SECOND) / TICKS_PER_SECOND));
  }

  /** Channel 0 reached its count: an edge on IRQ 0. */
  private expire(): void {
    const channel = this.channels[0];
    if (channel.mode !== 0) {
      this.line.lower();
      const periods = Math.floor((this.tick - channel.startTick) / channel.reload);
      this.schedule(channel, channel.startTick + (periods + 1) * channel.reload);
    }
    this.line.raise();
  }

  private setGate(channel: Channel, gate: boolean): void {
    if (gate && !channel.gate) {
      // Modes 2 and 3 start again with a rising gate; mode 0 goes on where it stopped.
      const stopped = channel.mode === 0 ? this.tick - channel.gateTick : 0;
      channel.startTick = channel.mode === 0 ? channel.startTick + stopped : this.tick;
    }
    if (gate !== channel.gate) {
      channel.gateTick = this.tick;
    }
    channel.gate = gate;
  }

  private elapsed(channel: Channel): number {
    return (channel.gate ? this.tick : channel.gateTick) - channel.startTick;
  }

  private count(channel: Channel): number {
    if (!channel.running) {
      return channel.reload & 0xffff;
    }
    const elapsed = this.elapsed(channel);
    if (channel.mode === 0) {
      return (channel.reload - elapsed) & 0xffff;
    }
    const phase = elapsed % channel.reload;
    if (channel.mode === 2) {
      return channel.reload - phase;
    }
    // Mode 3 counts down by two, twice a period.
    return (channel.reload - ((2 * phase) % channel.reload)) & 0xfffe;
  }

  private output(channel: Channel): boolean {
    if (!channel.running) {
      return channel.mode !== 0;
    }
    const elapsed = this.elapsed(channel);
    if (channel.mode === 0) {
      return elapsed >= channel.reload;
    }
    const phase = elapsed % channel.reload;
    return channel.mode === 2 ? phase !== channel.reload - 1 : phase < (channel.reload + 1) >> 1;
  }

  snapshot(): PitSnapshot {
    return { channels: this.channels.map((channel) => ({ ...channel })), speaker: this.speaker };
  }

  restore(from: PitSnapshot): void {
    from.channels.forEach((channel, index) => Object.assign(this.channels[index], channel));
    this.speaker = from.speaker;
  }
}

export interface PitSnapshot {
  readonly channels: readonly PitChannelSnapshot[];
  readonly speaker: number;
}
