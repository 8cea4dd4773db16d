// The PC's way to tell of an x87 error while CR0.NE is clear (SDM vol. 1, 8.7.2 and D.2): FERR# sets a latch that asks
// for interrupt 13; a write to port F0h clears it and lets the processor ignore the error (IGNNE#) until it is gone.
import type { InterruptLine, PortDevice } from './device.ts';

export class NumericErrorLatch implements PortDevice {
  private readonly line: InterruptLine;
  private readonly processor: { ignoresNumericError: boolean };

  constructor(line: InterruptLine, processor: { ignoresNumericError: boolean }) {
    this.line = line;
    this.processor = processor;
  }

  raise(): void {
    this.line.raise();
  }

  readPort(): number {
    return 0xff;
  }

  peekPort(): number {
    return 0xff;
  }

  writePort(): void {
    this.line.lower();
    this.processor.ignoresNumericError = true;
  }
}
