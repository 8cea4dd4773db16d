// PCI configuration mechanism 1 (PCI Local Bus Specification 2.1, 3.7.4.1): an address at CF8h, a window of four bytes
// at CFCh, and behind it the functions of bus 0 with their configuration headers. Byte CF9h of the same row resets.
import type { PortDevice } from './device.ts';

const ADDRESS = 0xcf8;
const RESET = 0xcf9;
const ENABLE = 0x8000_0000;
const RESET_PROCESSOR = 0x04;

/** A function's 256 bytes, and which bits of each doubleword the guest may change. */
export interface PciFunction {
  readonly device: number;
  readonly function: number;
  readonly words: Readonly<Record<number, number>>;
  readonly writable: Readonly<Record<number, number>>;
}

export interface PciSnapshot {
  readonly address: number;
  readonly resetControl: number;
  readonly spaces: readonly (readonly number[])[];
}

export class PciHost implements PortDevice {
  private address = 0;
  private resetControl = 0;
  private readonly functions: readonly PciFunction[];
  private readonly spaces: readonly Uint32Array[];
  private readonly reset: () => void;

  constructor(functions: readonly PciFunction[], reset: () => void) {
    this.functions = functions;
    this.reset = reset;
    this.spaces = functions.map(({ words }) => {
      const space = new Uint32Array(64);
      Object.entries(words).forEach(([offset, word]) => {
        space[Number(offset) >> 2] = word;
      });
      return space;
    });
  }

  private get selected(): number {
    if ((this.address & ENABLE) === 0 || ((this.address >>> 16) & 0xff) !== 0) {
      return -1;
    }
    const device = (this.address >>> 11) & 31;
    const number = (this.address >>> 8) & 7;
    return this.functions.findIndex((it) => it.device === device && it.function === number);
  }

  readPort(port: number, width: number): number {
    if (port === ADDRESS && width === 32) {
      return this.address >>> 0;
    }
    if (port < ADDRESS + 4) {
      return port === RESET ? this.resetControl : 0xffff_ffff >>> (32 - width);
    }
    const { selected } = this;
    const word = selected < 0 ? 0xffff_ffff : this.spaces[selected][(this.address >> 2) & 63];
    return (word >>> ((port & 3) * 8)) & (0xffff_ffff >>> (32 - width));
  }

  peekPort(port: number): number {
    return this.readPort(port, 8) & 0xff;
  }

  writePort(port: number, value: number, width: number): void {
    if (port === ADDRESS && width === 32) {
      this.address = (value & 0x80ff_fffc) >>> 0;
    } else if (port === RESET) {
      this.writeReset(value & 0xff);
    } else if (port >= ADDRESS + 4) {
      this.writeData(port & 3, value, width);
    }
  }

  /** Bit 2 going up resets, warm or cold. */
  private writeReset(value: number): void {
    const rises = (value & ~this.resetControl & RESET_PROCESSOR) !== 0;
    this.resetControl = value & 0x0e;
    if (rises) {
      this.reset();
    }
  }

  private writeData(byte: number, value: number, width: number): void {
    const { selected } = this;
    if (selected < 0) {
      return;
    }
    const offset = this.address & 0xfc;
    const lanes = ((0xffff_ffff >>> (32 - width)) << (byte * 8)) >>> 0;
    const mask = lanes & (this.functions[selected].writable[offset] ?? 0);
    const space = this.spaces[selected];
    space[offset >> 2] = (space[offset >> 2] & ~mask) | ((value << (byte * 8)) & mask);
  }

  snapshot(): PciSnapshot {
    const { address, resetControl } = this;
    return { address, resetControl, spaces: this.spaces.map((space) => [...space]) };
  }

  restore(from: PciSnapshot): void {
    this.address = from.address;
    this.resetControl = from.resetControl;
    this.spaces.forEach((space, index) => {
      space.set(from.spaces[index]);
    });
  }
}
