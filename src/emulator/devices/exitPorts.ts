// The two ports through which a guest ends the machine: 0xF4 as QEMU's isa-debug-exit, 0xF5 for the wait(2) status of
// the first Linux program (guest/README.md). Neither exists on a real PC.
import type { PortDevice } from './device.ts';

export type ExitReason = 'debugExit' | 'powerOff' | 'reset' | 'shutdown';

export class ExitPort implements PortDevice {
  private readonly reason: 'debugExit' | 'powerOff';
  private readonly end: (reason: ExitReason, status: number) => void;

  constructor(reason: 'debugExit' | 'powerOff', end: (reason: ExitReason, status: number) => void) {
    this.reason = reason;
    this.end = end;
  }

  readPort(): number {
    return 0;
  }

  peekPort(): number {
    return 0;
  }

  writePort(_port: number, value: number): void {
    this.end(this.reason, this.reason === 'debugExit' ? ((value << 1) | 1) >>> 0 : value >>> 0);
  }
}
