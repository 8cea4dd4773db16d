// Intel 8254 interval timer at 1.193182 MHz (data sheet 231164) as the PC wires it: channel 0 on IRQ 0, channel 1 for
// the refresh of memory, channel 2 gated and shown by port 61h, whose bit 4 toggles with each refresh.
import { type Clock, CYCLES_PER_SECOND, type Timer } from '../clock.ts';
import type { InterruptLine, PortDevice } from './device.ts';
import { PitChannel, type PitChannelSnapshot } from './pit8254Channel.ts';

const TICKS_PER_SECOND = 1_193_182;
const REFRESH_TICKS = 18;
const SYSTEM_CONTROL = 0x61;
const GATE_2 = 0x01;
const SYSTEM_CONTROL_WRITABLE = 0x0f;
const REFRESH_TOGGLE = 0x10;
const OUTPUT_2 = 0x20;
const CONTROL = 3;

export interface PitSnapshot {
  readonly channels: readonly PitChannelSnapshot[];
  readonly systemControl: number;
}

export class Pit8254 implements PortDevice {
  private readonly channels: readonly PitChannel[];
  private readonly clock: Clock;
  private readonly timer: Timer;
  private readonly line: InterruptLine;
  private systemControl = 0;

  constructor(clock: Clock, line: InterruptLine) {
    this.clock = clock;
    this.line = line;
    const now = () => this.tick;
    this.channels = [true, true, false].map((gate) => new PitChannel(now, gate));
    this.timer = clock.createTimer('pit', () => {
      this.expire();
    });
  }

  private get tick(): number {
    return Math.floor((this.clock.cycles * TICKS_PER_SECOND) / CYCLES_PER_SECOND);
  }

  readPort(port: number): number {
    const isCounter = port !== SYSTEM_CONTROL && (port & 3) !== CONTROL;
    return isCounter ? this.channels[port & 3].read() : this.peekPort(port);
  }

  peekPort(port: number): number {
    if (port === SYSTEM_CONTROL) {
      const refresh = Math.floor(this.tick / REFRESH_TICKS) % 2 === 0 ? 0 : REFRESH_TOGGLE;
      return this.systemControl | refresh | (this.channels[2].output ? OUTPUT_2 : 0);
    }
    return (port & 3) === CONTROL ? 0xff : this.channels[port & 3].peek();
  }

  writePort(port: number, value: number): void {
    if (port === SYSTEM_CONTROL) {
      this.systemControl = value & SYSTEM_CONTROL_WRITABLE;
      this.channels[2].setGate((value & GATE_2) !== 0);
    } else if ((port & 3) === CONTROL) {
      this.control(value);
    } else if (this.channels[port & 3].write(value) && (port & 3) === 0) {
      this.started();
    }
  }

  private control(value: number): void {
    const index = value >> 6;
    if (index === 3) {
      this.readBack(value);
    } else if ((value & 0x30) === 0) {
      this.channels[index].latchCount();
    } else {
      this.channels[index].program(value);
      if (index === 0) {
        this.timer.cancel();
        this.lowerInMode0();
      }
    }
  }

  /** Mode 0 starts with its output low, the other modes with it high. */
  private lowerInMode0(): void {
    if (this.channels[0].mode === 0) {
      this.line.lower();
    }
  }

  private readBack(value: number): void {
    this.channels.forEach((channel, index) => {
      if ((value & (2 << index)) === 0) {
        return;
      }
      if ((value & 0x20) === 0) {
        channel.latchCount();
      }
      if ((value & 0x10) === 0) {
        channel.latchStatus();
      }
    });
  }

  private started(): void {
    this.lowerInMode0();
    this.schedule();
  }

  private schedule(): void {
    this.timer.set(Math.ceil((this.channels[0].nextRise * CYCLES_PER_SECOND) / TICKS_PER_SECOND));
  }

  /** The output of channel 0 rises: an edge on IRQ 0. How long it was low before does not matter. */
  private expire(): void {
    this.line.lower();
    this.schedule();
    this.line.raise();
  }

  snapshot(): PitSnapshot {
    return {
      channels: this.channels.map((channel) => channel.snapshot()),
      systemControl: this.systemControl,
    };
  }

  restore(from: PitSnapshot): void {
    from.channels.forEach((channel, index) => {
      this.channels[index].restore(channel);
    });
    this.systemControl = from.systemControl;
  }
}
