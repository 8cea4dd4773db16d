// The cache of predecoded blocks, keyed by physical address and mode, so that a CR3 load discards nothing. A store
// kills only the blocks whose bytes it touches: their micro-operations become INVALID in place, which stops even the
// block that is running at its next instruction.
import type { Instruction } from './decode/instruction.ts';
import { ARENA_WORDS, MICRO, MICRO_WORDS } from './microOps.ts';

/** Where a run starts whose block is not known yet. */
export const ENTER_BLOCK = 0;
/** The front of the arena belongs to blocks that are run once, cut to an exact length. */
export const SCRATCH_START = MICRO_WORDS;
const SCRATCH_END = 4096;
/** The most micro-operations that one block can need. */
export const LARGEST_BLOCK_WORDS = SCRATCH_END - SCRATCH_START;
const SCRATCH_INSTRUCTIONS = 64;
/** Words that hold a bit for each byte of a page. */
const PAGE_BITS = 0x1000 >> 5;
/** Flat; segmented with a 32-bit stack; segmented with a 16-bit stack; any 16-bit code. */
export const MODES = 4;
export const MODE_16 = 3;

interface BlockRecord {
  readonly physical: number;
  readonly length: number;
  /** Page of the second part of a block that crosses, else -1. */
  readonly secondPage: number;
  readonly mode: number;
  readonly start: number;
  readonly end: number;
}

export class BlockCache {
  readonly code = new Int32Array(ARENA_WORDS);
  /** Instructions that GENERIC micro-operations refer to; the first 64 places are for scratch blocks. */
  instructions: (Instruction | undefined)[] = [];
  /** By physical page * MODES + mode: start of the block at each byte of the page, or 0. */
  readonly tables: (Int32Array | undefined)[] = [];
  readonly codePages: Uint8Array;
  readonly hooks = new Set<number>();
  /** Changes whenever every block is discarded at once: links must not be made across. */
  generation = 0;
  /** Blocks made so far, for tests and benchmarks. */
  built = 0;
  private readonly recordsOfPage = new Map<number, BlockRecord[]>();
  /** By page of code: one bit for each byte that some block was made of, so that a store beside code is found at once. */
  private readonly bytesOfPage = new Map<number, Uint32Array>();
  private next = SCRATCH_END;
  private scratch: BlockRecord | undefined;
  private scratchInstructions = 0;

  constructor(ramSize: number) {
    this.codePages = new Uint8Array(ramSize >>> 12);
    this.tables = new Array<Int32Array | undefined>((ramSize >>> 12) * MODES).fill(undefined);
    this.code[ENTER_BLOCK] = MICRO.ENTER;
    this.instructions = new Array<Instruction | undefined>(SCRATCH_INSTRUCTIONS).fill(undefined);
  }

  /** Where the next block may be written; empties the arena first if a large one might not fit. */
  allocate(scratch: boolean): number {
    if (scratch) {
      this.scratchInstructions = 0;
      this.scratch = undefined;
      return SCRATCH_START;
    }
    if (this.next + LARGEST_BLOCK_WORDS > ARENA_WORDS) {
      this.discardAll();
    }
    return this.next;
  }

  addInstruction(instruction: Instruction, scratch: boolean): number {
    if (scratch) {
      this.instructions[this.scratchInstructions] = instruction;
      return this.scratchInstructions++;
    }
    this.instructions.push(instruction);
    return this.instructions.length - 1;
  }

  /** Files a finished block; returns true if a page holds code from now on that did not before. */
  file(record: BlockRecord, scratch: boolean): void {
    if (scratch) {
      this.scratch = record;
      return;
    }
    this.next = record.end;
    this.built++;
    const index = (record.physical >>> 12) * MODES + record.mode;
    const table = (this.tables[index] ??= new Int32Array(4096));
    table[record.physical & 0xfff] = record.start;
    this.fileInPage(record.physical >>> 12, record);
    if (record.secondPage >= 0) {
      this.fileInPage(record.secondPage, record);
    }
  }

  private fileInPage(page: number, record: BlockRecord): void {
    const records = this.recordsOfPage.get(page);
    if (records === undefined) {
      this.recordsOfPage.set(page, [record]);
    } else {
      records.push(record);
    }
    this.codePages[page] = 1;
    let bytes = this.bytesOfPage.get(page);
    if (bytes === undefined) {
      bytes = new Uint32Array(PAGE_BITS);
      this.bytesOfPage.set(page, bytes);
    }
    markBytes(bytes, record, page);
  }

  private holdsCode(physical: number, size: number): boolean {
    const bytes = this.bytesOfPage.get(physical >>> 12);
    const first = physical & 0xfff;
    for (let at = first; bytes !== undefined && at < first + size; at++) {
      if (((bytes[at >> 5] >>> (at & 31)) & 1) !== 0) {
        return true;
      }
    }
    return false;
  }

  /** Kills the blocks that contain any of these bytes, of one page. */
  invalidate(physical: number, size: number): void {
    if (this.scratch !== undefined && overlaps(this.scratch, physical, size)) {
      this.kill(this.scratch);
    }
    const page = physical >>> 12;
    const records = this.holdsCode(physical, size) ? this.recordsOfPage.get(page) : undefined;
    if (records === undefined) {
      return;
    }
    const kept: BlockRecord[] = [];
    for (const record of records) {
      if (overlaps(record, physical, size)) {
        this.kill(record);
      } else {
        kept.push(record);
      }
    }
    if (kept.length === 0) {
      this.recordsOfPage.delete(page);
      this.bytesOfPage.delete(page);
      this.codePages[page] = 0;
      return;
    }
    this.recordsOfPage.set(page, kept);
    const bytes = new Uint32Array(PAGE_BITS);
    for (const record of kept) {
      markBytes(bytes, record, page);
    }
    this.bytesOfPage.set(page, bytes);
  }

  private kill(record: BlockRecord): void {
    for (let word = record.start; word < record.end; word += MICRO_WORDS) {
      this.code[word] = MICRO.INVALID;
    }
    const table = this.tables[(record.physical >>> 12) * MODES + record.mode];
    if (table?.[record.physical & 0xfff] === record.start) {
      table[record.physical & 0xfff] = 0;
    }
  }

  discardAll(): void {
    this.tables.fill(undefined);
    this.recordsOfPage.clear();
    this.bytesOfPage.clear();
    this.codePages.fill(0);
    this.instructions.length = SCRATCH_INSTRUCTIONS;
    this.scratch = undefined;
    // Only the operations: a block that is running still needs its accounting words to leave.
    for (let word = SCRATCH_START; word < this.next; word += MICRO_WORDS) {
      this.code[word] = MICRO.INVALID;
    }
    this.next = SCRATCH_END;
    this.generation++;
  }
}

/** Sets the bits of a block's bytes that lie in a page. */
function markBytes(bytes: Uint32Array, record: BlockRecord, page: number): void {
  const inFirst = record.physical >>> 12 === page;
  const start = inFirst ? record.physical & 0xfff : 0;
  const before = inFirst ? 0 : 0x1000 - (record.physical & 0xfff);
  const end = Math.min(0x1000, start + record.length - before);
  for (let at = start; at < end; at++) {
    bytes[at >> 5] |= 1 << (at & 31);
  }
}

function overlaps(record: BlockRecord, physical: number, size: number): boolean {
  const inFirst =
    record.secondPage < 0
      ? record.length
      : Math.min(record.length, 0x1000 - (record.physical & 0xfff));
  if (physical < record.physical + inFirst && physical + size > record.physical) {
    return true;
  }
  return (
    record.secondPage >= 0 &&
    physical >>> 12 === record.secondPage &&
    (physical & 0xfff) < record.length - inFirst
  );
}
