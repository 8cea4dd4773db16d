// Segment registers and descriptors seen by programs (SDM vol. 2: MOV Sreg, PUSH/POP Sreg, LDS.., LAR, LSL, VERR,
// VERW, ARPL, SLDT, STR, LLDT, LTR, SGDT, SIDT, LGDT, LIDT).
import type { Cpu } from '../cpu.ts';
import { type Instruction, OPERAND_REGISTER } from '../decode/instruction.ts';
import { UD } from '../faults.ts';
import { ZF, changeFlags } from '../flags.ts';
import { CODE, DOWN_OR_CONFORMING, NOT_SYSTEM, READ_WRITE } from '../memory/descriptorBits.ts';
import {
  clearSegment,
  findDescriptor,
  loadSegment,
  loadSystemSegment,
  type Descriptor,
} from '../memory/segmentation.ts';
import {
  ATTRIBUTES,
  CPL,
  CS,
  ES,
  ESP,
  FS,
  GDT_BASE,
  GDT_LIMIT,
  GS,
  DS,
  IDT_BASE,
  IDT_LIMIT,
  LDTR,
  SELECTOR,
  SS,
  TR,
} from '../registers.ts';
import { type Handler, read1, read2, write1, writeRegister } from './operands.ts';

const LDT_TYPE = 2;
const TSS_AVAILABLE = [1, 9];
const TSS_BUSY_BIT = 2;

/** ES, CS, SS, DS stand in bits 3-4 of their PUSH and POP; FS and GS in the same bits with bit 2 set. */
function encodedSegment(i: Instruction): number {
  return (i.opcode >> 3) & 7;
}

function popSegment(cpu: Cpu, i: Instruction): void {
  const selector = cpu.peekStack(0, i.width) & 0xffff;
  // POP SS: the stack pointer is as wide as the old stack.
  const mask = cpu.stackMask;
  loadSegment(cpu, encodedSegment(i), selector);
  cpu.r[ESP] = (cpu.r[ESP] & ~mask) | ((cpu.r[ESP] + (i.width >> 3)) & mask);
  if (encodedSegment(i) === SS) {
    cpu.inhibitInterrupts = true;
    cpu.inhibitSingleStep = true;
  }
}

function movToSegment(cpu: Cpu, i: Instruction): void {
  const segment = i.registerField;
  if (segment === CS || segment > GS) {
    cpu.fault.raise(UD);
  }
  loadSegment(cpu, segment, read2(cpu, i, 16));
  if (segment === SS) {
    cpu.inhibitInterrupts = true;
    cpu.inhibitSingleStep = true;
  }
}

function movFromSegment(cpu: Cpu, i: Instruction): void {
  if (i.registerField > GS) {
    cpu.fault.raise(UD);
  }
  const value = cpu.r[SELECTOR + i.registerField];
  write1(cpu, i, value, i.kind1 === OPERAND_REGISTER ? i.width : 16);
}

const FAR_POINTER_SEGMENT = new Map([
  [0xc4, ES],
  [0xc5, DS],
  [0x1b2, SS],
  [0x1b4, FS],
  [0x1b5, GS],
]);

function loadFarPointer(cpu: Cpu, i: Instruction): void {
  const offset = read2(cpu, i);
  const above = cpu.addressAbove(i, i.width >> 3);
  const selector = cpu.read(i.segment, above, 16);
  loadSegment(cpu, FAR_POINTER_SEGMENT.get(i.opcode) ?? DS, selector);
  writeRegister(cpu, i.register1, i.width, offset);
}

/** The descriptor if the selector may be looked at from here, for LAR, LSL, VERR and VERW. */
function visible(
  cpu: Cpu,
  selector: number,
  systemTypes: readonly number[],
): Descriptor | undefined {
  const found = (selector & 0xfffc) === 0 ? undefined : findDescriptor(cpu, selector);
  if (found === undefined) {
    return undefined;
  }
  const { attributes } = found;
  if ((attributes & NOT_SYSTEM) === 0 && !systemTypes.includes(found.type)) {
    return undefined;
  }
  const conforming =
    (attributes & (NOT_SYSTEM | CODE | DOWN_OR_CONFORMING)) ===
    (NOT_SYSTEM | CODE | DOWN_OR_CONFORMING);
  const asked = Math.max(selector & 3, cpu.r[CPL]);
  return conforming || asked <= found.dpl ? found : undefined;
}

function answerZero(cpu: Cpu, yes: boolean): void {
  changeFlags(cpu.r, ZF, yes ? ZF : 0);
}

function verify(cpu: Cpu, i: Instruction, write: boolean): void {
  const found = visible(cpu, read1(cpu, i, 16), []);
  const isCode = found !== undefined && (found.attributes & CODE) !== 0;
  const bit = found !== undefined && (found.attributes & READ_WRITE) !== 0;
  answerZero(cpu, found !== undefined && (write ? !isCode && bit : !isCode || bit));
}

function storeTable(cpu: Cpu, i: Instruction, base: number, limit: number): void {
  const address = cpu.effectiveAddress(i);
  cpu.probe(i.segment, address, 6);
  cpu.write(i.segment, address, 16, limit);
  cpu.write(i.segment, (address + 2) | 0, 32, base);
}

function loadTable(cpu: Cpu, i: Instruction, base: number, limit: number): void {
  const address = cpu.effectiveAddress(i);
  const newLimit = cpu.read(i.segment, address, 16);
  const newBase = cpu.read(i.segment, (address + 2) | 0, 32);
  cpu.r[limit] = newLimit;
  cpu.r[base] = i.width === 16 ? newBase & 0xff_ffff : newBase;
}

function loadTaskRegister(cpu: Cpu, i: Instruction): void {
  const selector = read1(cpu, i, 16);
  const descriptor = loadSystemSegment(cpu, TR, selector, TSS_AVAILABLE);
  cpu.systemWrite32((descriptor.address + 4) | 0, descriptor.high | (TSS_BUSY_BIT << 8));
  cpu.r[ATTRIBUTES + TR] |= TSS_BUSY_BIT;
}

/** Descriptors, the LDT and the task register are protected mode's alone (SDM vol. 2: #UD elsewhere). */
function protectedOnly(handler: Handler): Handler {
  return (cpu, i) => {
    if (cpu.addressesParagraphs) {
      cpu.fault.raise(UD);
    }
    handler(cpu, i);
  };
}

export const segmentHandlers = {
  pushSegment: (cpu, i) => {
    cpu.push(cpu.r[SELECTOR + encodedSegment(i)], i.width);
  },
  popSegment,
  movToSegment,
  movFromSegment,
  loadFarPointer,
  arpl: protectedOnly((cpu, i) => {
    const mine = read1(cpu, i, 16);
    const asked = read2(cpu, i, 16) & 3;
    const lower = (mine & 3) < asked;
    if (lower) {
      write1(cpu, i, (mine & ~3) | asked, 16);
    }
    answerZero(cpu, lower);
  }),
  lar: protectedOnly((cpu, i) => {
    const found = visible(cpu, read2(cpu, i, 16), [1, 2, 3, 4, 5, 9, 11, 12]);
    if (found !== undefined) {
      write1(cpu, i, found.high & 0x00f0_ff00);
    }
    answerZero(cpu, found !== undefined);
  }),
  lsl: protectedOnly((cpu, i) => {
    const found = visible(cpu, read2(cpu, i, 16), [1, 2, 3, 9, 11]);
    if (found !== undefined) {
      write1(cpu, i, found.limit);
    }
    answerZero(cpu, found !== undefined);
  }),
  verr: protectedOnly((cpu, i) => {
    verify(cpu, i, false);
  }),
  verw: protectedOnly((cpu, i) => {
    verify(cpu, i, true);
  }),
  sldt: protectedOnly((cpu, i) => {
    write1(cpu, i, cpu.r[SELECTOR + LDTR], i.kind1 === OPERAND_REGISTER ? i.width : 16);
  }),
  str: protectedOnly((cpu, i) => {
    write1(cpu, i, cpu.r[SELECTOR + TR], i.kind1 === OPERAND_REGISTER ? i.width : 16);
  }),
  lldt: protectedOnly((cpu, i) => {
    const selector = read1(cpu, i, 16);
    if ((selector & 0xfffc) === 0) {
      clearSegment(cpu, LDTR, selector);
    } else {
      loadSystemSegment(cpu, LDTR, selector, [LDT_TYPE]);
    }
  }),
  ltr: protectedOnly(loadTaskRegister),
  sgdt: (cpu, i) => {
    storeTable(cpu, i, cpu.r[GDT_BASE], cpu.r[GDT_LIMIT]);
  },
  sidt: (cpu, i) => {
    storeTable(cpu, i, cpu.r[IDT_BASE], cpu.r[IDT_LIMIT]);
  },
  lgdt: (cpu, i) => {
    loadTable(cpu, i, GDT_BASE, GDT_LIMIT);
  },
  lidt: (cpu, i) => {
    loadTable(cpu, i, IDT_BASE, IDT_LIMIT);
  },
} satisfies Record<string, Handler>;
