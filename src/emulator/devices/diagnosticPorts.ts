// What a ROM without a console speaks through: the POST ports, whose byte names the step it is in, and the port that
// emulators take as a console. Write-only: what was written is the host's, not the machine's state.
import type { PortDevice } from './device.ts';

/** The PC's POST port, and the PS/2's, which CPU suites use. */
export const POST_PORTS = [0x80, 0x190] as const;
export const CONSOLE_PORT = 0xe9;

export class DiagnosticPort implements PortDevice {
  private readonly written: (byte: number) => void;

  constructor(written: (byte: number) => void) {
    this.written = written;
  }

  readPort(): number {
    return 0xff;
  }

  peekPort(): number {
    return 0xff;
  }

  writePort(_port: number, value: number): void {
    this.written(value & 0xff);
  }
}
