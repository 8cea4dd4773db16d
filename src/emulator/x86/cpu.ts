// The processor's state and what every instruction handler needs: registers, memory through segments and pages,
// privilege, faults. No instruction's meaning stands here (execute/), nor the run loop (interpreter.ts).
import type { MachineMemory } from '../memoryLayout.ts';
import { BlockCache, MODE_16 } from './blocks.ts';
import { breakpointsEnabled, dataHits } from './breakpoints.ts';
import type { CpuModel } from './cpuModel.ts';
import type { Gate } from './execute/gates.ts';
import { Decoder } from './decode/decoder.ts';
import type { Instruction } from './decode/instruction.ts';
import { AC, IF, TF, VM } from './flags.ts';
import { AC_FAULT, GP, PendingFault, SS_FAULT, UD, GUEST_FAULT } from './faults.ts';
import { FpuState } from './fpuState.ts';
import { SimdState } from './simdState.ts';
import { load, probeWrite, store } from './memory/access.ts';
import {
  FAST_READ_SUPERVISOR,
  FAST_READ_USER,
  FAST_WRITE_SUPERVISOR,
  FAST_WRITE_USER,
  WANT_USER,
} from './memory/rights.ts';
import { Mmu, type MmuObserver } from './memory/mmu.ts';
import { PerformanceCounters } from './performanceCounters.ts';
import { BIG, DESCRIPTOR_CACHE_MASK } from './memory/descriptorBits.ts';
import { type Descriptor, expandDownAllows, highestOffset } from './memory/segmentation.ts';
import {
  ATTRIBUTES,
  BASE,
  CPL,
  CR0,
  CR0_AM,
  CR0_PE,
  CR3,
  CS,
  DS,
  EFLAGS,
  EIP,
  ES,
  GS,
  LIMIT,
  SS,
} from './registers.ts';

/** The I/O ports as the processor reaches them; width in bits. */
export interface PortSpace {
  readPort(port: number, width: number): number;
  writePort(port: number, value: number, width: number): void;
}

/**
 * Called after a transfer took place, with linear addresses (profiling). The transferring instruction itself is not
 * yet in the instruction count.
 */
export interface ControlFlowListener {
  /** `from` is the address of the call instruction. */
  call(from: number, to: number): void;
  return(to: number): void;
  interrupt(vector: number, from: number, kind: 'software' | 'fault' | 'hardware'): void;
  interruptReturn(to: number): void;
}

export interface CpuOptions {
  readonly model: CpuModel;
  readonly ports: PortSpace;
  readonly log: (message: string) => void;
  /** Cycles now, for RDTSC. */
  readonly cycles: () => number;
  /** Whether a local APIC answers at FEE00000h: CPUID and the MSR APIC_BASE say so. */
  readonly hasLocalApic: boolean;
  /** FERR#: an x87 error waits while CR0.NE is clear. */
  readonly numericError: () => void;
}

const ALL_FLAT = (1 << CS) | (1 << SS) | (1 << DS) | (1 << ES);

export class Cpu implements MmuObserver {
  readonly memory: MachineMemory;
  readonly r: Int32Array;
  readonly r16: Uint16Array;
  readonly r8: Uint8Array;
  readonly fault = new PendingFault();
  readonly blocks: BlockCache;
  readonly mmu: Mmu;
  readonly fpu: FpuState;
  readonly simd: SimdState;
  readonly ports: PortSpace;
  readonly model: CpuModel;
  readonly i686: boolean;
  readonly cycles: () => number;
  readonly hasLocalApic: boolean;
  readonly numericError: () => void;
  /** IGNNE#: x87 instructions go on although an error waits, until it is cleared. */
  ignoresNumericError = false;
  readonly decoder: Decoder;
  private readonly log: (message: string) => void;
  private readonly logged = new Set<string>();

  // Accounting of the interpreter: instructions executed = target - left - toEnd at every moment.
  target = 0;
  left = 0;
  toEnd = 0;
  /** EIP of the instruction being executed, for faults. */
  instructionEip = 0;
  /** Static references from the current micro-operation to its block's end, to be taken back at a fault. */
  referencesToEnd = 0;
  /** Static references of the blocks run so far that the interpreter has not added up yet. */
  pendingReferences = 0;

  /** WANT_USER at CPL 3. */
  want = 0;
  /** DR7 enables breakpoints: the fast table answers nothing. */
  watching = false;
  /** Data breakpoints that the instruction being executed has met, as in DR6. */
  watchHits = 0;
  readMask = FAST_READ_SUPERVISOR;
  writeMask = FAST_WRITE_SUPERVISOR;
  /** CS, SS, DS and ES cover 4 GB from 0 and allow what they are used for. */
  flat = false;
  /** Highest offsets for reads (by segment) and writes (8 + segment); -1: none, or expand-down. */
  readonly highest = new Float64Array(16).fill(-1);
  stackMask = -1;
  /** Up to this offset no instruction that begins and ends in one page can reach beyond the limit of CS; -1: nowhere. */
  plainCodeLimit = 0xffff_ffff;
  /** Descriptors that segmentation.ts has taken apart. */
  readonly descriptors = new Array<Descriptor | undefined>(DESCRIPTOR_CACHE_MASK + 1).fill(
    undefined,
  );
  /** Gates of the interrupt descriptor table that gates.ts has taken apart, by vector. */
  readonly gates = new Array<Gate | undefined>(256).fill(undefined);
  private flatSegments = 0;
  /** Which of the block cache's modes the segments make. */
  mode = 1;

  /** INTR, as the interrupt controller drives it. */
  interruptLine: { readonly pending: boolean } = { pending: false };
  halted = false;
  shutdown = false;
  /** After STI, MOV SS and POP SS: no interrupt before the next instruction has ended. */
  inhibitInterrupts = false;
  /** The last two of them hold back the trap of a single step, too (SDM vol. 3, 6.8.3). */
  inhibitSingleStep = false;
  /** NMI came and was not delivered yet; and: it is being handled, and IRET opens it again. */
  nmiPending = false;
  nmiBlocked = false;
  /** What WRMSR has put into the registers of SYSENTER. */
  readonly sysenter = { cs: 0, esp: 0, eip: 0 };
  /** The page attribute table as a reset leaves it. */
  pageAttributes = 0x0007_0406_0007_0406n;
  timeStampOffset = 0n;
  readonly counters = new PerformanceCounters();
  /** Interrupts of the INTR and NMI pins, for the performance counters. */
  hardwareInterrupts = 0;
  cr3Loads = 0;
  /** Interrupts and exceptions delivered so far. */
  deliveries = 0;
  /** Interrupts and exceptions delivered, by vector; and those that came from ring 3 by an INT instruction. */
  readonly interruptCounts = new Float64Array(256);
  readonly softwareFromUser = new Float64Array(256);
  controlFlow: ControlFlowListener | undefined;
  onCodePage: ((linearPage: number, physicalPage: number) => void) | undefined;
  onHook: ((physicalAddress: number) => boolean) | undefined;
  /** The last hook that was called: an instruction's hook is called once for each time it is reached. */
  private hookPhysical = -1;
  private hookCount = -1;

  constructor(memory: MachineMemory, options: CpuOptions) {
    this.memory = memory;
    this.r = memory.state;
    this.r16 = memory.state16;
    this.r8 = memory.state8;
    this.ports = options.ports;
    this.model = options.model;
    this.i686 = options.model.extensions.has('i686');
    this.cycles = options.cycles;
    this.hasLocalApic = options.hasLocalApic;
    this.numericError = options.numericError;
    this.log = options.log;
    this.decoder = new Decoder(options.model.extensions);
    this.blocks = new BlockCache(memory.ramSize);
    this.fpu = new FpuState(memory);
    this.simd = new SimdState(memory, options.model.extensions);
    this.mmu = new Mmu(memory, this.fault, this);
  }

  get instructionCount(): number {
    return this.target - this.left - this.toEnd;
  }

  get codePages(): Uint8Array {
    return this.blocks.codePages;
  }

  codeStored(physical: number, size: number): void {
    this.blocks.invalidate(physical, size);
  }

  codePageFilled(linearPage: number, physicalPage: number): void {
    this.onCodePage?.(linearPage, physicalPage);
  }

  /** Whether the hook before this instruction asks to stop. */
  hookStops(physical: number): boolean {
    const count = this.instructionCount;
    if (this.hookPhysical === physical && this.hookCount === count) {
      return false;
    }
    this.hookPhysical = physical;
    this.hookCount = count;
    return this.onHook?.(physical) === true;
  }

  /** After a restore: the count may be the same one again. */
  forgetHook(): void {
    this.hookPhysical = -1;
  }

  /** Logs a sentence once. */
  report(message: string): void {
    if (!this.logged.has(message)) {
      this.logged.add(message);
      this.log(message);
    }
  }

  /** Says what is missing, once for each place, and raises #UD in the guest. */
  unsupported(what: string): never {
    const linear = this.r[BASE + CS] + this.instructionEip;
    const where = `EIP ${hex(this.instructionEip)}, linear ${hex(linear)}`;
    this.report(`The processor does not support ${what} (${where}); the guest gets #UD.`);
    return this.fault.raise(UD);
  }

  /** After an instruction that may have changed what an interrupt or a single step depends on. */
  get mustLeave(): boolean {
    const flags = this.r[EFLAGS];
    return (
      (flags & TF) !== 0 ||
      this.inhibitInterrupts ||
      this.nmiPending ||
      ((flags & IF) !== 0 && this.interruptLine.pending)
    );
  }

  /** MOV CR3 and a task switch: another page directory, and, unless they are tagged, empty TLBs. */
  loadPageDirectory(directory: number): void {
    this.r[CR3] = directory;
    this.cr3Loads++;
    this.mmu.directoryChanged();
  }

  /** Real mode, or virtual-8086 mode: a selector is a paragraph number. */
  get addressesParagraphs(): boolean {
    return (this.r[CR0] & CR0_PE) === 0 || (this.r[EFLAGS] & VM) !== 0;
  }

  /** The time-stamp counter. */
  timeStamp(): bigint {
    return (BigInt(this.cycles()) + this.timeStampOffset) & 0xffff_ffff_ffff_ffffn;
  }

  setTimeStamp(value: bigint): void {
    this.timeStampOffset = value - BigInt(this.cycles());
  }

  /** A rising edge of the NMI pin (SDM vol. 3, 6.7): held until the next boundary that is open for it. */
  raiseNmi(): void {
    this.nmiPending = true;
  }

  get virtual8086(): boolean {
    return (this.r[EFLAGS] & VM) !== 0;
  }

  setPrivilege(level: number): void {
    if (this.counters.byLevel) {
      this.counters.levelChanges(this, this.r[CPL]);
    }
    this.r[CPL] = level;
    this.want = level === 3 ? WANT_USER : 0;
    this.watching = breakpointsEnabled(this.r);
    if (this.watching) {
      this.readMask = 0;
      this.writeMask = 0;
      return;
    }
    this.readMask = level === 3 ? FAST_READ_USER : FAST_READ_SUPERVISOR;
    this.writeMask = level === 3 ? FAST_WRITE_USER : FAST_WRITE_SUPERVISOR;
  }

  /** Recomputes what is derived from the hidden part of a segment register. */
  segmentChanged(segment: number): void {
    const { r, highest } = this;
    if (segment > GS) {
      return;
    }
    const attributes = r[ATTRIBUTES + segment];
    highest[segment] = highestOffset(attributes, r[LIMIT + segment], false);
    highest[8 + segment] = highestOffset(attributes, r[LIMIT + segment], true);
    if (segment === CS) {
      this.plainCodeLimit = plainCodeLimit(r[BASE + CS], r[LIMIT + CS]);
    }
    if (segment === SS) {
      this.stackMask = (attributes & BIG) === 0 ? 0xffff : -1;
    }
    const flat = this.isFlat(segment, segment === CS ? 0 : 8);
    const bit = 1 << segment;
    this.flatSegments = flat ? this.flatSegments | bit : this.flatSegments & ~bit;
    this.flat = (this.flatSegments & ALL_FLAT) === ALL_FLAT && this.stackMask === -1;
    const narrowCode = (r[ATTRIBUTES + CS] & BIG) === 0;
    this.mode = narrowCode ? MODE_16 : this.flat ? 0 : this.stackMask === -1 ? 1 : 2;
  }

  segmentsChanged(): void {
    for (let segment = 0; segment < 6; segment++) {
      this.segmentChanged(segment);
    }
  }

  private isFlat(segment: number, access: number): boolean {
    return this.r[BASE + segment] === 0 && this.highest[access + segment] === 0xffff_ffff;
  }

  /** Linear address of an access, after the segment's checks. */
  linear(segment: number, offset: number, size: number, write: boolean): number {
    const highest = this.highest[(write ? 8 : 0) + segment];
    if ((offset >>> 0) + size - 1 <= highest) {
      return (this.r[BASE + segment] + offset) | 0;
    }
    return this.unusualLinear(segment, offset, size, write);
  }

  private unusualLinear(segment: number, offset: number, size: number, write: boolean): number {
    const { r } = this;
    const limit = r[LIMIT + segment];
    if (!expandDownAllows(r[ATTRIBUTES + segment], limit, offset, size, write)) {
      this.fault.set(segment === SS ? SS_FAULT : GP, 0);
      throw GUEST_FAULT;
    }
    return (r[BASE + segment] + offset) | 0;
  }

  effectiveAddress(i: Instruction): number {
    const { r } = this;
    const offset = (r[i.base] + (r[i.index] << i.shift) + i.displacement) | 0;
    return i.address16 ? offset & 0xffff : offset;
  }

  /** The offset `bytes` above a memory operand's start; a 16-bit one wraps. */
  addressAbove(i: Instruction, bytes: number): number {
    const offset = (this.effectiveAddress(i) + bytes) | 0;
    return i.address16 ? offset & 0xffff : offset;
  }

  /** Notes an access that the guest's breakpoints may be about. */
  watch(linear: number, size: number, write: boolean): void {
    this.watchHits |= dataHits(this.r, linear, size, write);
  }

  /** Zero-extended for 8 and 16 bits; a 32-bit value is signed. */
  read(segment: number, offset: number, width: number): number {
    return this.readLinear(this.linear(segment, offset, width >> 3, false), width);
  }

  readLinear(linear: number, width: number): number {
    const entry = this.memory.fastTable[linear >>> 12];
    if (width === 32 && (entry & this.readMask) !== 0 && (linear & 3) === 0) {
      this.mmu.references++;
      return this.memory.words[((entry & ~0xfff) | (linear & 0xfff)) >> 2];
    }
    const value = load(this.mmu, linear, width >> 3, this.want);
    this.mmu.references++;
    if (this.fault.raised || this.misaligned(linear, width >> 3)) {
      throw GUEST_FAULT;
    }
    if (this.watching) {
      this.watch(linear, width >> 3, false);
    }
    return value;
  }

  write(segment: number, offset: number, width: number, value: number): void {
    this.writeLinear(this.linear(segment, offset, width >> 3, true), width, value);
  }

  writeLinear(linear: number, width: number, value: number): void {
    this.mmu.references++;
    const entry = this.memory.fastTable[linear >>> 12];
    if (width === 32 && (entry & this.writeMask) !== 0 && (linear & 3) === 0) {
      this.memory.words[((entry & ~0xfff) | (linear & 0xfff)) >> 2] = value;
      return;
    }
    if (this.checksAlignment && (linear & ((width >> 3) - 1)) !== 0) {
      this.probeLinear(linear, width >> 3);
      this.misaligned(linear, width >> 3);
      throw GUEST_FAULT;
    }
    if (!store(this.mmu, linear, width >> 3, value, this.want)) {
      throw GUEST_FAULT;
    }
    if (this.watching) {
      this.watch(linear, width >> 3, true);
    }
  }

  /** Checks that a write would succeed, before anything is changed. */
  probe(segment: number, offset: number, size: number): void {
    this.mmu.references++;
    this.probeLinear(this.linear(segment, offset, size, true), size);
  }

  private probeLinear(linear: number, size: number): void {
    if (!probeWrite(this.mmu, linear, size, this.want)) {
      throw GUEST_FAULT;
    }
  }

  /** CR0.AM and EFLAGS.AC are set, and the level is 3 (SDM vol. 3, 6.15, interrupt 17). */
  get checksAlignment(): boolean {
    const { r } = this;
    return this.want !== 0 && (r[EFLAGS] & AC) !== 0 && (r[CR0] & CR0_AM) !== 0;
  }

  /**
   * Leaves #AC(0) pending if an access of `size` bytes (2, 4, 8 or 16: its alignment) must be aligned and is not. A
   * page fault comes before it.
   */
  misaligned(linear: number, size: number): boolean {
    if ((linear & (size - 1)) === 0 || !this.checksAlignment) {
      return false;
    }
    this.fault.set(AC_FAULT, 0);
    return true;
  }

  /** For operands of more than 32 bits, which are read and written in pieces. */
  requireAlignment(segment: number, offset: number, size: number): void {
    if (this.misaligned((this.r[BASE + segment] + offset) | 0, size)) {
      throw GUEST_FAULT;
    }
  }

  /** systemRead32 and systemWrite32 for a word of 16 bits. */
  systemRead16(linear: number): number {
    this.mmu.references++;
    const value = load(this.mmu, linear, 2, 0);
    if (this.fault.raised) {
      throw GUEST_FAULT;
    }
    return value;
  }

  systemWrite16(linear: number, value: number): void {
    this.mmu.references++;
    if (!store(this.mmu, linear, 2, value, 0)) {
      throw GUEST_FAULT;
    }
  }

  /** Descriptor tables, TSS and IDT are read with supervisor rights whatever the CPL. */
  systemRead32(linear: number): number {
    this.mmu.references++;
    const entry = this.memory.fastTable[linear >>> 12];
    if ((entry & FAST_READ_SUPERVISOR) !== 0 && (linear & 3) === 0) {
      return this.memory.words[((entry & ~0xfff) | (linear & 0xfff)) >> 2];
    }
    const value = load(this.mmu, linear, 4, 0);
    if (this.fault.raised) {
      throw GUEST_FAULT;
    }
    return value;
  }

  systemWrite32(linear: number, value: number): void {
    this.mmu.references++;
    const entry = this.memory.fastTable[linear >>> 12];
    if ((entry & FAST_WRITE_SUPERVISOR) !== 0 && (linear & 3) === 0) {
      this.memory.words[((entry & ~0xfff) | (linear & 0xfff)) >> 2] = value;
      return;
    }
    if (!store(this.mmu, linear, 4, value, 0)) {
      throw GUEST_FAULT;
    }
  }

  /** The offset `below` bytes under the top of the stack; a 16-bit stack wraps within its 64 KB. */
  stackOffset(below: number): number {
    const esp = this.r[4];
    return (esp - below) & this.stackMask;
  }

  setStackPointer(value: number): void {
    this.r[4] = (this.r[4] & ~this.stackMask) | (value & this.stackMask);
  }

  push(value: number, width: number): void {
    const offset = this.stackOffset(width >> 3);
    this.write(SS, offset, width, value);
    this.setStackPointer(offset);
  }

  /** Reads the top of the stack without moving it; the caller moves it once nothing can fail. */
  peekStack(above: number, width: number): number {
    return this.read(SS, this.stackOffset(-above), width);
  }

  pop(width: number): number {
    const value = this.peekStack(0, width);
    this.setStackPointer(this.stackOffset(-(width >> 3)));
    return value;
  }

  jump(offset: number): void {
    if (offset >>> 0 > this.highestCode) {
      this.fault.raise(GP, 0);
    }
    this.r[EIP] = offset;
  }

  get highestCode(): number {
    return this.r[LIMIT + CS] >>> 0;
  }
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}

/** The limit of CS itself if a page ends there, else the end of the page before. */
function plainCodeLimit(base: number, limit: number): number {
  const beyond = (base + limit + 1) & 0xfff;
  return (limit >>> 0) - beyond;
}
