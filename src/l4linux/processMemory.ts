// What a Linux process has in its memory, as the server's regions say, and the files that they show.
// *src/l4linux observes what guest/l4linux runs*: guest/README.md names the members that are read here.
import { Structure } from '../kernel/structures.ts';
import type { SymbolImage } from '../symbols/image.ts';
import { stringAt, type ReadMemory } from '../symbols/values.ts';

const PROT_EXEC = 4;
const PAGE_BYTES = 4096;
/** More regions or pages than this are a list in mid-change. */
const LIST_LIMIT = 65536;

/** An inode. */
export interface GuestFile {
  readonly address: number;
  readonly number: number;
  /** Bytes. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly modified: number;
  /** It is not as its storage has it. */
  readonly isKept: boolean;
  /** Where its bytes stand in the server's memory; 0: elsewhere. */
  readonly content: number;
  /** Bytes that the disk has of it; 0: it is not the disk's. */
  readonly diskBytes: number;
}

/** A range of addresses that shows a file; `offset` is the file's at `fileStart`. */
export interface FileRegion {
  readonly start: number;
  readonly end: number;
  readonly isExecutable: boolean;
  readonly file: GuestFile;
  readonly offset: number;
  readonly fileStart: number;
}

export interface RegionList {
  /** Two lists with the same key have the same regions. */
  readonly key: string;
  readonly regions: () => readonly FileRegion[];
}

/** A program that stands in the server's own image. */
export interface BundledProgram {
  readonly name: string;
  readonly start: number;
}

export class ProcessMemory {
  private readonly image: SymbolImage;
  private readonly diskOperations: number;
  private readonly directMap: number;

  constructor(image: SymbolImage) {
    this.image = image;
    this.diskOperations = addressOf(image, 'ext2_operations');
    this.directMap = addressOf(image, 'direct_map');
  }

  /** The regions of the process whose structure stands at an address; `read` reads the server's memory. */
  regionsOf(process: number, read: ReadMemory): RegionList {
    const items: Structure[] = [];
    const seen = new Set<number>();
    let next = this.structureAt('struct process', process, read)?.number('regions') ?? 0;
    while (next !== 0 && !seen.has(next) && items.length < LIST_LIMIT) {
      seen.add(next);
      const region = this.structureAt('struct region', next >>> 0, read);
      if (region === undefined) {
        break;
      }
      items.push(region);
      next = region.number('next');
    }
    const key = items
      .map(({ value }) => String.fromCharCode(...(value.bytes ?? new Uint8Array())))
      .join();
    return { key, regions: () => items.flatMap((item) => this.fileRegion(item, read)) };
  }

  /** What a process executes; undefined: nothing yet. */
  programOf(process: number, read: ReadMemory): GuestFile | undefined {
    const structure = this.structureAt('struct process', process, read);
    return structure && this.fileAt(structure.number('program') >>> 0, read);
  }

  private fileRegion(region: Structure, read: ReadMemory): FileRegion[] {
    const file = this.fileAt(region.number('file') >>> 0, read);
    if (file === undefined) {
      return [];
    }
    return [
      {
        start: region.number('start') >>> 0,
        end: region.number('end') >>> 0,
        isExecutable: (region.number('protection') & PROT_EXEC) !== 0,
        file,
        offset: region.number('file_offset') >>> 0,
        fileStart: region.number('file_start') >>> 0,
      },
    ];
  }

  private fileAt(address: number, read: ReadMemory): GuestFile | undefined {
    const inode = address === 0 ? undefined : this.structureAt('struct inode', address, read);
    if (inode === undefined) {
      return undefined;
    }
    const isOfDisk = inode.number('operations') >>> 0 === this.diskOperations;
    return {
      address,
      number: inode.number('number') >>> 0,
      size: inode.number('size') >>> 0,
      modified: inode.number('modified') >>> 0,
      isKept: inode.number('is_kept') !== 0,
      content: inode.number('content') >>> 0,
      diskBytes: isOfDisk ? inode.number('stored_size') >>> 0 : 0,
    };
  }

  /** Copies what programs have written of a file over `bytes`. False: it cannot be read now, or its list is damaged. */
  copyWritten(file: GuestFile, bytes: Uint8Array, read: ReadMemory): boolean {
    const first = this.structureAt('struct inode', file.address, read)?.number('pages') ?? 0;
    let next = first >>> 0;
    const seen = new Set<number>();
    while (next !== 0) {
      if (seen.has(next) || seen.size >= LIST_LIMIT) {
        return false;
      }
      seen.add(next);
      const page = this.structureAt('struct page', next, read);
      if (page === undefined) {
        return false;
      }
      const offset = (page.number('index') >>> 0) * PAGE_BYTES;
      if (page.number('is_own') !== 0 && offset < bytes.length) {
        const length = Math.min(PAGE_BYTES, bytes.length - offset);
        const frame = (page.number('frame') + this.directMap) >>> 0;
        const written = read(frame, length);
        if (written === undefined) {
          return false;
        }
        bytes.set(written, offset);
      }
      next = page.number('next') >>> 0;
      if (next === first) {
        break;
      }
    }
    return true;
  }

  /** The programs of the default root. */
  bundledPrograms(read: ReadMemory): BundledProgram[] {
    const programs: BundledProgram[] = [];
    const table = addressOf(this.image, 'root_programs');
    for (let index = 0; table !== 0 && index < 256; index += 1) {
      const row = read(table + index * 12, 12);
      const view = row && new DataView(row.buffer, row.byteOffset);
      const name = view?.getUint32(0, true) ?? 0;
      if (view === undefined || name === 0) {
        break;
      }
      programs.push({ name: stringAt(name, read, 64) ?? '', start: view.getUint32(4, true) });
    }
    return programs;
  }

  private structureAt(name: string, address: number, read: ReadMemory): Structure | undefined {
    const type = this.image.types.named(name);
    const bytes = type?.kind === 'struct' && address !== 0 ? read(address, type.size) : undefined;
    return type && bytes && new Structure({ type, bytes, address }, read);
  }
}

function addressOf(image: SymbolImage, name: string): number {
  const symbol = image.elf.symbols.find((each) => each.name === name && each.section !== 0);
  return symbol?.value ?? image.global(name)?.address ?? 0;
}
