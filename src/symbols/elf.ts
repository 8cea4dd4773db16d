// ELF32 for the i386 (Tool Interface Standard, Portable Formats 1.1): header, segments, sections, symbols.
// Pure bytes to objects; every malformed file ends in a FormatError with one sentence.
import { ByteReader, FormatError } from '../base/bytes.ts';

export interface ElfSegment {
  readonly type: number;
  readonly offset: number;
  readonly virtualAddress: number;
  readonly physicalAddress: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly flags: number;
}

export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly size: number;
  readonly link: number;
  /** The section's content; empty for SHT_NOBITS. */
  readonly bytes: Uint8Array;
}

export interface ElfSymbol {
  readonly name: string;
  readonly value: number;
  readonly size: number;
  /** STT_NOTYPE 0, STT_OBJECT 1, STT_FUNC 2. */
  readonly type: number;
  readonly section: number;
}

export interface ElfFile {
  readonly type: number;
  readonly entry: number;
  readonly segments: readonly ElfSegment[];
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
}

export const PT_LOAD = 1;
/** A segment that may be executed. */
export const PF_X = 1;
const SHF_ALLOC = 2;
const SHN_ABS = 0xfff1;
const STT_TLS = 6;
const SHT_SYMTAB = 2;
const SHT_NOBITS = 8;
const SHT_DYNSYM = 11;

/** Parses an ELF32 little-endian i386 file. Throws FormatError with one sentence that names `what`. */
export function parseElf(bytes: Uint8Array, what: string): ElfFile {
  checkIdentification(bytes, what);
  const header = new ByteReader(bytes, what, 16);
  const type = header.u16();
  const machine = header.u16();
  if (machine !== 3) {
    throw new FormatError(
      `${what} is for ELF machine ${machine}, not for the i386 (3); build it with -m32.`,
    );
  }
  header.u32(); // version
  const entry = header.u32();
  const programHeaders = header.u32();
  const sectionHeaders = header.u32();
  header.u32(); // flags
  header.u16(); // header size
  const programHeaderSize = header.u16();
  const programHeaderCount = header.u16();
  const sectionHeaderSize = header.u16();
  const sectionHeaderCount = header.u16();
  const nameSection = header.u16();
  const segments = table(programHeaderCount, (index) =>
    readSegment(bytes, what, programHeaders + index * programHeaderSize),
  );
  const sections = readSections(bytes, what, {
    offset: sectionHeaders,
    size: sectionHeaderSize,
    count: sectionHeaders === 0 ? 0 : sectionHeaderCount,
    names: nameSection,
  });
  return { type, entry, segments, sections, symbols: readSymbols(sections, what) };
}

/** The same file as it lies in memory `bias` bytes above where it was linked: a position-independent one. */
export function relocated(elf: ElfFile, bias: number): ElfFile {
  const moved = (address: number): number => (address + bias) >>> 0;
  return {
    ...elf,
    entry: moved(elf.entry),
    segments: elf.segments.map((segment) => ({
      ...segment,
      virtualAddress: moved(segment.virtualAddress),
    })),
    sections: elf.sections.map((section) =>
      (section.flags & SHF_ALLOC) === 0 ? section : { ...section, address: moved(section.address) },
    ),
    symbols: elf.symbols.map((symbol) =>
      symbol.section === 0 || symbol.section === SHN_ABS || symbol.type === STT_TLS
        ? symbol
        : { ...symbol, value: moved(symbol.value) },
    ),
  };
}

/** The content of a section, or empty bytes if there is none of that name. */
export function sectionBytes(elf: ElfFile, name: string): Uint8Array {
  return elf.sections.find((section) => section.name === name)?.bytes ?? new Uint8Array();
}

function table<T>(count: number, read: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => read(index));
}

function checkIdentification(bytes: Uint8Array, what: string): void {
  if (bytes.length < 52) {
    throw new FormatError(`${what} is too short to be an ELF file (${bytes.length} bytes).`);
  }
  if (bytes[0] !== 0x7f || bytes[1] !== 0x45 || bytes[2] !== 0x4c || bytes[3] !== 0x46) {
    throw new FormatError(`${what} is not an ELF file.`);
  }
  if (bytes[4] !== 1) {
    throw new FormatError(`${what} is a 64-bit ELF file; build it for 32 bits, with -m32.`);
  }
  if (bytes[5] !== 1) {
    throw new FormatError(`${what} is a big-endian ELF file; the i386 is little-endian.`);
  }
}

function readSegment(bytes: Uint8Array, what: string, offset: number): ElfSegment {
  const reader = new ByteReader(bytes, what, offset);
  const [type, fileOffset, virtualAddress, physicalAddress] = table(4, () => reader.u32());
  const [fileSize, memorySize, flags] = table(3, () => reader.u32());
  if (type === PT_LOAD && fileOffset + fileSize > bytes.length) {
    throw new FormatError(
      `${what} is truncated: a segment ends at offset ${fileOffset + fileSize}, the file at ${bytes.length}.`,
    );
  }
  return {
    type,
    offset: fileOffset,
    virtualAddress,
    physicalAddress,
    fileSize,
    memorySize,
    flags,
  };
}

function readSections(
  bytes: Uint8Array,
  what: string,
  at: { offset: number; size: number; count: number; names: number },
): ElfSection[] {
  const raw = table(at.count, (index) => {
    const reader = new ByteReader(bytes, what, at.offset + index * at.size);
    const [name, type, flags, address, offset, size, link] = table(7, () => reader.u32());
    const content =
      type === SHT_NOBITS ? new Uint8Array() : new ByteReader(bytes, what, offset).block(size);
    return { name, type, flags, address, size, link, bytes: content };
  });
  const names = raw[at.names]?.bytes ?? new Uint8Array();
  return raw.map((section) => ({
    ...section,
    name: section.name < names.length ? new ByteReader(names, what, section.name).string() : '',
  }));
}

function readSymbols(sections: readonly ElfSection[], what: string): ElfSymbol[] {
  return sections
    .filter((section) => section.type === SHT_SYMTAB || section.type === SHT_DYNSYM)
    .flatMap((section) => {
      const names = sections[section.link]?.bytes ?? new Uint8Array();
      return table(Math.floor(section.bytes.length / 16), (index) => {
        const reader = new ByteReader(section.bytes, what, index * 16);
        const [name, value, size] = table(3, () => reader.u32());
        const type = reader.u8() & 15;
        reader.u8();
        return {
          name: name < names.length ? new ByteReader(names, what, name).string() : '',
          value,
          size,
          type,
          section: reader.u16(),
        };
      });
    })
    .filter((symbol) => symbol.name !== '');
}
