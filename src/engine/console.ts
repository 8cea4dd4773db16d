// The guest's serial ports as text streams, made safe to show: escape sequences that would act on the person's
// terminal (window titles, clipboard, links, device control) are dropped; colours and cursor movement pass.

export const SERIAL = { kernel: 0, input: 1, output: 2, error: 3 } as const;

type State = 'text' | 'escape' | 'control' | 'string' | 'stringEscape';

const ESCAPE = 0x1b;
const BELL = 0x07;

/** A filter for one stream; sequences may be cut anywhere between two calls. */
export class ConsoleFilter {
  private state: State = 'text';
  private pending: number[] = [];

  /** The bytes that may be shown. */
  filter(bytes: Uint8Array): Uint8Array {
    const result: number[] = [];
    for (const byte of bytes) {
      this.step(byte, result);
    }
    return Uint8Array.from(result);
  }

  private step(byte: number, result: number[]): void {
    switch (this.state) {
      case 'text':
        this.text(byte, result);
        break;
      case 'escape':
        this.escape(byte, result);
        break;
      case 'control':
        this.pending.push(byte);
        if (byte >= 0x40 && byte <= 0x7e) {
          this.endControl(byte, result);
        }
        break;
      case 'string':
        if (byte === BELL) {
          this.state = 'text';
        } else if (byte === ESCAPE) {
          this.state = 'stringEscape';
        }
        break;
      case 'stringEscape':
        this.state = byte === 0x5c ? 'text' : 'string';
        break;
    }
  }

  private text(byte: number, result: number[]): void {
    if (byte === ESCAPE) {
      this.state = 'escape';
    } else {
      result.push(byte);
    }
  }

  /** After ESC: "[" opens a control sequence; "]", "P", "X", "^" and "_" open strings, which are dropped. */
  private escape(byte: number, result: number[]): void {
    if (byte === 0x5b) {
      this.pending = [ESCAPE, byte];
      this.state = 'control';
    } else if ([0x5d, 0x50, 0x58, 0x5e, 0x5f].includes(byte)) {
      this.state = 'string';
    } else {
      result.push(ESCAPE, byte);
      this.state = 'text';
    }
  }

  /** Window operations (CSI ... t) and reports that the terminal would answer into the guest's input are dropped. */
  private endControl(final: number, result: number[]): void {
    const isDropped = final === 0x74 || final === 0x6e || final === 0x63;
    if (!isDropped && this.pending.length < 64) {
      result.push(...this.pending);
    }
    this.pending = [];
    this.state = 'text';
  }
}

export interface ConsoleSink {
  write(stream: 'stdout' | 'stderr' | 'kernel', bytes: Uint8Array): void;
}

/** Collects the machine's single bytes into runs, so that a stream is not cut inside of a character. */
export class SerialCollector {
  private readonly buffers: number[][] = [[], [], [], []];
  private readonly sink: ConsoleSink;

  constructor(sink: ConsoleSink) {
    this.sink = sink;
  }

  byte(port: number, byte: number): void {
    const buffer = this.buffers[port];
    buffer.push(byte);
    if (byte === 0x0a || buffer.length >= 4096) {
      this.flushPort(port);
    }
  }

  flush(): void {
    for (let port = 0; port < this.buffers.length; port += 1) {
      this.flushPort(port);
    }
  }

  private flushPort(port: number): void {
    const bytes = this.buffers[port];
    if (bytes.length > 0) {
      this.buffers[port] = [];
      const stream =
        port === SERIAL.kernel ? 'kernel' : port === SERIAL.error ? 'stderr' : 'stdout';
      this.sink.write(stream, Uint8Array.from(bytes));
    }
  }
}
