// Control transfer inside one privilege level (SDM vol. 2: Jcc, JMP, CALL, RET, LOOP, JCXZ), as handlers. EIP already
// points behind the instruction when a handler runs. The usual near forms also exist as micro-operations.
import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../decode/instruction.ts';
import { GP, NP } from '../faults.ts';
import { condition, zero } from '../flags.ts';
import { CODE, DOWN_OR_CONFORMING, NOT_SYSTEM } from '../memory/descriptorBits.ts';
import { requireDescriptor, setCodeSegment, type Descriptor } from '../memory/segmentation.ts';
import { BASE, CPL, CS, ECX, EIP, SELECTOR, SS } from '../registers.ts';
import { returnFar } from './interrupts.ts';
import { OPERAND_MEMORY } from '../decode/instruction.ts';
import { type Handler, read1, writeRegister, zeroExtend } from './operands.ts';
import { releaseStack } from './stack.ts';

function narrow(i: Instruction, offset: number): number {
  return i.width === 16 ? offset & 0xffff : offset;
}

function branch(cpu: Cpu, i: Instruction): void {
  cpu.jump(narrow(i, (cpu.r[EIP] + i.immediate) | 0));
}

function callTo(cpu: Cpu, i: Instruction, target: number): void {
  const from = cpu.r[BASE + CS] + cpu.instructionEip;
  const back = cpu.r[EIP];
  const bytes = i.width >> 3;
  cpu.probe(SS, cpu.stackOffset(bytes), bytes);
  cpu.jump(target);
  cpu.push(back, i.width);
  cpu.controlFlow?.call(from >>> 0, (cpu.r[BASE + CS] + target) >>> 0);
}

function near(cpu: Cpu, i: Instruction): void {
  const target = cpu.peekStack(0, i.width);
  cpu.jump(target);
  releaseStack(cpu, (i.width >> 3) + i.immediate);
  cpu.controlFlow?.return((cpu.r[BASE + CS] + target) >>> 0);
}

function loopWhile(wantedZero: number): Handler {
  return (cpu, i) => {
    const width = i.address16 ? 16 : 32;
    const count = zeroExtend(cpu.r[ECX] - 1, width);
    if (count !== 0 && (wantedZero < 0 || zero(cpu.r) === wantedZero)) {
      branch(cpu, i);
    }
    writeRegister(cpu, ECX, width, count);
  };
}

/** Target of a far transfer: the pointer in the instruction, or in memory. */
function farPointer(cpu: Cpu, i: Instruction): [selector: number, offset: number] {
  if (i.kind1 !== OPERAND_MEMORY) {
    return [i.immediate2, i.immediate];
  }
  const address = cpu.effectiveAddress(i);
  const offset = cpu.read(i.segment, address, i.width);
  return [cpu.read(i.segment, (address + (i.width >> 3)) | 0, 16), offset];
}

/** The types of a system descriptor that a far JMP or CALL may name (SDM vol. 3, 3.5): available TSSs and gates. */
const TRANSFERS = new Set([1, 4, 5, 9, 12]);

/** Refuses what a processor refuses; what is left would be a gate or a task switch, which there is none of yet. */
function checkSystemTransfer(cpu: Cpu, selector: number, { attributes, dpl }: Descriptor): void {
  if (!TRANSFERS.has(attributes & 15) || dpl < Math.max(cpu.r[CPL], selector & 3)) {
    cpu.fault.raise(GP, selector & 0xfffc);
  }
  cpu.unsupported('a far transfer through a call gate, task gate or TSS');
}

/** Checks a far JMP's or CALL's code segment: the level stays as it is (SDM vol. 3, 5.8.1). */
function farCode(cpu: Cpu, selector: number): Descriptor {
  const descriptor = requireDescriptor(cpu, selector, GP);
  const { attributes } = descriptor;
  const level = cpu.r[CPL];
  if ((attributes & NOT_SYSTEM) === 0) {
    checkSystemTransfer(cpu, selector, descriptor);
  }
  const conforming = (attributes & DOWN_OR_CONFORMING) !== 0;
  const allowed = conforming
    ? descriptor.dpl <= level
    : descriptor.dpl === level && (selector & 3) <= level;
  if ((attributes & CODE) === 0 || !allowed) {
    cpu.fault.raise(GP, selector & 0xfffc);
  }
  if (!descriptor.present) {
    cpu.fault.raise(NP, selector & 0xfffc);
  }
  return descriptor;
}

function jumpFar(cpu: Cpu, i: Instruction): void {
  const [selector, offset] = farPointer(cpu, i);
  const descriptor = farCode(cpu, selector);
  if (offset >>> 0 > descriptor.limit >>> 0) {
    cpu.fault.raise(GP, 0);
  }
  setCodeSegment(cpu, selector, descriptor, cpu.r[CPL]);
  cpu.r[EIP] = offset;
}

function callFar(cpu: Cpu, i: Instruction): void {
  const [selector, offset] = farPointer(cpu, i);
  const descriptor = farCode(cpu, selector);
  const bytes = i.width >> 3;
  if (offset >>> 0 > descriptor.limit >>> 0) {
    cpu.fault.raise(GP, 0);
  }
  cpu.probe(SS, cpu.stackOffset(2 * bytes), bytes);
  cpu.probe(SS, cpu.stackOffset(bytes), bytes);
  const from = (cpu.r[BASE + CS] + cpu.instructionEip) >>> 0;
  const [oldSelector, oldEip] = [cpu.r[SELECTOR + CS], cpu.r[EIP]];
  setCodeSegment(cpu, selector, descriptor, cpu.r[CPL]);
  cpu.push(oldSelector, i.width);
  cpu.push(oldEip, i.width);
  cpu.r[EIP] = offset;
  cpu.controlFlow?.call(from, (cpu.r[BASE + CS] + offset) >>> 0);
}

export const branchHandlers = {
  jcc: (cpu, i) => {
    if (condition(cpu.r, i.opcode & 15)) {
      branch(cpu, i);
    }
  },
  jmp: branch,
  call: (cpu, i) => {
    callTo(cpu, i, narrow(i, (cpu.r[EIP] + i.immediate) | 0));
  },
  callIndirect: (cpu, i) => {
    callTo(cpu, i, read1(cpu, i));
  },
  jmpIndirect: (cpu, i) => {
    cpu.jump(read1(cpu, i));
  },
  ret: near,
  loop: loopWhile(-1),
  loope: loopWhile(1),
  loopne: loopWhile(0),
  jcxz: (cpu, i) => {
    if (zeroExtend(cpu.r[ECX], i.address16 ? 16 : 32) === 0) {
      branch(cpu, i);
    }
  },
  jmpFar: jumpFar,
  callFar,
  retFar: (cpu, i) => {
    returnFar(cpu, i.width, i.immediate, false);
  },
} satisfies Record<string, Handler>;
