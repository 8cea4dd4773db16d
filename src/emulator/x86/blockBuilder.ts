// From an EIP to the predecoded block that starts there: through the instruction TLB, the block cache, and if need
// be the decoder. A block lies in one page; an instruction that crosses into the next page is a block of its own and
// asks the instruction TLB about that page every time it runs.
import { RAM_OFFSET } from '../memoryLayout.ts';
import type { Cpu } from './cpu.ts';
import type { Instruction } from './decode/instruction.ts';
import { rowObserver } from './decode/rowObserver.ts';
import { HANDLERS } from './execute/handlers.ts';
import { MODES, MODE_16 } from './blocks.ts';
import { GP, UD } from './faults.ts';
import { ACCOUNT, LOCATION, MICRO, MICRO_WORDS } from './microOps.ts';
import { BASE, CPL, CS } from './registers.ts';
import { simplify } from './simplify.ts';
import { MicroWriter, translate } from './translate.ts';

/** Bounds the time between two looks at the instruction budget, and the micro-operations of a block. */
export const MAXIMUM_BLOCK = 32;

/** The block at EIP, or 0 with a fault pending. */
export function findBlock(cpu: Cpu, eip: number): number {
  const { r, mmu, blocks } = cpu;
  const plain = eip >>> 0 <= cpu.plainCodeLimit;
  if (plain) {
    // The usual way: only the instruction TLB did not know the page.
    const physical = mmu.translateFetch((r[BASE + CS] + eip) | 0, r[CPL] === 3);
    if (cpu.fault.raised) {
      return 0;
    }
    const table = blocks.tables[(physical >>> 12) * MODES + cpu.mode];
    const found = table === undefined ? 0 : table[physical & 0xfff];
    if (found !== 0) {
      return found;
    }
  }
  const physical = fetchAddress(cpu, eip);
  if (!plain) {
    // Cut where the segment ends today, run once, and never linked to.
    blocks.generation++;
  }
  return cpu.fault.raised ? 0 : buildBlock(cpu, eip, physical, MAXIMUM_BLOCK, !plain);
}

/** A block of exactly `limit` instructions at most, to be run once. */
export function findScratchBlock(cpu: Cpu, eip: number, limit: number): number {
  const physical = fetchAddress(cpu, eip);
  if (cpu.fault.raised) {
    return 0;
  }
  return buildBlock(cpu, eip, physical, Math.min(limit, MAXIMUM_BLOCK), true);
}

function fetchAddress(cpu: Cpu, eip: number): number {
  if (eip >>> 0 > cpu.highestCode) {
    cpu.fault.set(GP, 0);
    return 0;
  }
  const seen = cpu.mmu.translateFetch((cpu.r[BASE + CS] + eip) | 0, cpu.r[CPL] === 3);
  const physical = cpu.mmu.inRom(seen);
  if (!cpu.fault.raised && physical >>> 0 >= cpu.memory.ramSize) {
    cpu.report(`Code outside memory: EIP 0x${(eip >>> 0).toString(16)}; the guest gets #UD.`);
    cpu.fault.set(UD, -1);
  }
  return physical;
}

/** Whether the second page of a crossing instruction still is where it was when the block was made. */
export function crossingHolds(
  cpu: Cpu,
  eip: number,
  expectedPage: number,
  length: number,
): boolean {
  if (length > codeRoom(cpu, eip)) {
    cpu.fault.set(GP, 0);
    return false;
  }
  const second = secondPage(cpu, eip);
  if (cpu.fault.raised) {
    return false;
  }
  if (second === expectedPage) {
    return true;
  }
  cpu.blocks.invalidate(cpu.mmu.translateFetch((cpu.r[BASE + CS] + eip) | 0, cpu.r[CPL] === 3), 1);
  return false;
}

/** Bytes of code from an offset to the segment's end; a segment of 4 GB has no end. */
function codeRoom(cpu: Cpu, eip: number): number {
  const { highestCode } = cpu;
  return highestCode === 0xffff_ffff ? Infinity : highestCode - (eip >>> 0) + 1;
}

function secondPage(cpu: Cpu, eip: number): number {
  const linear = (((cpu.r[BASE + CS] + eip) | 0xfff) + 1) | 0;
  const physical = cpu.mmu.translateFetch(linear, cpu.r[CPL] === 3);
  if (!cpu.fault.raised && physical >>> 0 >= cpu.memory.ramSize) {
    cpu.fault.set(UD, -1);
  }
  return physical >>> 12;
}

function buildBlock(
  cpu: Cpu,
  eip: number,
  physical: number,
  limit: number,
  scratch: boolean,
): number {
  const { bytes } = cpu.memory;
  const pageEnd = RAM_OFFSET + (physical | 0xfff) + 1;
  const first = cpu.decoder.decode(bytes, RAM_OFFSET + physical, pageEnd, cpu.mode !== MODE_16);
  if (first === undefined) {
    return buildCrossing(cpu, eip, physical, scratch);
  }
  const end = RAM_OFFSET + physical + codeRoom(cpu, eip);
  if (RAM_OFFSET + physical + first.length > end) {
    cpu.fault.set(GP, 0);
    return 0;
  }
  const instructions = [first];
  let position = RAM_OFFSET + physical + first.length;
  const most = rowObserver.listener === undefined ? limit : 1;
  for (let last = first; instructions.length < most && !last.row.endsBlock;) {
    const next = cpu.decoder.decode(bytes, position, pageEnd, cpu.mode !== MODE_16);
    if (next === undefined || position >= pageEnd || position + next.length > end) {
      break;
    }
    instructions.push(next);
    position += next.length;
    last = next;
  }
  return writeBlock(cpu, physical, instructions, -1, scratch);
}

function buildCrossing(cpu: Cpu, eip: number, physical: number, scratch: boolean): number {
  const page = secondPage(cpu, eip);
  if (cpu.fault.raised) {
    return 0;
  }
  const { bytes } = cpu.memory;
  const here = 0x1000 - (physical & 0xfff);
  const joined = new Uint8Array(32);
  joined.set(bytes.subarray(RAM_OFFSET + physical, RAM_OFFSET + physical + here));
  joined.set(bytes.subarray(RAM_OFFSET + (page << 12), RAM_OFFSET + (page << 12) + 16), here);
  const instruction = cpu.decoder.decode(joined, 0, here + 16, cpu.mode !== MODE_16);
  if (instruction === undefined) {
    throw new Error('An instruction is longer than the decoder allows.');
  }
  if (instruction.length > codeRoom(cpu, eip)) {
    cpu.fault.set(GP, 0);
    return 0;
  }
  return writeBlock(cpu, physical, [instruction], page, scratch);
}

function writeBlock(
  cpu: Cpu,
  physical: number,
  instructions: readonly Instruction[],
  secondPageNumber: number,
  scratch: boolean,
): number {
  const { blocks } = cpu;
  const start = blocks.allocate(scratch);
  const out = new MicroWriter(blocks.code, start, cpu.mode, cpu.controlFlow !== undefined);
  out.put(secondPageNumber < 0 ? MICRO.BEGIN : MICRO.CROSSING);
  let offset = 0;
  instructions.forEach((instruction, before) => {
    rowObserver.listener?.(instruction.row);
    out.startInstruction(before, offset, instruction.length);
    if (blocks.hooks.has(physical + offset)) {
      out.put(MICRO.HOOK, physical + offset);
    }
    writeInstruction(cpu, out, instruction, scratch);
    offset += instruction.length;
  });
  endBlock(out, instructions, offset);
  out.finish(start, instructions.length);
  simplify(blocks.code, start, out.position);
  forbidFarLinks(blocks.code, start, out.position, physical & 0xfff);
  const { code } = blocks;
  code[start + 1] = instructions.length;
  code[start + 2] = out.referenceCount;
  code[start + 3] = secondPageNumber;
  code[start + 4] = offset;
  // Nothing is counted yet when the first micro-operation runs, so there is nothing to take back.
  code[start + ACCOUNT] = 0;
  code[start + LOCATION] = 0;
  const wasCode = blocks.codePages[physical >>> 12];
  blocks.file(
    {
      physical,
      length: offset,
      secondPage: secondPageNumber,
      mode: cpu.mode,
      start,
      end: out.position,
    },
    scratch,
  );
  protectPages(cpu, physical, secondPageNumber, wasCode !== 0);
  return start;
}

/** A page that holds code loses its place in the fast write table. */
function protectPages(cpu: Cpu, physical: number, second: number, wasCode: boolean): void {
  if (!wasCode) {
    cpu.mmu.fast.protect(RAM_OFFSET + (physical & ~0xfff));
  }
  if (second >= 0) {
    cpu.mmu.fast.protect(RAM_OFFSET + (second << 12));
  }
}

function writeInstruction(
  cpu: Cpu,
  out: MicroWriter,
  instruction: Instruction,
  scratch: boolean,
): void {
  const { row } = instruction;
  if (translate(out, instruction)) {
    return;
  }
  if (row.privileged) {
    out.put(MICRO.PRIVILEGED);
  }
  instruction.handler = HANDLERS[row.handler];
  const index = cpu.blocks.addInstruction(instruction, scratch);
  if (!out.traced && instruction.width === 32 && row.handler === 'int') {
    out.put(MICRO.INT, index, instruction.immediate);
  } else if (!out.traced && instruction.width === 32 && row.handler === 'iret') {
    out.put(MICRO.IRET, index);
  } else {
    out.put(row.endsBlock ? MICRO.GENERIC_END : MICRO.GENERIC, index);
  }
}

/** A block that does not end in a jump goes on behind its last instruction. */
function endBlock(out: MicroWriter, instructions: readonly Instruction[], offset: number): void {
  if (!instructions[instructions.length - 1].row.endsBlock) {
    out.startInstruction(instructions.length, offset, 0);
    out.put(MICRO.END, 0, offset, 0);
  }
}

/** Links within one page only: elsewhere the instruction TLB has to be asked. */
function forbidFarLinks(code: Int32Array, start: number, end: number, page: number): void {
  for (let at = start; at < end; at += MICRO_WORDS) {
    forbid(code, at, page);
  }
}

const SLOTS = new Map<number, readonly number[]>([
  [MICRO.END, [3]],
  [MICRO.JMP, [3]],
  [MICRO.CALL, [3]],
  [MICRO.JCC, [3, 5]],
  [MICRO.JZ, [3, 5]],
  [MICRO.JNZ, [3, 5]],
]);

function forbid(code: Int32Array, at: number, pageOffset: number): void {
  for (const slot of SLOTS.get(code[at]) ?? []) {
    if (((pageOffset + code[at + slot - 1]) & ~0xfff) !== 0) {
      code[at + slot] = -1;
    }
  }
}
