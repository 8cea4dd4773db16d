// The configuration that QEMU's firmware finds at ports 510h and 511h (QEMU, docs/specs/fw_cfg): a guest selects an item
// by number and reads its bytes one after the other. No PC has it; guests that were made for QEMU ask it how many
// processors and how much memory there are, and take ones for an answer where it is missing.
import type { PortDevice } from './device.ts';

/** The selector, 16 bits; the data port, 8 bits, is the next one. */
export const CONFIGURATION_PORT = 0x510;
/** Without DMA. */
const TRADITIONAL_INTERFACE = 1;
const PROCESSORS = 1;

export interface FirmwareConfigurationSnapshot {
  readonly selected: number;
  readonly offset: number;
}

export class FirmwareConfiguration implements PortDevice {
  private selected = 0;
  private offset = 0;
  private readonly items: ReadonlyMap<number, readonly number[]>;

  constructor(memorySize: number) {
    this.items = new Map([
      [0x00, [...'QEMU'].map((letter) => letter.charCodeAt(0))],
      [0x01, littleEndian(TRADITIONAL_INTERFACE, 4)],
      [0x03, littleEndian(memorySize, 8)],
      [0x05, littleEndian(PROCESSORS, 2)],
      [0x0f, littleEndian(PROCESSORS, 2)], // as many as there could be
      [0x19, littleEndian(0, 4)], // files
    ]);
  }

  /** Bytes behind an item's end, and items that are not there, read as zero. */
  readPort(port: number): number {
    const value = this.peekPort(port);
    if (port !== CONFIGURATION_PORT) {
      this.offset++;
    }
    return value;
  }

  peekPort(port: number): number {
    return port === CONFIGURATION_PORT ? 0 : (this.items.get(this.selected)?.[this.offset] ?? 0);
  }

  writePort(port: number, value: number, width: number): void {
    if (port === CONFIGURATION_PORT && width === 16) {
      this.selected = value;
      this.offset = 0;
    }
  }

  snapshot(): FirmwareConfigurationSnapshot {
    return { selected: this.selected, offset: this.offset };
  }

  restore(from: FirmwareConfigurationSnapshot): void {
    this.selected = from.selected;
    this.offset = from.offset;
  }
}

/** A value below 2^32. */
function littleEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, index) =>
    index < 4 ? (value >>> (index * 8)) & 0xff : 0,
  );
}
