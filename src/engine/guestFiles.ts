// The files that the guest's programs execute: their bytes as the guest has them, and where the host has them. A file
// of the default root stands in the server's memory; one of a root of the person's own is read from the host, as the
// disk's sectors are; what programs have written lies over both.
import type { GuestFile, ProcessMemory } from '../l4linux/processMemory.ts';
import type { ReadMemory } from '../symbols/values.ts';

/** A larger file is not read for its symbols. */
const SIZE_LIMIT = 256 * 1024 * 1024;

export interface StoredFile {
  /** On the host, for messages. */
  readonly path: string;
  /** The first `length` bytes; undefined: they cannot be read. */
  readonly read: (length: number) => Uint8Array | undefined;
}

export interface FoundFile {
  /** The last name of its path, or what it is. */
  readonly path: string;
  /** Undefined: the bytes cannot be had; `problem` says why. */
  readonly bytes: Uint8Array | undefined;
  readonly problem?: string;
}

export class GuestFiles {
  private readonly memory: ProcessMemory;
  private readonly stored: (inode: number) => StoredFile | undefined;
  private readonly bundled: (name: string) => string;

  /** `stored` finds a file of the disk by its inode; `bundled` says where the host has a program of the default root. */
  constructor(
    memory: ProcessMemory,
    stored: (inode: number) => StoredFile | undefined,
    bundled: (name: string) => string,
  ) {
    this.memory = memory;
    this.stored = stored;
    this.bundled = bundled;
  }

  find(file: GuestFile, read: ReadMemory): FoundFile {
    const stored = file.diskBytes > 0 ? this.stored(file.number) : undefined;
    const path = stored?.path ?? this.nameOf(file, read);
    if (file.size > SIZE_LIMIT) {
      return { path, bytes: undefined, problem: `${path} is too large to read its symbols.` };
    }
    const bytes = this.bytesOf(file, stored, read);
    return bytes === undefined
      ? { path, bytes, problem: `${path} cannot be read; it is shown without symbols.` }
      : { path, bytes };
  }

  private bytesOf(
    file: GuestFile,
    stored: StoredFile | undefined,
    read: ReadMemory,
  ): Uint8Array | undefined {
    const bytes = new Uint8Array(file.size);
    const length = Math.min(file.size, file.content === 0 ? file.diskBytes : file.size);
    const below = file.content === 0 ? stored?.read(length) : read(file.content, length);
    if (below === undefined && length > 0) {
      return undefined;
    }
    bytes.set((below ?? bytes).subarray(0, length));
    return this.memory.copyWritten(file, bytes, read) ? bytes : undefined;
  }

  private nameOf(file: GuestFile, read: ReadMemory): string {
    const programs = file.content === 0 ? [] : this.memory.bundledPrograms(read);
    const found = programs.find(({ start }) => start === file.content);
    return found === undefined ? `file ${file.number}` : this.bundled(found.name);
  }
}
