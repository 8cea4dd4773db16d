// The keyboard at the end of its cable (IBM PS/2 Hardware Technical Reference, "Keyboard"): it answers commands and
// sends scan codes of set 2, one byte a millisecond.
import { type Clock, CYCLES_PER_SECOND, type Timer } from '../../clock.ts';

const ACKNOWLEDGE = 0xfa;
const RESEND = 0xfe;
const SELF_TEST_PASSED = 0xaa;
const IDENTIFIER = [0xab, 0x83];
const BYTE_CYCLES = CYCLES_PER_SECOND / 1000;
/** Keys beyond are lost, with an overrun code. */
const BUFFER = 16;
const OVERRUN = 0x00;

export interface KeyboardSnapshot {
  readonly queue: readonly number[];
  readonly typed: readonly number[];
  readonly awaited: number;
  readonly scanning: boolean;
  readonly lights: number;
  readonly last: number;
}

export class Keyboard {
  private queue: number[] = [];
  /** What the host has typed and the keyboard has not looked at yet: a person waits for the machine. */
  private typed: number[] = [];
  /** The command whose argument comes next, or 0. */
  private awaited = 0;
  private scanning = true;
  /** Bit 0 scroll lock, 1 number lock, 2 capitals lock. */
  lights = 0;
  private last = 0;
  private readonly timer: Timer;
  private readonly clock: Clock;
  private readonly deliver: (byte: number) => boolean;

  /** `deliver` is the cable: false if the controller holds the clock line and takes nothing. */
  constructor(clock: Clock, deliver: (byte: number) => boolean) {
    this.clock = clock;
    this.deliver = deliver;
    this.timer = clock.createTimer('keyboard', () => {
      this.sendNext();
    });
  }

  /** Scan codes of set 2 as the keys are pressed and released. */
  press(codes: readonly number[]): void {
    this.typed.push(...codes);
    this.schedule();
  }

  /** A byte of the host computer: a command, or the argument of one. */
  receive(byte: number): void {
    const command = this.awaited;
    this.awaited = 0;
    if (command !== 0) {
      this.argument(command, byte);
    } else {
      this.command(byte);
    }
    this.schedule();
  }

  private argument(command: number, byte: number): void {
    if (command === 0xed) {
      this.lights = byte & 7;
      this.queue.push(ACKNOWLEDGE);
    } else if (command === 0xf0 && byte === 0) {
      this.queue.push(ACKNOWLEDGE, 2);
    } else if (command === 0xf0 && byte !== 2) {
      this.queue.push(RESEND); // it has set 2 alone
    } else {
      this.queue.push(ACKNOWLEDGE);
    }
  }

  private command(byte: number): void {
    switch (byte) {
      case 0xed: // lights
      case 0xf0: // scan-code set
      case 0xf3: // rate and delay
        this.awaited = byte;
        this.queue.push(ACKNOWLEDGE);
        break;
      case 0xee: // echo
        this.queue.push(0xee);
        break;
      case 0xf2:
        this.queue.push(ACKNOWLEDGE, ...IDENTIFIER);
        break;
      case 0xf4:
        this.reset(true, ACKNOWLEDGE);
        break;
      case 0xf5:
        this.reset(false, ACKNOWLEDGE);
        break;
      case 0xf6:
        this.reset(this.scanning, ACKNOWLEDGE);
        break;
      case 0xfe:
        this.queue.unshift(this.last);
        break;
      case 0xff:
        this.reset(true, ACKNOWLEDGE, SELF_TEST_PASSED);
        this.lights = 0;
        break;
      default: // F7 to FD are about set 3
        this.queue.push(byte >= 0xf7 && byte <= 0xfd ? ACKNOWLEDGE : RESEND);
    }
  }

  private reset(scanning: boolean, ...answer: number[]): void {
    this.scanning = scanning;
    this.queue = answer;
  }

  private takeTyped(): void {
    while (this.scanning && this.typed.length > 0 && this.queue.length < BUFFER) {
      this.queue.push(this.typed.shift() ?? OVERRUN);
    }
  }

  private schedule(): void {
    this.takeTyped();
    if (this.queue.length > 0 && this.timer.deadline === Infinity) {
      this.timer.set(this.clock.cycles + BYTE_CYCLES);
    }
  }

  /** The controller can take a byte again. */
  ready(): void {
    this.schedule();
  }

  private sendNext(): void {
    const [byte] = this.queue;
    if (this.queue.length > 0 && this.deliver(byte)) {
      this.last = byte;
      this.queue.shift();
      this.schedule();
    }
  }

  snapshot(): KeyboardSnapshot {
    const { awaited, scanning, lights, last } = this;
    return { queue: [...this.queue], typed: [...this.typed], awaited, scanning, lights, last };
  }

  restore(from: KeyboardSnapshot): void {
    Object.assign(this, from);
    this.queue = [...from.queue];
    this.typed = [...from.typed];
  }
}
