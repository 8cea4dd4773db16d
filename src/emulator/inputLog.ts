// Every input of a running machine with the moment it came in. The same image, options and log give bit-identical
// state; time travel stands on this.

export interface InputEntry {
  readonly instructionCount: number;
  readonly cycle: number;
  /** The events and interrupts of this very cycle had already been looked at. */
  readonly afterBoundary: boolean;
  readonly port: number;
  /** Bytes received, or undefined: the host closed its end. */
  readonly bytes: readonly number[] | undefined;
}

export interface InputLog {
  readonly version: 1;
  readonly entries: readonly InputEntry[];
}

/** A log being fed into a machine again. */
export class InputReplay {
  private readonly entries: readonly InputEntry[];
  private position: number;

  /** `done`: how many of the entries the machine has already received. */
  constructor(log: InputLog, done: number) {
    this.entries = log.entries;
    this.position = done;
  }

  /** After a restore the machine has received fewer, or more. */
  moveTo(done: number): void {
    this.position = done;
  }

  get next(): InputEntry | undefined {
    return this.entries[this.position];
  }

  advance(): void {
    this.position++;
  }
}
