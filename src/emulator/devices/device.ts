// What every chip on the bus is, and what it may receive: an interrupt line. A device knows nothing of the machine.

export interface PortDevice {
  /** A read by the guest; `width` is 8 unless the device takes wider accesses. */
  readPort(port: number, width: number): number;
  writePort(port: number, value: number, width: number): void;
  /** What a read would give, without its side effects. */
  peekPort(port: number): number;
}

/** One input of an interrupt controller. */
export interface InterruptLine {
  raise(): void;
  lower(): void;
}
