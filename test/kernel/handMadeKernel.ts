// A kernel's memory that was made by hand, as a C file with the kernel's names in it: compiled to an image that is linked
// to the kernel's window, and laid out in 16 MB of memory whose page tables are walked here.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Machine } from '../../src/emulator/machine.ts';
import type { PageTranslation, Target } from '../../src/emulator/target.ts';
import { MappingDatabase } from '../../src/kernel/mappingDatabase.ts';
import { offsetOf } from '../../src/kernel/structures.ts';
import { parseElf, type ElfFile } from '../../src/symbols/elf.ts';
import { SymbolImage } from '../../src/symbols/image.ts';
import { KernelNames, Moment } from '../guest/invariants/structures.ts';
import { root } from '../support/paths.ts';

const WINDOW = 0xf0000000;
const MEGABYTES = 16;
const PT_LOAD = 1;
const LINKED_AT = 0xf0200000;

export class HandMadeKernel {
  readonly file: Uint8Array;
  readonly image: SymbolImage;
  readonly memory = new DataView(new ArrayBuffer(MEGABYTES << 20));
  private readonly elf: ElfFile;

  constructor(source: string, definitions: readonly string[] = []) {
    this.file = compile(source, definitions);
    this.image = new SymbolImage('kernel.elf', this.file);
    this.elf = parseElf(this.file, 'kernel.elf');
    for (const segment of this.elf.segments.filter(({ type }) => type === PT_LOAD)) {
      const bytes = this.file.subarray(segment.offset, segment.offset + segment.fileSize);
      new Uint8Array(this.memory.buffer).set(bytes, segment.virtualAddress - WINDOW);
    }
    this.nameNodes();
  }

  /** Beside each page table and directory "X_table" or "X_directory" that has one lies an array of its nodes. */
  private nameNodes(): void {
    for (const { name, value } of this.elf.symbols) {
      const nodes = name.replace(/_table$/, '_nodes').replace(/_directory$/, '_large_nodes');
      if (nodes !== name && this.elf.symbols.some((symbol) => symbol.name === nodes)) {
        const frame = this.address('frames') + ((value - WINDOW) >>> 12) * 8;
        this.put(frame + this.offset('frame', 'nodes'), this.address(nodes));
      }
    }
  }

  address(name: string): number {
    const symbol = this.elf.symbols.find((each) => each.name === name);
    if (symbol === undefined) {
      throw new Error(`There is no ${name}.`);
    }
    return symbol.value;
  }

  offset(structure: string, member: string): number {
    return offsetOf(this.image.types.named(`struct ${structure}`), member);
  }

  put(address: number, value: number): void {
    this.memory.setUint32(address - WINDOW, value, true);
  }

  /** Writes a member of the structure with that name. */
  set(variable: string, structure: string, member: string, value: number): void {
    this.put(this.address(variable) + this.offset(structure, member), value);
  }

  /** Writes a word of the array with that name. */
  setEntry(table: string, index: number, value: number): void {
    this.put(this.address(table) + index * 4, value);
  }

  directory(name: string): number {
    return this.address(name) - WINDOW;
  }

  readonly read = (address: number, length: number): Uint8Array | undefined =>
    this.peek(address - WINDOW, length);

  private peek(physical: number, length: number): Uint8Array | undefined {
    return physical < 0 || physical + length > this.memory.byteLength
      ? undefined
      : new Uint8Array(this.memory.buffer.slice(physical, physical + length));
  }

  /** What an observer may ask; the structures have no registers. */
  get target(): Target {
    return {
      instructionCount: 0,
      registers: () => {
        throw new Error('Nothing runs here.');
      },
      peekPhysical: (address, length) => this.peek(address, length),
      translate: (directory, linear) => this.translate(directory, linear),
      tlbEntries: () => [],
    };
  }

  get mappings(): MappingDatabase {
    return new MappingDatabase(this.image, this.target, this.read);
  }

  /** What the second reader, that of the invariants, works on. */
  get moment(): Moment {
    return new Moment(this.target as unknown as Machine, new KernelNames(this.file), MEGABYTES);
  }

  /** SDM vol. 3, 4.3: 32-bit paging with pages of 4 MB. */
  private translate(directory: number, linear: number): PageTranslation | undefined {
    const above = this.word(directory + (linear >>> 22) * 4);
    if ((above & 0x81) === 0x81) {
      return page(above, above, ((above & 0xffc00000) | (linear & 0x3fffff)) >>> 0, 0x400000);
    }
    const entry =
      (above & 1) === 0 ? 0 : this.word((above & ~0xfff) + ((linear >>> 12) & 0x3ff) * 4);
    const physical = ((entry & ~0xfff) | (linear & 0xfff)) >>> 0;
    return (entry & 1) === 0 ? undefined : page(above, entry, physical, 4096);
  }

  private word(physical: number): number {
    return physical < 0 || physical >= this.memory.byteLength
      ? 0xffffffff
      : this.memory.getUint32(physical, true);
  }
}

function page(above: number, entry: number, physical: number, pageSize: number): PageTranslation {
  const has = (bit: number): boolean => (above & entry & bit) !== 0;
  return { physical, pageSize, writable: has(2), user: has(4), accessed: false, dirty: false };
}

function compile(source: string, definitions: readonly string[]): Uint8Array {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'l4scope-kernel-'));
  try {
    const output = path.join(folder, 'kernel.elf');
    execFileSync('gcc', [
      ...['-m32', '-g', '-O0', '-Wall', '-Werror', '-ffreestanding', '-fno-pie', '-no-pie'],
      ...['-fdata-sections', '-nostdlib', '-static', '-Wl,--build-id=none', '-Wl,--entry=0'],
      ...[`-Wl,-Tdata=0x${LINKED_AT.toString(16)}`, '-z', 'noexecstack'],
      ...definitions.map((name) => `-D${name}`),
      ...['-o', output, path.join(root, 'test/fixtures', source)],
    ]);
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
