// String instructions (SDM vol. 2: MOVS, CMPS, STOS, LODS, SCAS, INS, OUTS, REP). The whole of a repeated
// instruction counts as one; a fault in its middle leaves the registers after the last complete step, so that it
// goes on from there when it is restarted.
import type { Cpu } from '../cpu.ts';
import { type Instruction, REP_EQUAL, REP_NONE } from '../decode/instruction.ts';
import { DR6, DR6_SINGLE_STEP } from '../breakpoints.ts';
import { DB } from '../faults.ts';
import { DF, TF, zero } from '../flags.ts';
import { CS, DS, EAX, ECX, EDI, EDX, EFLAGS, ES, ESI } from '../registers.ts';
import { sub } from './alu.ts';
import { checkPort } from './io.ts';
import { type Handler, readRegister, writeRegister, zeroExtend } from './operands.ts';

/** One step; the registers move after it. */
type Step = (cpu: Cpu, i: Instruction) => void;

const USES_SOURCE = 1;
const USES_DESTINATION = 2;
const COMPARES = 4;
/** MOVS and STOS: whole pieces of pages at a time where both pages are in the fast table. */
const BULK = 8;

function stringInstruction(step: Step, uses: number): Handler {
  return (cpu, i) => {
    if (i.repeat === REP_NONE) {
      step(cpu, i);
      advance(cpu, i, uses);
      return;
    }
    const addressWidth = i.address16 ? 16 : 32;
    while (zeroExtend(cpu.r[ECX], addressWidth) !== 0) {
      if ((uses & BULK) !== 0 && bulk(cpu, i, uses)) {
        continue;
      }
      step(cpu, i);
      advance(cpu, i, uses);
      writeRegister(cpu, ECX, addressWidth, cpu.r[ECX] - 1);
      const wanted = i.repeat === REP_EQUAL ? 1 : 0;
      if ((uses & COMPARES) !== 0 && zero(cpu.r) !== wanted) {
        return;
      }
      if (zeroExtend(cpu.r[ECX], addressWidth) !== 0) {
        trapBetweenSteps(cpu);
      }
    }
  };
}

/** Single step and data breakpoints trap after every step; the instruction goes on when it is restarted. */
function trapBetweenSteps(cpu: Cpu): void {
  const causes = cpu.watchHits | ((cpu.r[EFLAGS] & TF) === 0 ? 0 : DR6_SINGLE_STEP);
  if (causes !== 0) {
    cpu.r[DR6] |= causes;
    cpu.fault.raise(DB);
  }
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

/**
 * As many upward steps as stay inside one page on either side; false if a single step must be made first, which
 * also brings the pages into the fast table. What is counted is the same as for single steps.
 */
function bulk(cpu: Cpu, i: Instruction, uses: number): boolean {
  const { r, memory } = cpu;
  if (!allowsBulk(cpu, i)) {
    return false;
  }
  const size = i.width >> 3;
  const copies = (uses & USES_SOURCE) !== 0;
  const to = memory.fastTable[r[EDI] >>> 12];
  const from = copies ? memory.fastTable[r[ESI] >>> 12] : cpu.readMask;
  if ((to & cpu.writeMask) === 0 || (from & cpu.readMask) === 0) {
    return false;
  }
  const room = 0x1000 - Math.max(r[EDI] & 0xfff, copies ? r[ESI] & 0xfff : 0);
  const steps = Math.min(Math.floor(room / size), r[ECX] >>> 0);
  const start = (to & ~0xfff) | (r[EDI] & 0xfff);
  if (steps < 2) {
    return false;
  }
  if (copies) {
    const origin = (from & ~0xfff) | (r[ESI] & 0xfff);
    const distance = start - origin;
    if (distance > 0 && distance < steps * size && distance % size !== 0) {
      // Each step reads part of what the one before wrote.
      return false;
    }
    copyUpwards(memory.bytes, origin, start, steps * size);
    r[ESI] += steps * size;
  } else {
    fill(memory.bytes, start, steps, size, r[EAX]);
  }
  r[EDI] += steps * size;
  r[ECX] -= steps;
  cpu.mmu.references += copies ? 2 * steps : steps;
  return true;
}

function allowsBulk(cpu: Cpu, i: Instruction): boolean {
  const throughFlat = cpu.flat && !i.address16 && i.segment <= DS && i.segment !== CS;
  return throughFlat && (cpu.r[EFLAGS] & (DF | TF)) === 0 && !cpu.checksAlignment;
}

/** An overlap from below repeats what was just written, as single steps would; copyWithin would not. */
function copyUpwards(bytes: Uint8Array, from: number, to: number, length: number): void {
  if (to > from && to < from + length) {
    const distance = to - from;
    for (let done = 0; done < length; done += distance) {
      bytes.copyWithin(to + done, from + done, from + Math.min(done + distance, length));
    }
  } else {
    bytes.copyWithin(to, from, from + length);
  }
}

function fill(bytes: Uint8Array, start: number, steps: number, size: number, value: number): void {
  for (let byte = 0; byte < size; byte++) {
    bytes[start + byte] = value >>> (byte * 8);
  }
  copyUpwards(bytes, start, start + size, (steps - 1) * size);
}

function source(cpu: Cpu, i: Instruction): number {
  return i.address16 ? cpu.r[ESI] & 0xffff : cpu.r[ESI];
}

function destination(cpu: Cpu, i: Instruction): number {
  return i.address16 ? cpu.r[EDI] & 0xffff : cpu.r[EDI];
}

export const stringHandlers = {
  movs: stringInstruction(
    (cpu, i) => {
      const value = cpu.read(i.segment, source(cpu, i), i.width);
      cpu.write(ES, destination(cpu, i), i.width, value);
    },
    USES_SOURCE | USES_DESTINATION | BULK,
  ),
  cmps: stringInstruction(
    (cpu, i) => {
      const a = cpu.read(i.segment, source(cpu, i), i.width);
      sub(cpu.r, i.width, a, cpu.read(ES, destination(cpu, i), i.width));
    },
    USES_SOURCE | USES_DESTINATION | COMPARES,
  ),
  stos: stringInstruction((cpu, i) => {
    cpu.write(ES, destination(cpu, i), i.width, cpu.r[EAX]);
  }, USES_DESTINATION | BULK),
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
