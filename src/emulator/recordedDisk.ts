// The medium of an ATA drive. What the host's side of a disk gives is an input of the machine: each sector enters the
// input log when the guest reads it first and stays as it was then, whatever the host's file becomes. What the guest
// writes stays in the machine.
import type { InputEntry } from './inputLog.ts';
import type { AtaMedium } from './devices/ata/drive.ts';

export interface DiskSource {
  readonly sectors: number;
  /** Default: the guest may only read. */
  readonly writable?: boolean;
  /** 512 bytes, or undefined: a medium error. Not called for a sector that a replayed log holds. */
  read(sector: number): Uint8Array | undefined;
}

export interface DiskSnapshot {
  /** Sectors that the guest has written, with their bytes. */
  readonly written: readonly (readonly [number, Uint8Array])[];
}

export class RecordedDisk implements AtaMedium {
  readonly sectors: number;
  readonly writable: boolean;
  private readonly input: (sector: number) => Uint8Array | undefined;
  private readonly known = new Map<number, Uint8Array>();
  private readonly written = new Map<number, Uint8Array>();

  /** `input` asks the replayed log or the host, and records the answer. */
  constructor(source: DiskSource, input: (sector: number) => Uint8Array | undefined) {
    this.sectors = source.sectors;
    this.writable = source.writable ?? false;
    this.input = input;
  }

  read(sector: number): Uint8Array | undefined {
    const here = this.written.get(sector) ?? this.known.get(sector);
    if (here !== undefined) {
      return here;
    }
    const bytes = this.input(sector);
    if (bytes !== undefined) {
      this.known.set(sector, bytes);
    }
    return bytes;
  }

  write(sector: number, bytes: Uint8Array): void {
    this.written.set(sector, bytes);
  }

  snapshot(): DiskSnapshot {
    return { written: [...this.written] };
  }

  /** `inputs`: the sectors that the machine had read by then. */
  restore(from: DiskSnapshot, inputs: Iterable<readonly [number, Uint8Array]>): void {
    this.written.clear();
    from.written.forEach(([sector, bytes]) => this.written.set(sector, bytes));
    this.known.clear();
    for (const [sector, bytes] of inputs) {
      this.known.set(sector, bytes);
    }
  }
}

/** What a recording holds of a disk. */
export function* sectorsOf(
  inputs: readonly InputEntry[],
  disk: number,
): Generator<readonly [number, Uint8Array]> {
  for (const entry of inputs) {
    if (entry.kind === 'sector' && entry.disk === disk && entry.bytes !== undefined) {
      yield [entry.sector, entry.bytes];
    }
  }
}
