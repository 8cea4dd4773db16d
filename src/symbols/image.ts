// One ELF image with its symbols: the front door of this folder. Works for a stripped image too; then only
// what the symbol table or nothing at all says is known, and names become "image+0x1a40".
import { AT, TAG } from './dwarf/constants.ts';
import { readEntries, type DebugInformation, type Entry } from './dwarf/entries.ts';
import { FrameTable } from './dwarf/frames.ts';
import { fileName } from './dwarf/lines.ts';
import { debugSections, type DebugSections } from './dwarf/sections.ts';
import { TypeTable, type Type } from './dwarf/types.ts';
import { parseElf, PT_LOAD, relocated, type ElfFile, type ElfSymbol } from './elf.ts';
import { nameOf, readFunctions, scopesAt, type FunctionSymbol } from './functions.ts';
import { LineTable, type SourceLine } from './lineTable.ts';
import { readProbes, type Probe } from './probes.ts';

export interface GlobalVariable {
  readonly name: string;
  readonly address: number;
  readonly type: Type;
}

/** A frame that exists in the source: a function, or a call that the compiler inlined into it. */
export interface SourceFrame {
  readonly name: string;
  readonly scope: Entry | undefined;
  readonly line: SourceLine | undefined;
}

const NO_DEBUG: DebugInformation = { units: [], byOffset: new Map() };

export class SymbolImage {
  readonly name: string;
  readonly elf: ElfFile;
  readonly types: TypeTable;
  readonly lines: LineTable;
  readonly frames: FrameTable;
  readonly probes: readonly Probe[];
  readonly functions: readonly FunctionSymbol[];
  readonly information: DebugInformation;
  readonly sections: DebugSections;
  /** One sentence if the debug information could not be read; the image then works as a stripped one. */
  readonly problem: string | undefined;
  private readonly codeSymbols: readonly ElfSymbol[];
  private readonly globals: ReadonlyMap<string, GlobalVariable>;

  /**
   * `bias`: how far above its link address the image lies; all addresses here are those in memory.
   * Throws FormatError if `bytes` is no i386 ELF file; broken DWARF is reported in `problem`.
   */
  constructor(name: string, bytes: Uint8Array, bias = 0) {
    this.name = name;
    this.elf = relocated(parseElf(bytes, name), bias);
    const debug = readDebug(this.elf, name, bias);
    this.sections = debug.sections;
    this.information = debug.information;
    this.lines = debug.lines;
    this.frames = debug.frames;
    this.problem = debug.problem;
    this.types = debug.types;
    this.functions = debug.functions;
    this.probes = readProbes(this.elf).map((probe) => ({
      ...probe,
      address: (probe.address + bias) >>> 0,
    }));
    this.codeSymbols = this.elf.symbols
      .filter((symbol) => symbol.section !== 0 && symbol.type !== 1 && this.isCode(symbol.value))
      .sort((left, right) => left.value - right.value);
    this.globals = this.readGlobals();
  }

  /** True if an address lies in a loaded segment of the image. */
  covers(address: number): boolean {
    return this.elf.segments.some(
      ({ type, virtualAddress, memorySize }) =>
        type === PT_LOAD && address >= virtualAddress && address < virtualAddress + memorySize,
    );
  }

  /** The function whose code covers an address: DWARF's, else the symbol table's. */
  functionAt(address: number): FunctionSymbol | undefined {
    const found = lastAtOrBefore(this.functions, address, (each) => each.low);
    if (found !== undefined && address < found.high) {
      return found;
    }
    const symbol = lastAtOrBefore(this.codeSymbols, address, (each) => each.value);
    if (symbol === undefined || !this.covers(address)) {
      return undefined;
    }
    const high = symbol.size > 0 ? symbol.value + symbol.size : Infinity;
    return address < high ? { name: symbol.name, low: symbol.value, high } : undefined;
  }

  /** "name", "name+0x12", or "image+0x1a40" where the image has no symbol. */
  describe(address: number): string {
    const found = this.functionAt(address);
    if (found !== undefined) {
      const offset = address - found.low;
      return offset === 0 ? found.name : `${found.name}+0x${offset.toString(16)}`;
    }
    const start = this.elf.segments.find((segment) => segment.type === PT_LOAD)?.virtualAddress;
    return `${this.name}+0x${((address - (start ?? 0)) >>> 0).toString(16)}`;
  }

  functionNamed(name: string): FunctionSymbol | undefined {
    const found = this.functions.find((each) => each.name === name);
    if (found !== undefined) {
      return found;
    }
    const symbol = this.codeSymbols.find((each) => each.name === name);
    return symbol === undefined
      ? undefined
      : { name, low: symbol.value, high: symbol.value + Math.max(symbol.size, 1) };
  }

  /**
   * Where a function breakpoint goes: after the prologue, as debuggers do; at the very start where the code after
   * it already belongs to an inlined call, or where nothing is known.
   */
  breakAddress(found: FunctionSymbol): number {
    if (found.entry === undefined) {
      return found.low;
    }
    const address = this.lines.afterPrologue(found.low, found.high);
    return this.sourceFrames(address)[0]?.name === found.name ? address : found.low;
  }

  /** Innermost first: the frames of the source at a code address, inlined calls unfolded. */
  sourceFrames(address: number): SourceFrame[] {
    const found = this.functionAt(address);
    let line = this.lines.lineAt(address);
    if (found?.entry === undefined) {
      return [{ name: this.describe(address), scope: undefined, line }];
    }
    const frames: SourceFrame[] = [];
    let innermost: Entry | undefined;
    for (const scope of scopesAt(found.entry, address, this.sections)) {
      innermost ??= scope;
      if (scope.tag === TAG.lexicalBlock) {
        continue;
      }
      frames.push({ name: nameOf(this.information, scope), scope: innermost, line });
      innermost = undefined;
      const callLine = scope.number(AT.callLine);
      if (scope.tag === TAG.inlinedSubroutine && callLine !== undefined) {
        line = { file: this.callFile(scope) ?? line?.file ?? '', line: callLine };
      }
    }
    return frames;
  }

  /** The file in which an inlined call stands. */
  private callFile(call: Entry): string | undefined {
    const { root } = call.unit;
    const table = root.number(AT.statementList);
    const number = call.number(AT.callFile);
    const directory = root.text(AT.compilationDirectory) ?? '';
    return table === undefined || number === undefined
      ? undefined
      : fileName(this.sections, table, directory, number);
  }

  global(name: string): GlobalVariable | undefined {
    return this.globals.get(name);
  }

  get globalNames(): string[] {
    return [...this.globals.keys()];
  }

  /** True if an address lies in a segment that may be executed. */
  isCode(address: number): boolean {
    return this.elf.segments.some(
      ({ type, flags, virtualAddress, memorySize }) =>
        type === PT_LOAD &&
        (flags & 1) !== 0 &&
        address >= virtualAddress &&
        address < virtualAddress + memorySize,
    );
  }

  private readGlobals(): Map<string, GlobalVariable> {
    const globals = new Map<string, GlobalVariable>();
    for (const entry of this.information.byOffset.values()) {
      const expression = entry.tag === TAG.variable ? entry.block(AT.location) : undefined;
      if (expression?.length !== 5 || expression[0] !== 3) {
        continue; // not DW_OP_addr: no static storage
      }
      const name = nameOf(this.information, entry);
      const linked = new DataView(expression.buffer, expression.byteOffset).getUint32(1, true);
      const address = (linked + this.sections.bias) >>> 0;
      if (name !== '' && !globals.has(name)) {
        const typed = entry.number(AT.type) === undefined ? this.origin(entry) : entry;
        globals.set(name, { name, address, type: this.types.typeOf(typed) });
      }
    }
    return globals;
  }

  private origin(entry: Entry): Entry {
    const offset = entry.number(AT.specification) ?? entry.number(AT.abstractOrigin);
    return (offset === undefined ? undefined : this.information.byOffset.get(offset)) ?? entry;
  }
}

function readDebug(
  elf: ElfFile,
  name: string,
  bias: number,
): {
  sections: DebugSections;
  information: DebugInformation;
  lines: LineTable;
  frames: FrameTable;
  types: TypeTable;
  functions: FunctionSymbol[];
  problem: string | undefined;
} {
  const sections = debugSections(elf, bias);
  try {
    const information = readEntries(sections);
    return {
      sections,
      information,
      lines: new LineTable(information, sections),
      frames: new FrameTable(sections),
      types: new TypeTable(information),
      functions: readFunctions(information, sections),
      problem: undefined,
    };
  } catch (error) {
    const none = debugSections({ ...elf, sections: [] });
    const reason = error instanceof Error ? error.message : String(error);
    return {
      sections: none,
      information: NO_DEBUG,
      lines: new LineTable(NO_DEBUG, none),
      frames: new FrameTable(none),
      types: new TypeTable(NO_DEBUG),
      functions: [],
      problem: `The debug information of ${name} cannot be used: ${reason}`,
    };
  }
}

function lastAtOrBefore<T>(
  sorted: readonly T[],
  address: number,
  start: (item: T) => number,
): T | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (start(sorted[middle]) <= address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return sorted[low - 1];
}
