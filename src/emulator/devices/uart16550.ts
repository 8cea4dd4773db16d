// National PC16550D serial port (data sheet): FIFOs with trigger levels and character timeout, interrupt
// identification, modem lines, loopback. Bytes leave at once; what the host sends waits in a queue behind the receiver
// FIFO, so that it never overruns but in loopback. OUT2 gates the interrupt on the PC/AT's card; later boards have it ungated.
import { type Clock, CYCLES_PER_SECOND, type Timer } from '../clock.ts';
import type { InterruptLine, PortDevice } from './device.ts';

const IER_RECEIVED = 0x01; // ERBFI
const IER_TRANSMIT_EMPTY = 0x02; // ETBEI
const IER_LINE_STATUS = 0x04; // ELSI
const IER_MODEM = 0x08; // EDSSI
const LCR_DLAB = 0x80;
const MCR_DTR = 0x01;
const MCR_RTS = 0x02;
const MCR_OUT1 = 0x04;
const MCR_OUT2 = 0x08;
const MCR_LOOP = 0x10;
const LSR_DATA_READY = 0x01;
const LSR_OVERRUN = 0x02;
const LSR_THRE = 0x20;
const LSR_TEMT = 0x40;
const MSR_CTS = 0x10;
const MSR_DSR = 0x20;
const MSR_RI = 0x40;
const MSR_DCD = 0x80;
const FIFO_SIZE = 16;
const FIFO_ENABLED = 0x01;
const FIFO_TRIGGERS = [1, 4, 8, 14];
const IIR_LINE_STATUS = 0x06;
const IIR_RECEIVED = 0x04;
const IIR_TIMEOUT = 0x0c;
const IIR_TRANSMIT_EMPTY = 0x02;
const IIR_MODEM = 0x00;
const IIR_NONE = 0x01;
const BAUD_CLOCK = 115_200;
/** Four characters of ten bits without a read or a new byte. */
const TIMEOUT_BITS = 40;

export interface UartSnapshot {
  readonly fifo: readonly number[];
  readonly waiting: readonly number[];
  readonly ier: number;
  readonly lcr: number;
  readonly mcr: number;
  readonly lsr: number;
  readonly scratch: number;
  readonly divisor: number;
  readonly fifoControl: number;
  readonly deltas: number;
  readonly carrier: boolean;
  readonly terminal: boolean;
  readonly transmitPending: boolean;
  readonly timedOut: boolean;
}

export class Uart16550 implements PortDevice {
  private fifo: number[] = [];
  private waiting: number[] = [];
  private ier = 0;
  private lcr = 0;
  private mcr = 0;
  private lsr = LSR_THRE | LSR_TEMT;
  private scratch = 0;
  private divisor = 12;
  private fifoControl = 0;
  private deltas = 0;
  private carrier = true;
  private terminal: boolean;
  private transmitPending = false;
  private timedOut = false;
  private readonly clock: Clock;
  private readonly timeout: Timer;
  private readonly gated: boolean;
  private readonly line: InterruptLine;
  private readonly transmit: (byte: number) => void;

  /** `name` is that of its timer: another for each port. `gated`: no interrupt without OUT2. */
  constructor(
    name: string,
    clock: Clock,
    line: InterruptLine,
    gated: boolean,
    terminal: boolean,
    transmit: (byte: number) => void,
  ) {
    this.clock = clock;
    this.timeout = clock.createTimer(name, () => {
      this.timedOut = true;
      this.update();
    });
    this.line = line;
    this.gated = gated;
    this.terminal = terminal;
    this.transmit = transmit;
  }

  /** Bytes from the host. */
  receive(bytes: Uint8Array): void {
    this.waiting.push(...bytes);
    this.refill();
    this.restartTimeout();
    this.update();
  }

  private get capacity(): number {
    return (this.fifoControl & FIFO_ENABLED) !== 0 ? FIFO_SIZE : 1;
  }

  /** Bytes in the FIFO from which on it interrupts. */
  private get trigger(): number {
    const { fifoControl } = this;
    return (fifoControl & FIFO_ENABLED) !== 0 ? FIFO_TRIGGERS[fifoControl >> 6] : 1;
  }

  /** Fewer bytes than the trigger level interrupt after a while. */
  private restartTimeout(): void {
    this.timedOut = false;
    if (this.fifo.length > 0 && this.fifo.length < this.trigger) {
      const seconds = (TIMEOUT_BITS * Math.max(1, this.divisor)) / BAUD_CLOCK;
      this.timeout.set(this.clock.cycles + Math.ceil(seconds * CYCLES_PER_SECOND));
    } else if (this.timeout.deadline !== Infinity) {
      this.timeout.cancel();
    }
  }

  /** The host's end of input: the carrier drops once the last byte has been read. */
  close(): void {
    if (this.carrier) {
      this.carrier = false;
      this.dropCarrierIfDrained();
      this.update();
    }
  }

  private dropCarrierIfDrained(): void {
    if (!this.carrier && this.fifo.length + this.waiting.length === 0) {
      this.deltas |= MSR_DCD >> 4;
    }
  }

  private refill(): void {
    const moved = this.waiting.splice(0, Math.max(0, this.capacity - this.fifo.length));
    this.fifo.push(...moved);
  }

  readPort(port: number): number {
    const register = port & 7;
    const value = this.peekPort(port);
    if (register === 0 && (this.lcr & LCR_DLAB) === 0) {
      if (this.fifo.shift() !== undefined) {
        this.refill();
        this.dropCarrierIfDrained();
      }
      this.restartTimeout();
    } else if (register === 2 && (value & 0xf) === IIR_TRANSMIT_EMPTY) {
      this.transmitPending = false;
    } else if (register === 5) {
      this.lsr &= ~LSR_OVERRUN;
    } else if (register === 6) {
      this.deltas = 0;
    }
    this.update();
    return value;
  }

  peekPort(port: number): number {
    const latch = (this.lcr & LCR_DLAB) !== 0;
    switch (port & 7) {
      case 0:
        return latch ? this.divisor & 0xff : (this.fifo[0] ?? 0);
      case 1:
        return latch ? this.divisor >> 8 : this.ier;
      case 2:
        return this.identification() | ((this.fifoControl & 1) !== 0 ? 0xc0 : 0);
      case 3:
        return this.lcr;
      case 4:
        return this.mcr;
      case 5:
        return this.lsr | (this.fifo.length > 0 ? LSR_DATA_READY : 0);
      case 6:
        return this.modemStatus();
      default:
        return this.scratch;
    }
  }

  private modemStatus(): number {
    return this.modemLines() | this.deltas;
  }

  private modemLines(): number {
    if ((this.mcr & MCR_LOOP) !== 0) {
      return (
        ((this.mcr & MCR_RTS) !== 0 ? MSR_CTS : 0) |
        ((this.mcr & MCR_DTR) !== 0 ? MSR_DSR : 0) |
        ((this.mcr & MCR_OUT1) !== 0 ? MSR_RI : 0) |
        ((this.mcr & MCR_OUT2) !== 0 ? MSR_DCD : 0)
      );
    }
    const input = this.carrier || this.fifo.length + this.waiting.length > 0;
    return MSR_CTS | (input ? MSR_DCD : 0) | (this.terminal ? MSR_DSR : 0);
  }

  /** In loopback the outputs are the inputs; of the ring indicator only its end counts (TERI). */
  private writeModemControl(value: number): void {
    const before = this.modemLines();
    this.mcr = value & 0x1f;
    if ((value & MCR_LOOP) !== 0) {
      const after = this.modemLines();
      const changed = (before ^ after) & ~(after & MSR_RI);
      this.deltas |= changed >> 4;
    }
  }

  writePort(port: number, value: number): void {
    const latch = (this.lcr & LCR_DLAB) !== 0;
    switch (port & 7) {
      case 0:
        this.writeData(value, latch);
        break;
      case 1:
        this.writeEnable(value, latch);
        break;
      case 2:
        this.fifoControl = value & 0xc9;
        if ((value & 2) !== 0) {
          this.fifo = [];
        }
        this.refill();
        this.restartTimeout();
        break;
      case 3:
        this.lcr = value;
        break;
      case 4:
        this.writeModemControl(value);
        break;
      case 7:
        this.scratch = value;
        break;
      default:
        break;
    }
    this.update();
  }

  private writeData(value: number, latch: boolean): void {
    if (latch) {
      this.divisor = (this.divisor & 0xff00) | value;
      return;
    }
    if ((this.mcr & MCR_LOOP) !== 0) {
      this.loopBack(value);
    } else {
      this.transmit(value);
    }
    this.transmitPending = true;
  }

  /** A full FIFO keeps what it has; without it the new byte takes the place of the old one. */
  private loopBack(value: number): void {
    if (this.fifo.length < this.capacity) {
      this.fifo.push(value);
    } else {
      this.lsr |= LSR_OVERRUN;
      this.fifo = this.capacity === 1 ? [value] : this.fifo;
    }
    this.restartTimeout();
  }

  private writeEnable(value: number, latch: boolean): void {
    if (latch) {
      this.divisor = (this.divisor & 0xff) | (value << 8);
      return;
    }
    // Enabling the transmitter interrupt while the register is empty raises it at once.
    if ((value & ~this.ier & IER_TRANSMIT_EMPTY) !== 0) {
      this.transmitPending = true;
    }
    this.ier = value & 0xf;
  }

  /** The interrupt of highest priority, as bits 3-0 of IIR. */
  private identification(): number {
    if ((this.ier & IER_LINE_STATUS) !== 0 && (this.lsr & LSR_OVERRUN) !== 0) {
      return IIR_LINE_STATUS;
    }
    if ((this.ier & IER_RECEIVED) !== 0 && this.fifo.length >= this.trigger) {
      return IIR_RECEIVED;
    }
    if ((this.ier & IER_RECEIVED) !== 0 && this.timedOut) {
      return IIR_TIMEOUT;
    }
    if ((this.ier & IER_TRANSMIT_EMPTY) !== 0 && this.transmitPending) {
      return IIR_TRANSMIT_EMPTY;
    }
    return (this.ier & IER_MODEM) !== 0 && this.deltas !== 0 ? IIR_MODEM : IIR_NONE;
  }

  private update(): void {
    const isLetOut = !this.gated || (this.mcr & MCR_OUT2) !== 0;
    if (this.identification() !== IIR_NONE && isLetOut) {
      this.line.raise();
    } else {
      this.line.lower();
    }
  }

  snapshot(): UartSnapshot {
    const { ier, lcr, mcr, lsr, scratch, divisor, fifoControl, deltas } = this;
    const { carrier, terminal, transmitPending, timedOut } = this;
    const lists = { fifo: [...this.fifo], waiting: [...this.waiting] };
    const registers = { ier, lcr, mcr, lsr, scratch, divisor, fifoControl, deltas };
    return { ...lists, ...registers, carrier, terminal, transmitPending, timedOut };
  }

  restore(from: UartSnapshot): void {
    Object.assign(this, from);
    this.fifo = [...from.fifo];
    this.waiting = [...from.waiting];
  }
}

/** Two ports share an interrupt line on the PC: it is up while either wants it. */
export class SharedLine {
  private wanted = 0;
  private readonly line: InterruptLine;

  constructor(line: InterruptLine) {
    this.line = line;
  }

  input(number: number): InterruptLine {
    return {
      raise: () => {
        this.wanted |= 1 << number;
        this.line.raise();
      },
      lower: () => {
        this.wanted &= ~(1 << number);
        if (this.wanted === 0) {
          this.line.lower();
        }
      },
    };
  }

  get snapshot(): number {
    return this.wanted;
  }

  restore(wanted: number): void {
    this.wanted = wanted;
  }
}
