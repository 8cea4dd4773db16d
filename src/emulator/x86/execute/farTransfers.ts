// Far JMP and CALL (SDM vol. 2; vol. 3, 5.8 and 7.3): to a code segment, through a call gate of either size, to a task
// or through a task gate, and by paragraph in real and virtual-8086 mode.
import type { Cpu } from '../cpu.ts';
import { type Instruction, OPERAND_MEMORY } from '../decode/instruction.ts';
import { GP, NP } from '../faults.ts';
import { CODE, DOWN_OR_CONFORMING, NOT_SYSTEM, PRESENT } from '../memory/descriptorBits.ts';
import {
  type Descriptor,
  loadParagraph,
  requireDescriptor,
  setCodeSegment,
  setStackSegment,
} from '../memory/segmentation.ts';
import { BASE, CPL, CS, EIP, ESP, LIMIT, SELECTOR, SS } from '../registers.ts';
import { innerStack, pushOnNewStack } from './newStack.ts';
import { switchTask } from './tasks.ts';

const TASK_16 = 1;
const CALL_GATE_16 = 4;
const TASK_GATE = 5;
const TASK_32 = 9;
const CALL_GATE_32 = 12;

interface Target {
  readonly selector: number;
  readonly offset: number;
  /** Of what is pushed: 32 or 16. */
  readonly width: number;
}

/** What a system descriptor means to a far transfer, by its type; any other type is #GP. */
const SYSTEM_TRANSFERS: Readonly<
  Record<number, (cpu: Cpu, selector: number, found: Descriptor, call: boolean) => void>
> = {
  [TASK_16]: toTask,
  [TASK_32]: toTask,
  [TASK_GATE]: (cpu, _, found, call) => {
    switchTask(cpu, found.low >>> 16, call ? 'call' : 'jump');
  },
  [CALL_GATE_16]: throughGate,
  [CALL_GATE_32]: throughGate,
};

function toTask(cpu: Cpu, selector: number, _: Descriptor, call: boolean): void {
  switchTask(cpu, selector, call ? 'call' : 'jump');
}

/** The pointer in the instruction, or in memory. */
function farPointer(cpu: Cpu, i: Instruction): Target {
  const { width } = i;
  if (i.kind1 !== OPERAND_MEMORY) {
    return { selector: i.immediate2, offset: i.immediate, width };
  }
  const address = cpu.effectiveAddress(i);
  const offset = cpu.read(i.segment, address, width);
  const above = cpu.addressAbove(i, width >> 3);
  return { selector: cpu.read(i.segment, above, 16), offset, width };
}

function transfer(cpu: Cpu, i: Instruction, call: boolean): void {
  const target = farPointer(cpu, i);
  if (cpu.addressesParagraphs) {
    byParagraph(cpu, target, call);
    return;
  }
  const { selector } = target;
  const descriptor = requireDescriptor(cpu, selector, GP);
  if ((descriptor.attributes & NOT_SYSTEM) !== 0) {
    checkCode(cpu, selector, descriptor);
    sameLevel(cpu, target, descriptor, call);
    return;
  }
  const code = selector & 0xfffc;
  // Types that are no object have no key.
  if (!Object.hasOwn(SYSTEM_TRANSFERS, descriptor.type)) {
    cpu.fault.raise(GP, code);
  }
  if (descriptor.dpl < Math.max(cpu.r[CPL], selector & 3)) {
    cpu.fault.raise(GP, code);
  }
  if (!descriptor.present) {
    cpu.fault.raise(NP, code);
  }
  SYSTEM_TRANSFERS[descriptor.type](cpu, selector, descriptor, call);
}

/** Real and virtual-8086 mode. */
function byParagraph(cpu: Cpu, { selector, offset, width }: Target, call: boolean): void {
  const { r } = cpu;
  if (offset >>> 0 > r[LIMIT + CS] >>> 0) {
    cpu.fault.raise(GP, 0);
  }
  const from = (r[BASE + CS] + cpu.instructionEip) >>> 0;
  if (call) {
    pushReturn(cpu, width);
  }
  loadParagraph(cpu, CS, selector);
  r[EIP] = offset;
  if (call) {
    cpu.controlFlow?.call(from, (r[BASE + CS] + offset) >>> 0);
  }
}

/** CS and EIP, both checked before either is written. */
function pushReturn(cpu: Cpu, width: number): void {
  const { r } = cpu;
  const bytes = width >> 3;
  cpu.probe(SS, cpu.stackOffset(bytes), bytes);
  cpu.probe(SS, cpu.stackOffset(2 * bytes), bytes);
  cpu.push(r[SELECTOR + CS], width);
  cpu.push(r[EIP], width);
}

/** A code segment named directly: the level stays as it is (SDM vol. 3, 5.8.1). */
function checkCode(cpu: Cpu, selector: number, { attributes, dpl, present }: Descriptor): void {
  const level = cpu.r[CPL];
  const conforming = (attributes & DOWN_OR_CONFORMING) !== 0;
  const allowed = conforming ? dpl <= level : dpl === level && (selector & 3) <= level;
  if ((attributes & CODE) === 0 || !allowed) {
    cpu.fault.raise(GP, selector & 0xfffc);
  }
  if (!present) {
    cpu.fault.raise(NP, selector & 0xfffc);
  }
}

function sameLevel(cpu: Cpu, target: Target, descriptor: Descriptor, call: boolean): void {
  const { r } = cpu;
  const { selector, offset, width } = target;
  if (offset >>> 0 > descriptor.limit >>> 0) {
    cpu.fault.raise(GP, 0);
  }
  const from = (r[BASE + CS] + cpu.instructionEip) >>> 0;
  if (call) {
    pushReturn(cpu, width);
  }
  setCodeSegment(cpu, selector, descriptor, r[CPL]);
  r[EIP] = offset;
  if (call) {
    cpu.controlFlow?.call(from, (r[BASE + CS] + offset) >>> 0);
  }
}

/** A call gate (SDM vol. 3, 5.8.3 and 5.8.4); the pointer's own offset is not used. */
function throughGate(cpu: Cpu, _: number, gate: Descriptor, call: boolean): void {
  const { r } = cpu;
  const wide = gate.type === CALL_GATE_32;
  const selector = gate.low >>> 16;
  const offset = (gate.low & 0xffff) | (wide ? gate.high & 0xffff_0000 : 0);
  const descriptor = requireDescriptor(cpu, selector, GP);
  const { attributes, dpl } = descriptor;
  const conforming = (attributes & DOWN_OR_CONFORMING) !== 0;
  const isCode = (attributes & (NOT_SYSTEM | CODE)) === (NOT_SYSTEM | CODE);
  if (!isCode || dpl > r[CPL] || (!call && !conforming && dpl !== r[CPL])) {
    cpu.fault.raise(GP, selector & 0xfffc);
  }
  if ((attributes & PRESENT) === 0) {
    cpu.fault.raise(NP, selector & 0xfffc);
  }
  const target = { selector, offset, width: wide ? 32 : 16 };
  if (call && !conforming && dpl < r[CPL]) {
    innerLevel(cpu, target, descriptor, gate.high & 31);
  } else {
    sameLevel(cpu, target, descriptor, call);
  }
}

/** Old SS and ESP, the parameters from the old stack, and the return address, on the inner level's stack. */
function innerLevel(cpu: Cpu, target: Target, descriptor: Descriptor, parameters: number): void {
  const { r } = cpu;
  const { selector, offset, width } = target;
  const stack = innerStack(cpu, descriptor.dpl, 0);
  const copied = Array.from({ length: parameters }, (_, index) =>
    cpu.peekStack((parameters - 1 - index) * (width >> 3), width),
  );
  const words = [r[SELECTOR + SS], r[ESP], ...copied, r[SELECTOR + CS], r[EIP]];
  const esp = pushOnNewStack(cpu, stack, words, width, { offset, descriptor }, 0);
  const from = (r[BASE + CS] + cpu.instructionEip) >>> 0;
  setStackSegment(cpu, stack.selector, stack.descriptor);
  cpu.setStackPointer(esp);
  setCodeSegment(cpu, selector, descriptor, descriptor.dpl);
  r[EIP] = offset;
  cpu.controlFlow?.call(from, (r[BASE + CS] + offset) >>> 0);
}

export function jumpFar(cpu: Cpu, i: Instruction): void {
  transfer(cpu, i, false);
}

export function callFar(cpu: Cpu, i: Instruction): void {
  transfer(cpu, i, true);
}
