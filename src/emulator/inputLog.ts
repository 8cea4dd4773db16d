// Every input of a running machine with the moment it came in. The same image, options and log give bit-identical
// state; time travel stands on this. Serial input is pushed by the host; sectors are pulled by the guest's reads.

interface InputMoment {
  readonly instructionCount: number;
  readonly cycle: number;
}

export interface SerialInput extends InputMoment {
  readonly kind: 'serial';
  /** The events and interrupts of this very cycle had already been looked at. */
  readonly afterBoundary: boolean;
  readonly port: number;
  /** Bytes received, or undefined: the host closed its end. */
  readonly bytes: readonly number[] | undefined;
}

/** Keys of the keyboard. */
export interface KeyInput extends InputMoment {
  readonly kind: 'keys';
  readonly afterBoundary: boolean;
  /** Scan codes of set 2. */
  readonly codes: readonly number[];
}

export interface SectorInput extends InputMoment {
  readonly kind: 'sector';
  readonly disk: number;
  readonly sector: number;
  /** 512 bytes, never to be changed, or undefined: the host could not read them. */
  readonly bytes: Uint8Array | undefined;
}

/** Inputs that the host pushes. */
export type PushedInput = SerialInput | KeyInput;

export type InputEntry = PushedInput | SectorInput;

export interface InputLog {
  readonly version: 3;
  readonly entries: readonly InputEntry[];
}

const isSector = (entry: InputEntry): entry is SectorInput => entry.kind === 'sector';

/** A log being fed into a machine again. */
export class InputReplay {
  private readonly entries: readonly InputEntry[];
  private readonly pushed: readonly PushedInput[];
  private readonly sectors: readonly SectorInput[];
  private pushedPosition = 0;
  private sectorPosition = 0;

  /** `done`: how many of the entries the machine has already received. */
  constructor(log: InputLog, done: number) {
    this.entries = log.entries;
    this.pushed = log.entries.filter((entry) => entry.kind !== 'sector');
    this.sectors = log.entries.filter(isSector);
    this.moveTo(done);
  }

  /** After a restore the machine has received fewer, or more. */
  moveTo(done: number): void {
    this.sectorPosition = this.entries.slice(0, done).filter(isSector).length;
    this.pushedPosition = Math.min(done, this.entries.length) - this.sectorPosition;
  }

  /** The pushed input that comes next. */
  get next(): PushedInput | undefined {
    return this.pushed[this.pushedPosition];
  }

  advance(): void {
    this.pushedPosition++;
  }

  /** The sector if the log has it at this moment; else undefined, and the run goes on beyond the log. */
  takeSector(disk: number, sector: number, instructionCount: number): SectorInput | undefined {
    const entry = this.sectors.at(this.sectorPosition);
    const isIt =
      entry?.disk === disk &&
      entry.sector === sector &&
      entry.instructionCount === instructionCount;
    this.sectorPosition += isIt ? 1 : 0;
    return isIt ? entry : undefined;
  }
}
