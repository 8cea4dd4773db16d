// The VGA in mode 3, text of 80 columns and 25 lines (IBM VGA Technical Reference; ports 3B0h to 3DFh): every register
// that a kernel programs keeps what it was given, the retrace runs with the clock. The text itself is plain memory at
// 0xB8000, character and attribute by turns. Graphics modes and planes are not there.
import { type Clock, CYCLES_PER_SECOND } from '../clock.ts';
import type { PortDevice } from './device.ts';

const FRAME_CYCLES = Math.floor(CYCLES_PER_SECOND / 70);
const LINES = 449;
const VISIBLE_LINES = 400;
const RETRACE_LINES = [412, 414] as const;
const STATUS_BLANKED = 0x01;
const STATUS_RETRACE = 0x08;
const MISCELLANEOUS = 0x67; // colour addresses, memory on, 28 MHz, 400 lines

/** An index port with its registers behind the port after it: how many, and what a BIOS puts there for mode 3. */
interface Bank {
  readonly name: string;
  readonly initial: readonly number[];
}

// prettier-ignore
const BANKS = {
  crtc: { name: 'crtc', initial: [
    0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81, 0xbf, 0x1f, 0x00, 0x4f, 0x0d, 0x0e, 0x00, 0x00, 0x00, 0x00,
    0x9c, 0x8e, 0x8f, 0x28, 0x1f, 0x96, 0xb9, 0xa3, 0xff,
  ] },
  sequencer: { name: 'sequencer', initial: [0x03, 0x00, 0x03, 0x00, 0x02] },
  graphics: { name: 'graphics', initial: [0x00, 0x00, 0x00, 0x00, 0x00, 0x10, 0x0e, 0x00, 0xff] },
  attribute: { name: 'attribute', initial: [
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14, 0x07, 0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f,
    0x0c, 0x00, 0x0f, 0x08, 0x00,
  ] },
} as const satisfies Record<string, Bank>;

type BankName = keyof typeof BANKS;
const NAMES = Object.keys(BANKS) as BankName[];

export interface VgaSnapshot {
  readonly registers: Readonly<Record<BankName, readonly number[]>>;
  readonly indexes: Readonly<Record<BankName, number>>;
  readonly attributeIndexNext: boolean;
  readonly miscellaneous: number;
  readonly palette: readonly number[];
  readonly paletteMask: number;
  readonly paletteRead: number;
  readonly paletteWrite: number;
}

export class Vga implements PortDevice {
  private readonly clock: Clock;
  private readonly registers = Object.fromEntries(
    NAMES.map((name) => [name, Uint8Array.from(BANKS[name].initial)]),
  ) as Record<BankName, Uint8Array>;
  private indexes: Record<BankName, number> = {
    crtc: 0,
    sequencer: 0,
    graphics: 0,
    attribute: 0x20,
  };
  /** The next byte at 3C0h is an index. */
  private attributeIndexNext = true;
  private miscellaneous = MISCELLANEOUS;
  private readonly palette = new Uint8Array(768);
  private paletteMask = 0xff;
  private paletteRead = 0;
  private paletteWrite = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** First character on the screen, and that with the cursor, counted from 0xB8000. */
  get start(): number {
    return (this.registers.crtc[0x0c] << 8) | this.registers.crtc[0x0d];
  }

  get cursor(): number {
    return (this.registers.crtc[0x0e] << 8) | this.registers.crtc[0x0f];
  }

  get cursorVisible(): boolean {
    const [start, end] = this.registers.crtc.subarray(0x0a, 0x0c);
    return (start & 0x20) === 0 && (start & 0x1f) <= (end & 0x1f);
  }

  /** Characters from the beginning of one line to that of the next. */
  get lineLength(): number {
    return this.registers.crtc[0x13] * 2;
  }

  private bankAt(port: number): BankName | undefined {
    switch (port & ~1) {
      case 0x3b4:
      case 0x3d4:
        return 'crtc';
      case 0x3c4:
        return 'sequencer';
      case 0x3ce:
        return 'graphics';
      default:
        return undefined;
    }
  }

  readPort(port: number): number {
    const value = this.peekPort(port);
    if (port === 0x3da || port === 0x3ba) {
      this.attributeIndexNext = true;
    } else if (port === 0x3c9) {
      this.paletteRead = (this.paletteRead + 1) % this.palette.length;
    }
    return value;
  }

  peekPort(port: number): number {
    const bank = this.bankAt(port);
    if (bank !== undefined) {
      const index = this.indexes[bank];
      return (port & 1) === 0 ? index : (this.registers[bank][index] ?? 0xff);
    }
    switch (port) {
      case 0x3c0:
        return this.indexes.attribute;
      case 0x3c1:
        return this.registers.attribute[this.indexes.attribute & 0x1f] ?? 0;
      case 0x3c2: // the switches: a colour display
        return 0x10;
      case 0x3c6:
        return this.paletteMask;
      case 0x3c7:
        return 0;
      case 0x3c8:
        return Math.floor(this.paletteWrite / 3);
      case 0x3c9:
        return this.palette[this.paletteRead];
      case 0x3cc:
        return this.miscellaneous;
      case 0x3ba:
      case 0x3da:
        return this.status;
      default:
        return 0xff;
    }
  }

  private get status(): number {
    const line = Math.floor(((this.clock.cycles % FRAME_CYCLES) * LINES) / FRAME_CYCLES);
    const column = (((this.clock.cycles % FRAME_CYCLES) * LINES) / FRAME_CYCLES) % 1;
    const blanked = line >= VISIBLE_LINES || column >= 0.8;
    const retrace = line >= RETRACE_LINES[0] && line < RETRACE_LINES[1];
    return (blanked ? STATUS_BLANKED : 0) | (retrace ? STATUS_RETRACE : 0);
  }

  writePort(port: number, value: number): void {
    const bank = this.bankAt(port);
    if (bank === undefined) {
      this.writePlain(port, value);
    } else if ((port & 1) === 0) {
      this.indexes[bank] = value;
    } else {
      this.writeRegister(bank, value);
    }
  }

  private writeRegister(bank: BankName, value: number): void {
    const index = this.indexes[bank];
    const { crtc } = this.registers;
    // Bit 7 of register 11h protects the first eight, but for one bit.
    if (bank === 'crtc' && index < 8 && (crtc[0x11] & 0x80) !== 0) {
      crtc[7] = index === 7 ? (crtc[7] & ~0x10) | (value & 0x10) : crtc[7];
      return;
    }
    this.registers[bank][index] = value; // beyond the last register nothing is kept
  }

  private writePlain(port: number, value: number): void {
    switch (port) {
      case 0x3c0:
        if (this.attributeIndexNext) {
          this.indexes.attribute = value & 0x3f;
        } else {
          this.registers.attribute[this.indexes.attribute & 0x1f] = value;
        }
        this.attributeIndexNext = !this.attributeIndexNext;
        break;
      case 0x3c2:
        this.miscellaneous = value;
        break;
      case 0x3c6:
        this.paletteMask = value;
        break;
      case 0x3c7:
        this.paletteRead = value * 3;
        break;
      case 0x3c8:
        this.paletteWrite = value * 3;
        break;
      case 0x3c9:
        this.palette[this.paletteWrite] = value & 0x3f;
        this.paletteWrite = (this.paletteWrite + 1) % this.palette.length;
        break;
      default:
        break;
    }
  }

  snapshot(): VgaSnapshot {
    const lists = NAMES.map((name) => [name, [...this.registers[name]]]);
    const { attributeIndexNext, miscellaneous, paletteMask, paletteRead, paletteWrite } = this;
    return {
      registers: Object.fromEntries(lists) as VgaSnapshot['registers'],
      indexes: { ...this.indexes },
      ...{ attributeIndexNext, miscellaneous, paletteMask, paletteRead, paletteWrite },
      palette: [...this.palette],
    };
  }

  restore(from: VgaSnapshot): void {
    NAMES.forEach((name) => {
      this.registers[name].set(from.registers[name]);
    });
    this.indexes = { ...from.indexes };
    this.attributeIndexNext = from.attributeIndexNext;
    this.miscellaneous = from.miscellaneous;
    this.palette.set(from.palette);
    this.paletteMask = from.paletteMask;
    this.paletteRead = from.paletteRead;
    this.paletteWrite = from.paletteWrite;
  }
}
