// The I/O port space: which device answers at which port. A wider access to a byte-wide device becomes bytes, lowest
// address first; nobody answering reads as ones, and is no error on a PC.
import type { PortDevice } from './devices/device.ts';
import type { PortSpace } from './x86/cpu.ts';

/** One row of the machine's port table. */
export interface PortRange {
  readonly first: number;
  readonly count: number;
  readonly device: PortDevice;
  /** Takes 16- and 32-bit accesses whole. */
  readonly wide?: boolean;
}

export class Bus implements PortSpace {
  private readonly ranges = new Map<number, PortRange>();

  connect(table: readonly PortRange[]): void {
    for (const range of table) {
      for (let port = range.first; port < range.first + range.count; port++) {
        if (this.ranges.has(port)) {
          throw new RangeError(`Two devices claim port 0x${port.toString(16)}.`);
        }
        this.ranges.set(port, range);
      }
    }
  }

  readPort(port: number, width: number): number {
    const range = this.ranges.get(port);
    if (range?.wide === true) {
      return range.device.readPort(port, width);
    }
    let value = 0;
    for (let byte = 0; byte < width >> 3; byte++) {
      const answer = this.ranges.get(port + byte)?.device.readPort(port + byte, 8) ?? 0xff;
      value |= (answer & 0xff) << (byte * 8);
    }
    return value;
  }

  writePort(port: number, value: number, width: number): void {
    const range = this.ranges.get(port);
    if (range?.wide === true) {
      range.device.writePort(port, value, width);
      return;
    }
    for (let byte = 0; byte < width >> 3; byte++) {
      const device = this.ranges.get(port + byte)?.device;
      device?.writePort(port + byte, (value >>> (byte * 8)) & 0xff, 8);
    }
  }

  peekPort(port: number): number {
    return this.ranges.get(port)?.device.peekPort(port) ?? 0xff;
  }
}
