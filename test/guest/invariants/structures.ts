// The kernel's memory at one moment, read by the names of its types and variables: fast enough for a walk through all
// structures after each burst of a fuzz run.
import type { Machine } from '../../../src/emulator/machine.ts';
import { offsetOf } from '../../../src/kernel/structures.ts';
import { parseElf } from '../../../src/symbols/elf.ts';
import { SymbolImage } from '../../../src/symbols/image.ts';
import { imageFile } from '../linuxMachine.ts';

export const PAGE_SIZE = 4096;
export const SUPERPAGE_SIZE = 0x400000;
export const KERNEL_WINDOW = 0xf0000000;
export const USER_LIMIT = 0xc0000000;

/** A kernel image by its names; made once, used for every moment. */
export class KernelNames {
  private readonly image: SymbolImage;
  private readonly symbols: ReadonlyMap<string, { readonly value: number; readonly size: number }>;
  private readonly offsets = new Map<string, Map<string, number>>();

  constructor(file: Uint8Array = imageFile('kernel.elf')) {
    this.image = new SymbolImage('kernel.elf', file);
    this.symbols = new Map(
      parseElf(file, 'kernel.elf').symbols.map((symbol) => [symbol.name, symbol]),
    );
  }

  address(variable: string): number {
    return this.symbol(variable).value;
  }

  has(variable: string): boolean {
    return this.symbols.has(variable);
  }

  hasMember(type: string, member: string): boolean {
    const struct = this.image.types.named(`struct ${type}`);
    return struct?.kind === 'struct' && struct.members.some(({ name }) => name === member);
  }

  /** Bytes of a variable. */
  bytes(variable: string): number {
    return this.symbol(variable).size;
  }

  private symbol(variable: string): { readonly value: number; readonly size: number } {
    const symbol = this.symbols.get(variable);
    if (symbol === undefined) {
      throw new Error(`The kernel has no ${variable}.`);
    }
    return symbol;
  }

  /** Offset of a member in "struct TYPE"; a dot leads into a member. */
  offset(type: string, path: string): number {
    const known = this.offsets.get(type) ?? new Map<string, number>();
    let offset = known.get(path);
    if (offset === undefined) {
      const [member, ...rest] = path.split('.');
      const struct = this.image.types.named(`struct ${type}`);
      offset = offsetOf(struct, member);
      if (rest.length > 0) {
        const inner = struct?.kind === 'struct' ? struct.members.find(({ name }) => name === member)?.type : undefined;
        const name = inner?.kind === 'struct' ? inner.name.replace(/^struct /, '') : '';
        offset += this.offset(name, rest.join('.'));
      }
      this.offsets.set(type, known.set(path, offset));
    }
    return offset;
  }

  size(type: string): number {
    const found = this.image.types.named(`struct ${type}`);
    if (found?.kind !== 'struct') {
      throw new Error(`The kernel has no struct ${type}.`);
    }
    return found.size;
  }

  enumerator(name: string): number {
    const value = this.image.types.enumerator(name);
    if (value === undefined) {
      throw new Error(`The kernel has no ${name}.`);
    }
    return value;
  }
}

/**
 * RAM at one moment, until the machine runs on: pages are read when they are first asked for. Addresses are the kernel's
 * virtual ones, unless "physical" says otherwise; a word does not cross pages.
 */
export class Moment {
  readonly names: KernelNames;
  readonly machine: Machine;
  readonly memoryBytes: number;
  private readonly pages: (DataView | undefined)[] = [];

  constructor(machine: Machine, names: KernelNames, memoryMegabytes: number) {
    if (machine.peekPhysical((memoryMegabytes << 20) - 4, 4) === undefined) {
      throw new Error(`The machine has less than ${memoryMegabytes} MB.`);
    }
    this.machine = machine;
    this.names = names;
    this.memoryBytes = memoryMegabytes << 20;
  }

  private pageOf(physical: number): DataView {
    const number = Math.floor(physical / PAGE_SIZE);
    const known = this.pages[number];
    if (known !== undefined) {
      return known;
    }
    const bytes = this.machine.peekPhysical(number * PAGE_SIZE, PAGE_SIZE);
    if (bytes === undefined || physical >= this.memoryBytes) {
      throw new RangeError(`There is no memory at ${physical.toString(16)}.`);
    }
    const page = new DataView(bytes.buffer, bytes.byteOffset, PAGE_SIZE);
    this.pages[number] = page;
    return page;
  }

  isRam(address: number): boolean {
    return address >= KERNEL_WINDOW && address + 4 <= KERNEL_WINDOW + this.memoryBytes;
  }

  physicalWord(physical: number): number {
    return this.pageOf(physical).getUint32(physical % PAGE_SIZE, true);
  }

  word(address: number): number {
    return this.physicalWord(address - KERNEL_WINDOW);
  }

  byte(address: number): number {
    const physical = address - KERNEL_WINDOW;
    return this.pageOf(physical).getUint8(physical % PAGE_SIZE);
  }

  variable(name: string): number {
    return this.word(this.names.address(name));
  }

  member(address: number, type: string, path: string): number {
    return this.word(address + this.names.offset(type, path));
  }

  /** The addresses of a list's elements; a list that does not end is an error of its own. */
  list(first: number, type: string, next: string): number[] {
    const found = new Set<number>();
    for (let at = first; at !== 0; at = this.member(at, type, next)) {
      if (found.has(at) || !this.isRam(at)) {
        throw new Error(`The list of struct ${type} by ${next} goes astray at ${at.toString(16)}.`);
      }
      found.add(at);
    }
    return [...found];
  }

  threads(): number[] {
    return this.list(this.variable('thread_list'), 'tcb', 'thread_next');
  }

  spaces(): number[] {
    return this.list(this.variable('space_list'), 'space', 'space_next');
  }

  /** "5.1" */
  threadName(thread: number): string {
    const low = this.member(thread, 'tcb', 'id.low');
    return `${(low >>> 17) & 0x7ff}.${(low >>> 10) & 0x7f}`;
  }

  taskOf(space: number): number {
    return this.member(space, 'space', 'task');
  }
}
