// String instructions (SDM vol. 2: MOVS, CMPS, STOS, LODS, SCAS, INS, OUTS, REP). The whole of a repeated
// instruction counts as one; a fault in its middle leaves the registers after the last complete step, so that it
// goes on from there when it is restarted.
import type { Cpu } from '../cpu.ts';
import { type Instruction, REP_EQUAL, REP_NONE } from '../decode/instruction.ts';
import { DF, zero } from '../flags.ts';
import { EAX, ECX, EDI, EDX, EFLAGS, ES, ESI } from '../registers.ts';
import { sub } from './alu.ts';
import { checkPort } from './io.ts';
import { type Handler, readRegister, writeRegister, zeroExtend } from './operands.ts';

/** One step; the registers move after it. */
type Step = (cpu: Cpu, i: Instruction) => void;

const USES_SOURCE = 1;
const USES_DESTINATION = 2;
const COMPARES = 4;

function stringInstruction(step: Step, uses: number): Handler {
  return (cpu, i) => {
    if (i.repeat === REP_NONE) {
      step(cpu, i);
      advance(cpu, i, uses);
      return;
    }
    const addressWidth = i.address16 ? 16 : 32;
    while (zeroExtend(cpu.r[ECX], addressWidth) !== 0) {
      step(cpu, i);
      advance(cpu, i, uses);
      writeRegister(cpu, ECX, addressWidth, cpu.r[ECX] - 1);
      const wanted = i.repeat === REP_EQUAL ? 1 : 0;
      if ((uses & COMPARES) !== 0 && zero(cpu.r) !== wanted) {
        return;
      }
    }
  };
}

function advance(cpu: Cpu, i: Instruction, uses: number): void {
  const delta = (cpu.r[EFLAGS] & DF) === 0 ? i.width >> 3 : -(i.width >> 3);
  const addressWidth = i.address16 ? 16 : 32;
  if ((uses & USES_SOURCE) !== 0) {
    writeRegister(cpu, ESI, addressWidth, cpu.r[ESI] + delta);
  }
  if ((uses & USES_DESTINATION) !== 0) {
    writeRegister(cpu, EDI, addressWidth, cpu.r[EDI] + delta);
  }
}

function source(cpu: Cpu, i: Instruction): number {
  return i.address16 ? cpu.r[ESI] & 0xffff : cpu.r[ESI];
}

function destination(cpu: Cpu, i: Instruction): number {
  return i.address16 ? cpu.r[EDI] & 0xffff : cpu.r[EDI];
}

export const stringHandlers = {
  movs: stringInstruction((cpu, i) => {
    const value = cpu.read(i.segment, source(cpu, i), i.width);
    cpu.write(ES, destination(cpu, i), i.width, value);
  }, USES_SOURCE | USES_DESTINATION),
  cmps: stringInstruction(
    (cpu, i) => {
      const a = cpu.read(i.segment, source(cpu, i), i.width);
      sub(cpu.r, i.width, a, cpu.read(ES, destination(cpu, i), i.width));
    },
    USES_SOURCE | USES_DESTINATION | COMPARES,
  ),
  stos: stringInstruction((cpu, i) => {
    cpu.write(ES, destination(cpu, i), i.width, cpu.r[EAX]);
  }, USES_DESTINATION),
  lods: stringInstruction((cpu, i) => {
    writeRegister(cpu, EAX, i.width, cpu.read(i.segment, source(cpu, i), i.width));
  }, USES_SOURCE),
  scas: stringInstruction((cpu, i) => {
    const value = cpu.read(ES, destination(cpu, i), i.width);
    sub(cpu.r, i.width, readRegister(cpu, EAX, i.width), value);
  }, USES_DESTINATION | COMPARES),
  ins: stringInstruction((cpu, i) => {
    const port = cpu.r[EDX] & 0xffff;
    checkPort(cpu, port, i.width);
    // The page is checked first: a byte read from a device cannot be read again.
    cpu.probe(ES, destination(cpu, i), i.width >> 3);
    cpu.write(ES, destination(cpu, i), i.width, cpu.ports.readPort(port, i.width));
  }, USES_DESTINATION),
  outs: stringInstruction((cpu, i) => {
    const port = cpu.r[EDX] & 0xffff;
    checkPort(cpu, port, i.width);
    cpu.ports.writePort(port, cpu.read(i.segment, source(cpu, i), i.width), i.width);
  }, USES_SOURCE),
} satisfies Record<string, Handler>;
