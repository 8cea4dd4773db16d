// The fixed registers of ACPI as an 82371AB has them at 600h (ACPI 1.0b, 4.7.3): event status and enable, control with
// the way to S5, which switches the machine off, and the timer of 3.579545 MHz. And port 92h, fast reset and A20.
import { type Clock, CYCLES_PER_SECOND } from '../clock.ts';
import type { PortDevice } from './device.ts';
import type { SystemLines } from './keyboard/i8042.ts';

export const PM_BASE = 0x600;
export const PM_LENGTH = 0x10;
export const PM_CONTROL = PM_BASE + 4;
export const PM_TIMER = PM_BASE + 8;
const TIMER_FREQUENCY = 3_579_545;
const SCI_ENABLED = 0x0001;
const SLEEP_ENABLE = 0x2000;
const SLEEP_TYPE = 0x1c00;
/** What \_S5 in the DSDT says. */
const TYPE_S5 = 0;

export interface PowerSnapshot {
  readonly enable: number;
  readonly control: number;
}

export class PowerManagement implements PortDevice {
  private enable = 0;
  private control = SCI_ENABLED;
  private readonly clock: Clock;
  private readonly powerOff: () => void;
  private readonly log: (message: string) => void;

  constructor(clock: Clock, powerOff: () => void, log: (message: string) => void) {
    this.clock = clock;
    this.powerOff = powerOff;
    this.log = log;
  }

  private word(offset: number): number {
    switch (offset) {
      case 2:
        return this.enable;
      case 4:
        return this.control;
      case 8:
        return this.ticks & 0xffff;
      case 10:
        return this.ticks >>> 16;
      default:
        return 0; // no event has happened
    }
  }

  /** 24 bits. */
  private get ticks(): number {
    return Math.floor((this.clock.cycles * TIMER_FREQUENCY) / CYCLES_PER_SECOND) & 0xff_ffff;
  }

  readPort(port: number, width: number): number {
    const offset = port - PM_BASE;
    const low = this.word(offset & ~1) >>> ((offset & 1) * 8);
    const value = width === 32 ? low | (this.word(offset + 2) << 16) : low;
    return (value & (0xffff_ffff >>> (32 - width))) >>> 0;
  }

  peekPort(port: number): number {
    return this.readPort(port, 8);
  }

  writePort(port: number, value: number, width: number): void {
    const offset = port - PM_BASE;
    if (offset === 2) {
      this.enable = value & 0xffff;
    } else if (offset === 4 || offset === 5) {
      const shift = (offset & 1) * 8;
      const mask = width === 8 ? 0xff << shift : 0xffff;
      this.writeControl((this.control & ~mask) | ((value << shift) & mask));
    } else if (offset === 0 && width === 32) {
      this.enable = value >>> 16;
    }
  }

  private writeControl(value: number): void {
    this.control = (value & SLEEP_TYPE) | SCI_ENABLED;
    if ((value & SLEEP_ENABLE) === 0) {
      return;
    }
    if ((value & SLEEP_TYPE) >> 10 === TYPE_S5) {
      this.powerOff();
    } else {
      this.log(
        'The guest asks for a sleeping state that this machine does not have; it stays awake.',
      );
    }
  }

  snapshot(): PowerSnapshot {
    return { enable: this.enable, control: this.control };
  }

  restore(from: PowerSnapshot): void {
    this.enable = from.enable;
    this.control = from.control;
  }
}

/** Port 92h of the PS/2: bit 0 resets, bit 1 opens A20. */
export class SystemControlPort implements PortDevice {
  value = 0x02;
  private readonly lines: SystemLines;

  constructor(lines: SystemLines) {
    this.lines = lines;
  }

  readPort(): number {
    return this.value;
  }

  peekPort(): number {
    return this.value;
  }

  writePort(_port: number, value: number): void {
    this.value = value & 0x02;
    this.lines.setA20((value & 0x02) !== 0);
    if ((value & 0x01) !== 0) {
      this.lines.reset();
    }
  }
}
