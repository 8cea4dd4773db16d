// The general way into a handler (SDM vol. 3, 6.12, 20.1.4 and 20.3), with every check and every fault: through the
// vector table of real mode, or through the IDT to the same level, to an inner one, or out of virtual-8086 mode.
// Everything is checked before the processor's state changes.
import type { Cpu } from '../cpu.ts';
import { GP, NO_ERROR_CODE, NP } from '../faults.ts';
import { AC, IF, RF, TF, getFlags } from '../flags.ts';
import { CODE, DOWN_OR_CONFORMING, NOT_SYSTEM } from '../memory/descriptorBits.ts';
import {
  clearSegment,
  findDescriptor,
  loadParagraph,
  setCodeSegment,
  setStackSegment,
  type Descriptor,
} from '../memory/segmentation.ts';
import {
  CPL,
  CR0,
  CR0_PE,
  CS,
  DS,
  EFLAGS,
  EIP,
  ES,
  ESP,
  FS,
  GS,
  IDT_BASE,
  IDT_LIMIT,
  SELECTOR,
  SS,
} from '../registers.ts';
import { type Gate, TASK_GATE, clearHandlerFlags, readGate } from './gates.ts';
import { innerStack, pushOnNewStack, requireInside } from './newStack.ts';
import { switchTask, taskWidth } from './tasks.ts';

export function enterHandler(cpu: Cpu, vector: number, software: boolean, errorCode: number): void {
  const { r } = cpu;
  if ((r[CR0] & CR0_PE) === 0) {
    enterReal(cpu, vector);
    return;
  }
  const external = software ? 0 : 1;
  const gate = readGate(cpu, vector, software, external);
  if (gate.type === TASK_GATE) {
    switchTask(cpu, gate.selector, 'interrupt', external);
    if (errorCode !== NO_ERROR_CODE) {
      cpu.push(errorCode, taskWidth(cpu));
    }
    return;
  }
  const descriptor = handlerCode(cpu, gate, external);
  const level = (descriptor.attributes & DOWN_OR_CONFORMING) !== 0 ? r[CPL] : descriptor.dpl;
  if (cpu.virtual8086 && level !== 0) {
    cpu.fault.raise(GP, (gate.selector & 0xfffc) | external);
  }
  const frame = [getFlags(r), r[SELECTOR + CS], r[EIP]];
  if (errorCode !== NO_ERROR_CODE) {
    frame.push(errorCode);
  }
  if (level < r[CPL]) {
    enterInner(cpu, gate, descriptor, level, frame, external);
  } else {
    probeFrame(cpu, frame, gate.width);
    requireInside(cpu, { offset: gate.offset, descriptor }, external);
    pushFrame(cpu, frame, gate.width);
    setCodeSegment(cpu, gate.selector, descriptor, level);
  }
  r[EIP] = gate.offset;
  clearHandlerFlags(cpu, gate);
}

/** Vectors of four bytes; 16-bit FLAGS, CS and IP on the stack, and never an error code. */
function enterReal(cpu: Cpu, vector: number): void {
  const { r } = cpu;
  if (vector * 4 + 3 > r[IDT_LIMIT] >>> 0) {
    cpu.fault.raise(GP, vector * 8 + 2);
  }
  const target = cpu.systemRead32((r[IDT_BASE] + vector * 4) | 0);
  const frame = [getFlags(r), r[SELECTOR + CS], r[EIP]];
  probeFrame(cpu, frame, 16);
  pushFrame(cpu, frame, 16);
  loadParagraph(cpu, CS, target >>> 16);
  r[EIP] = target & 0xffff;
  r[EFLAGS] &= ~(IF | TF | RF | AC);
}

/** All of the frame is checked before any of it is written. */
function probeFrame(cpu: Cpu, frame: readonly number[], width: number): void {
  const bytes = width >> 3;
  frame.forEach((_, index) => {
    cpu.probe(SS, cpu.stackOffset((index + 1) * bytes), bytes);
  });
  cpu.mmu.references -= frame.length;
}

function pushFrame(cpu: Cpu, frame: readonly number[], width: number): void {
  for (const word of frame) {
    cpu.push(word, width);
  }
}

function handlerCode(cpu: Cpu, gate: Gate, external: number): Descriptor {
  const code = (gate.selector & 0xfffc) | external;
  const found = (gate.selector & 0xfffc) === 0 ? undefined : findDescriptor(cpu, gate.selector);
  const descriptor = found ?? cpu.fault.raise(GP, code);
  if (
    (descriptor.attributes & (NOT_SYSTEM | CODE)) !== (NOT_SYSTEM | CODE) ||
    descriptor.dpl > cpu.r[CPL]
  ) {
    cpu.fault.raise(GP, code);
  }
  if (!descriptor.present) {
    cpu.fault.raise(NP, code);
  }
  return descriptor;
}

/** The stack comes from the TSS; the old one is pushed first, and before it the segments of virtual-8086 mode. */
function enterInner(
  cpu: Cpu,
  gate: Gate,
  descriptor: Descriptor,
  level: number,
  frame: readonly number[],
  external: number,
): void {
  const { r } = cpu;
  const stack = innerStack(cpu, level, external);
  const saved = cpu.virtual8086 ? [GS, FS, DS, ES] : [];
  const words = [
    ...saved.map((segment) => r[SELECTOR + segment]),
    r[SELECTOR + SS],
    r[ESP],
    ...frame,
  ];
  const esp = pushOnNewStack(
    cpu,
    stack,
    words,
    gate.width,
    { offset: gate.offset, descriptor },
    external,
  );
  clearHandlerFlags(cpu, gate);
  for (const segment of saved) {
    clearSegment(cpu, segment, 0);
  }
  setStackSegment(cpu, stack.selector, stack.descriptor);
  cpu.setStackPointer(esp);
  setCodeSegment(cpu, gate.selector, descriptor, level);
}
