// Which images each process has in its memory: its program, the interpreter and the libraries, each where its regions
// say. Nothing is remembered that the guest could change: the regions are looked at anew whenever the machine has run,
// and a file's symbols are kept for as long as it is the same file.
import type { FileRegion, GuestFile, ProcessMemory } from '../l4linux/processMemory.ts';
import { parseElf, PF_X, PT_LOAD, type ElfFile } from '../symbols/elf.ts';
import { SymbolImage } from '../symbols/image.ts';
import type { ReadMemory } from '../symbols/values.ts';
import type { GuestFiles } from './guestFiles.ts';
import { baseName } from './host.ts';
import type { LoadedImage } from './images.ts';
import { messageOf } from './userError.ts';

interface KnownFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly elf: ElfFile;
  /** By how far they lie above where they were linked. */
  readonly images: Map<number, LoadedImage | undefined>;
}

interface Mapped {
  readonly fileKey: string;
  readonly image: LoadedImage;
}

interface KnownSpace {
  readonly instruction: number;
  readonly key: string;
  readonly mapped: readonly Mapped[];
}

export interface ProcessImagesParts {
  readonly memory: ProcessMemory;
  readonly files: GuestFiles;
  /** The image of the file that was launched, so that it has one image and not two. */
  readonly launched: LoadedImage | undefined;
  /** The address of the structure of the process in a task; undefined: there is none. */
  readonly processOf: (task: number) => number | undefined;
  /** A reader of the server's memory as it is now. */
  readonly reader: () => ReadMemory;
  readonly instructionCount: () => number;
  readonly loaded: (image: LoadedImage) => void;
  readonly log: (sentence: string) => void;
}

export class ProcessImages {
  private readonly parts: ProcessImagesParts;
  private readonly files = new Map<string, KnownFile | undefined>();
  private readonly spaces = new Map<number, KnownSpace>();
  /** Loaded and not announced yet. */
  private readonly fresh: LoadedImage[] = [];

  constructor(parts: ProcessImagesParts) {
    this.parts = parts;
  }

  /** The images in a task's memory; none if it is no process. */
  of(task: number): readonly LoadedImage[] {
    return this.mappedIn(task).map(({ image }) => image);
  }

  at(task: number, address: number): LoadedImage | undefined {
    return this.mappedIn(task).find(({ image }) => image.symbols.covers(address))?.image;
  }

  /** The image of the program that a task executes; undefined: it has none, or none that can be read. */
  programOf(task: number): LoadedImage | undefined {
    const process = this.parts.processOf(task);
    const file = process && this.parts.memory.programOf(process, this.parts.reader());
    const key = file && keyOf(file);
    return this.mappedIn(task).find(({ fileKey }) => fileKey === key)?.image;
  }

  private mappedIn(task: number): readonly Mapped[] {
    const instruction = this.parts.instructionCount();
    const known = this.spaces.get(task);
    if (known?.instruction === instruction) {
      return known.mapped;
    }
    const process = this.parts.processOf(task);
    if (process === undefined) {
      this.spaces.delete(task);
      return [];
    }
    const read = this.parts.reader();
    const { key, regions } = this.parts.memory.regionsOf(process, read);
    const mapped = known?.key === key ? known.mapped : this.imagesOf(regions(), read);
    this.spaces.set(task, { instruction, key, mapped });
    this.announce();
    return mapped;
  }

  /** Only now that the answer is known: who hears of an image asks where it is. */
  private announce(): void {
    for (let image = this.fresh.shift(); image !== undefined; image = this.fresh.shift()) {
      this.parts.loaded(image);
    }
  }

  private imagesOf(regions: readonly FileRegion[], read: ReadMemory): Mapped[] {
    const mapped = new Map<LoadedImage, Mapped>();
    for (const region of regions.filter(({ isExecutable }) => isExecutable)) {
      const fileKey = keyOf(region.file);
      const file = this.fileOf(region.file, fileKey, read);
      const image = file && this.imageOf(file, region);
      if (image !== undefined) {
        mapped.set(image, { fileKey, image });
      }
    }
    return [...mapped.values()];
  }

  private fileOf(file: GuestFile, key: string, read: ReadMemory): KnownFile | undefined {
    if (!this.files.has(key)) {
      this.files.set(key, this.openFile(file, read));
    }
    return this.files.get(key);
  }

  private openFile(file: GuestFile, read: ReadMemory): KnownFile | undefined {
    const { path, bytes, problem } = this.parts.files.find(file, read);
    if (bytes === undefined) {
      this.parts.log(problem ?? `${path} cannot be read; it is shown without symbols.`);
      return undefined;
    }
    try {
      return { path, bytes, elf: parseElf(bytes, baseName(path)), images: new Map() };
    } catch (error) {
      this.parts.log(`${messageOf(error)} It is shown without symbols.`);
      return undefined;
    }
  }

  private imageOf(file: KnownFile, region: FileRegion): LoadedImage | undefined {
    const bias = biasOf(file.elf, region);
    if (bias === undefined) {
      return undefined; // the file is shown for something else than to run it
    }
    if (!file.images.has(bias)) {
      file.images.set(bias, this.load(file, bias));
    }
    return file.images.get(bias);
  }

  private load(file: KnownFile, bias: number): LoadedImage | undefined {
    const { launched } = this.parts;
    if (bias === 0 && launched?.bytes !== undefined && isEqual(launched.bytes, file.bytes)) {
      return launched;
    }
    const name = baseName(file.path);
    const symbols = new SymbolImage(name, file.bytes, bias);
    const image: LoadedImage = { role: 'program', path: file.path, symbols };
    if (symbols.problem !== undefined) {
      this.parts.log(symbols.problem);
    }
    this.fresh.push(image);
    return image;
  }
}

function keyOf({ number, size, modified, isKept }: GuestFile): string {
  return `${number} ${size} ${modified} ${isKept}`;
}

/** How far above its link address a file lies whose code a region shows; undefined: what it shows is no code. */
function biasOf(elf: ElfFile, region: FileRegion): number | undefined {
  const linked = region.offset - region.fileStart;
  const segment = elf.segments.find(
    ({ type, flags, offset, fileSize }) =>
      type === PT_LOAD &&
      (flags & PF_X) !== 0 &&
      region.offset >= (offset & ~0xfff) >>> 0 &&
      region.offset < offset + fileSize,
  );
  return segment && (segment.offset - segment.virtualAddress - linked) >>> 0;
}

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
