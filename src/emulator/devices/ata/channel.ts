// The primary ATA channel of a PC: command block at 0x1F0, control block at 0x3F6, IRQ 14, one or two drives. Both see
// every write to the registers; the one that is selected answers (ATA/ATAPI-4, section 7.1).
import type { InterruptLine, PortDevice } from '../device.ts';
import type { AtaDrive, AtaDriveSnapshot } from './drive.ts';
import * as ata from './registers.ts';

export interface AtaSnapshot {
  readonly selected: number;
  readonly control: number;
  readonly drives: readonly AtaDriveSnapshot[];
}

export class AtaChannel {
  private readonly line: InterruptLine;
  private drives: readonly AtaDrive[] = [];
  private selected = 0;
  private control = 0;
  /** The data register takes 16 and 32 bits at once. */
  readonly data: PortDevice;
  /** Registers 1 to 7 of the command block. */
  readonly commandBlock: PortDevice;
  /** The alternate status and device control register. */
  readonly controlBlock: PortDevice;

  constructor(line: InterruptLine) {
    this.line = line;
    this.data = {
      readPort: (_port, width) => this.readData(width),
      writePort: (_port, value, width) => {
        this.writeData(value, width);
      },
      peekPort: () => 0,
    };
    this.commandBlock = {
      readPort: (port) => this.drive?.read(port & 7) ?? 0,
      writePort: (port, value) => {
        this.writeRegister(port & 7, value);
      },
      peekPort: (port) => this.drive?.peek(port & 7) ?? 0,
    };
    this.controlBlock = {
      readPort: () => this.drive?.peek(ata.STATUS) ?? 0,
      writePort: (_port, value) => {
        this.writeControl(value);
      },
      peekPort: () => this.drive?.peek(ata.STATUS) ?? 0,
    };
  }

  /** Device 0, or devices 0 and 1. Once, before anything runs. */
  attach(drives: readonly AtaDrive[]): void {
    this.drives = drives;
  }

  /** Undefined: the guest has selected a device that is not there; zeroes are read for it. */
  private get drive(): AtaDrive | undefined {
    return this.drives[this.selected];
  }

  private readData(width: number): number {
    const low = this.drive?.readData() ?? 0;
    return width === 32 ? (low | ((this.drive?.readData() ?? 0) << 16)) >>> 0 : low;
  }

  private writeData(value: number, width: number): void {
    this.drive?.writeData(value & 0xffff);
    if (width === 32) {
      this.drive?.writeData(value >>> 16);
    }
  }

  private writeRegister(register: number, value: number): void {
    if (register === ata.STATUS) {
      this.command(value);
      return;
    }
    if (register === ata.DEVICE) {
      if (this.drive?.isBusy === true) {
        return;
      }
      this.selected = (value & ata.DEVICE_DEV) === 0 ? 0 : 1;
    }
    for (const drive of this.drives) {
      drive.write(register, value);
    }
    this.interruptChanged();
  }

  /** EXECUTE DEVICE DIAGNOSTIC is for both, and device 0 reports. */
  private command(code: number): void {
    if (code === ata.COMMAND.executeDiagnostic) {
      this.selected = 0;
      this.drives.slice(1).forEach((drive) => {
        drive.reset();
      });
    }
    this.drive?.command(code);
  }

  private writeControl(value: number): void {
    if ((value & ata.CONTROL_SRST) !== 0 && (this.control & ata.CONTROL_SRST) === 0) {
      this.selected = 0;
      this.drives.forEach((drive) => {
        drive.reset();
      });
    }
    this.control = value;
    this.interruptChanged();
  }

  /** A drive's INTRQ, the selection or nIEN is another than before. */
  interruptChanged(): void {
    if (this.drive?.interrupt === true && (this.control & ata.CONTROL_NIEN) === 0) {
      this.line.raise();
    } else {
      this.line.lower();
    }
  }

  snapshot(): AtaSnapshot {
    const { selected, control, drives } = this;
    return { selected, control, drives: drives.map((drive) => drive.snapshot()) };
  }

  restore(from: AtaSnapshot): void {
    this.selected = from.selected;
    this.control = from.control;
    this.drives.forEach((drive, number) => {
      drive.restore(from.drives[number]);
    });
  }
}
