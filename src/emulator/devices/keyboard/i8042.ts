// Intel 8042 as the AT's and PS/2's keyboard controller (ports 60h and 64h): its commands, its one output buffer with
// IRQ 1, the translation to scan-code set 1, the lines for reset and A20. Nothing hangs on the second port.
import type { Clock } from '../../clock.ts';
import type { InterruptLine, PortDevice } from '../device.ts';
import { Keyboard, type KeyboardSnapshot } from './keyboard.ts';
import { RELEASE, toSet1 } from './scanCodes.ts';

const STATUS_OUTPUT_FULL = 0x01;
const STATUS_SYSTEM = 0x04;
const STATUS_COMMAND = 0x08;
const STATUS_NOT_LOCKED = 0x10;
const STATUS_AUXILIARY = 0x20;
const STATUS_TIMEOUT = 0x40;

const MODE_INTERRUPT = 0x01;
const MODE_SYSTEM = 0x04;
const MODE_KEYBOARD_OFF = 0x10;
const MODE_AUXILIARY_OFF = 0x20;
const MODE_TRANSLATE = 0x40;

const OUTPUT_NO_RESET = 0x01;
const OUTPUT_A20 = 0x02;
const SELF_TEST_PASSED = 0x55;
const CLOCK_LINE_LOW = 0x01;
const RESEND = 0xfe;

export interface I8042Snapshot {
  readonly ram: readonly number[];
  readonly output: number;
  readonly full: boolean;
  readonly outputFlags: number;
  readonly afterCommand: boolean;
  readonly awaited: number;
  readonly outputPort: number;
  readonly released: boolean;
  readonly keyboard: KeyboardSnapshot;
}

/** What the controller's output port drives, apart from interrupts. */
export interface SystemLines {
  reset(): void;
  setA20(open: boolean): void;
}

export class I8042 implements PortDevice {
  private readonly line: InterruptLine;
  private readonly lines: SystemLines;
  readonly keyboard: Keyboard;
  /** Byte 0 is the mode ("command byte"): as a BIOS leaves it. */
  private readonly ram = new Uint8Array(32);
  private output = 0;
  private full = false;
  private outputFlags = 0;
  private afterCommand = false;
  /** The command whose argument comes next at port 60h, or 0. */
  private awaited = 0;
  private outputPort = 0xc0 | OUTPUT_NO_RESET | OUTPUT_A20;
  /** The keyboard has sent the release prefix. */
  private released = false;

  constructor(clock: Clock, line: InterruptLine, lines: SystemLines) {
    this.line = line;
    this.lines = lines;
    this.keyboard = new Keyboard(clock, (byte) => this.fromKeyboard(byte));
    this.ram[0] = MODE_TRANSLATE | MODE_AUXILIARY_OFF | MODE_SYSTEM | MODE_INTERRUPT;
  }

  private get mode(): number {
    return this.ram[0];
  }

  readPort(port: number): number {
    const value = this.peekPort(port);
    if ((port & 4) === 0 && this.full) {
      this.full = false;
      this.outputFlags = 0;
      this.line.lower();
      this.keyboard.ready();
    }
    return value;
  }

  peekPort(port: number): number {
    if ((port & 4) === 0) {
      return this.output;
    }
    return (
      STATUS_NOT_LOCKED |
      this.outputFlags |
      (this.full ? STATUS_OUTPUT_FULL : 0) |
      ((this.mode & MODE_SYSTEM) !== 0 ? STATUS_SYSTEM : 0) |
      (this.afterCommand ? STATUS_COMMAND : 0)
    );
  }

  writePort(port: number, value: number): void {
    this.afterCommand = (port & 4) !== 0;
    if (this.afterCommand) {
      this.command(value);
      return;
    }
    const command = this.awaited;
    this.awaited = 0;
    if (command === 0) {
      this.ram[0] &= ~MODE_KEYBOARD_OFF;
      this.keyboard.receive(value);
    } else {
      this.argument(command, value);
    }
  }

  private argument(command: number, value: number): void {
    switch (command) {
      case 0xd1:
        this.writeOutputPort(value);
        break;
      case 0xd2:
        this.answer(value);
        break;
      case 0xd3:
        this.answer(value, STATUS_AUXILIARY);
        break;
      case 0xd4: // to a device that is not there: it does not answer in time
        this.answer(RESEND, STATUS_AUXILIARY | STATUS_TIMEOUT);
        break;
      default:
        this.ram[command & 0x1f] = command === 0x60 ? value | MODE_AUXILIARY_OFF : value;
        this.updateLine();
        this.keyboard.ready();
    }
  }

  private command(value: number): void {
    this.awaited = 0;
    if (value >= 0xf0) {
      this.writeOutputPort(this.outputPort & (value | 0xf0)); // pulses the lines whose bits are 0
      this.outputPort |= OUTPUT_NO_RESET;
    } else if ((value & 0xe0) === 0x20) {
      this.answer(this.ram[value & 0x1f]);
    } else if ((value & 0xe0) === 0x60 || (value >= 0xd1 && value <= 0xd4)) {
      this.awaited = value;
    } else {
      this.plainCommand(value);
    }
  }

  private plainCommand(value: number): void {
    switch (value) {
      case 0xa9: // test of the second port
        this.answer(CLOCK_LINE_LOW);
        break;
      case 0xaa:
        this.ram[0] |= MODE_SYSTEM;
        this.answer(SELF_TEST_PASSED);
        break;
      case 0xab: // test of the keyboard's lines
        this.answer(0);
        break;
      case 0xad:
        this.ram[0] |= MODE_KEYBOARD_OFF;
        break;
      case 0xae:
        this.ram[0] &= ~MODE_KEYBOARD_OFF;
        this.keyboard.ready();
        break;
      case 0xc0: // the input port: not locked, a colour display
        this.answer(0x80);
        break;
      case 0xd0:
        this.answer(this.outputPort | (this.full ? 0x10 : 0));
        break;
      case 0xdd:
      case 0xdf:
        this.setA20(value === 0xdf);
        break;
      case 0xe0: // the keyboard's clock and data lines
        this.answer(0);
        break;
      default:
        break; // A7 and A8 are about the second port
    }
  }

  private writeOutputPort(value: number): void {
    this.outputPort = value;
    this.setA20((value & OUTPUT_A20) !== 0);
    if ((value & OUTPUT_NO_RESET) === 0) {
      this.lines.reset();
    }
  }

  private setA20(open: boolean): void {
    this.outputPort = open ? this.outputPort | OUTPUT_A20 : this.outputPort & ~OUTPUT_A20;
    this.lines.setA20(open);
  }

  private answer(byte: number, flags = 0): void {
    this.output = byte;
    this.full = true;
    this.outputFlags = flags;
    this.updateLine();
  }

  private updateLine(): void {
    const isKeyboard = (this.outputFlags & STATUS_AUXILIARY) === 0;
    if (this.full && isKeyboard && (this.mode & MODE_INTERRUPT) !== 0) {
      this.line.raise();
    } else {
      this.line.lower();
    }
  }

  /** Takes a byte from the cable, unless the buffer is full or the keyboard switched off. */
  private fromKeyboard(byte: number): boolean {
    if (this.full || (this.mode & MODE_KEYBOARD_OFF) !== 0) {
      return false;
    }
    if ((this.mode & MODE_TRANSLATE) === 0) {
      this.answer(byte);
    } else if (byte === RELEASE) {
      this.released = true; // becomes bit 7 of the next code
    } else {
      this.answer(toSet1(byte) | (this.released ? 0x80 : 0));
      this.released = false;
    }
    return true;
  }

  snapshot(): I8042Snapshot {
    const { output, full, outputFlags, afterCommand, awaited, outputPort, released } = this;
    const buffer = { output, full, outputFlags, afterCommand, awaited, outputPort, released };
    return { ram: [...this.ram], ...buffer, keyboard: this.keyboard.snapshot() };
  }

  restore(from: I8042Snapshot): void {
    this.ram.set(from.ram);
    this.output = from.output;
    this.full = from.full;
    this.outputFlags = from.outputFlags;
    this.afterCommand = from.afterCommand;
    this.awaited = from.awaited;
    this.outputPort = from.outputPort;
    this.released = from.released;
    this.keyboard.restore(from.keyboard);
  }
}
