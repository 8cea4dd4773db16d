// Control transfer inside one privilege level (SDM vol. 2: Jcc, JMP, CALL, RET, LOOP, JCXZ), as handlers. EIP already
// points behind the instruction when a handler runs. The usual near forms also exist as micro-operations.
import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../decode/instruction.ts';
import { condition, zero } from '../flags.ts';
import { BASE, CS, ECX, EIP, SS } from '../registers.ts';
import { returnFar } from './farReturns.ts';
import { callFar, jumpFar } from './farTransfers.ts';
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
