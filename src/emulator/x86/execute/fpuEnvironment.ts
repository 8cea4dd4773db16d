// The x87's state images in memory: FNSTENV, FLDENV, FNSAVE and FRSTOR in their four formats (SDM vol. 1, 8.1.10 and
// 8.1.11, figures 8-9 to 8-12). The operand size says 16 or 32 bits; in real and in virtual-8086 mode the two pointers
// are linear addresses with the opcode between their halves, in protected mode selectors and offsets.
import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../decode/instruction.ts';
import type { FpuState } from '../fpuState.ts';
import type { FpuHandler } from './fpuControl.ts';
import { probeStore, readBytes, writeBytes } from './fpuMemory.ts';

const ENVIRONMENT_WORDS = 7;
const REGISTER_BYTES = 10;
const OPCODE_BITS = 0x7ff;

/** The last four of an environment's seven words: instruction pointer and opcode, operand pointer. */
interface PointerFormat {
  readonly store: (fpu: FpuState) => readonly number[];
  readonly load: (fpu: FpuState, words: readonly number[]) => void;
}

/** The opcode of the last instruction lies above its selector. */
function opcode(fpu: FpuState): number {
  return (fpu.instructionSelector >>> 16) & OPCODE_BITS;
}

function linear(selector: number, offset: number): number {
  return (((selector & 0xffff) << 4) + offset) | 0;
}

const PROTECTED_32: PointerFormat = {
  store: (fpu) => [
    fpu.instructionPointer,
    fpu.instructionSelector,
    fpu.dataPointer,
    0xffff_0000 | fpu.dataSelector,
  ],
  load: (fpu, words) => {
    fpu.instructionPointer = words[0];
    fpu.instructionSelector = words[1] & ((OPCODE_BITS << 16) | 0xffff);
    fpu.dataPointer = words[2];
    fpu.dataSelector = words[3] & 0xffff;
  },
};

const PROTECTED_16: PointerFormat = {
  store: (fpu) => [
    fpu.instructionPointer,
    fpu.instructionSelector,
    fpu.dataPointer,
    fpu.dataSelector,
  ],
  load: PROTECTED_32.load,
};

/** The bits of a pointer above the sixteenth stand from bit 12 on. */
function real(reserved: number): PointerFormat {
  return {
    store: (fpu) => {
      const instruction = linear(fpu.instructionSelector, fpu.instructionPointer);
      const data = linear(fpu.dataSelector, fpu.dataPointer);
      return [
        reserved | (instruction & 0xffff),
        ((instruction >>> 16) << 12) | opcode(fpu),
        reserved | (data & 0xffff),
        (data >>> 16) << 12,
      ];
    },
    load: (fpu, words) => {
      const join = (low: number, high: number): number =>
        (low & 0xffff) | (((high >>> 12) & 0xffff) << 16);
      fpu.instructionPointer = join(words[0], words[1]);
      fpu.instructionSelector = (words[1] & OPCODE_BITS) << 16;
      fpu.dataPointer = join(words[2], words[3]);
      fpu.dataSelector = 0;
    },
  };
}

const REAL_32 = real(0xffff_0000);
const REAL_16 = real(0);

function formatOf(cpu: Cpu, i: Instruction): PointerFormat {
  if (i.width === 16) {
    return cpu.addressesParagraphs ? REAL_16 : PROTECTED_16;
  }
  return cpu.addressesParagraphs ? REAL_32 : PROTECTED_32;
}

function environmentBytes(i: Instruction): number {
  return ENVIRONMENT_WORDS * (i.width >> 3);
}

function writeEnvironment(cpu: Cpu, i: Instruction): void {
  const { fpu } = cpu;
  const reserved = 0xffff_0000;
  const words = [
    reserved | fpu.controlWord,
    reserved | fpu.statusWord,
    reserved | fpu.tagWord,
    ...formatOf(cpu, i).store(fpu),
  ];
  words.forEach((word, index) => {
    cpu.write(i.segment, cpu.addressAbove(i, index * (i.width >> 3)), i.width, word);
  });
}

function loadEnvironment(cpu: Cpu, i: Instruction): void {
  const { fpu } = cpu;
  const words = Array.from({ length: ENVIRONMENT_WORDS }, (_, index) =>
    cpu.read(i.segment, cpu.addressAbove(i, index * (i.width >> 3)), i.width),
  );
  fpu.controlWord = (words[0] & 0x1f7f) | 0x40;
  fpu.statusWord = words[1] & 0xffff;
  fpu.tagWord = words[2] & 0xffff;
  formatOf(cpu, i).load(fpu, words.slice(3));
  fpu.updateSummary();
}

/** FNSTENV masks all exceptions after it has stored them. */
export const storeEnvironment: FpuHandler = (cpu, i) => {
  probeStore(cpu, i, environmentBytes(i));
  writeEnvironment(cpu, i);
  cpu.fpu.controlWord |= 0x3f;
  cpu.fpu.updateSummary();
};

export const readEnvironment: FpuHandler = (cpu, i) => {
  loadEnvironment(cpu, i);
};

export const save: FpuHandler = (cpu, i) => {
  const before = environmentBytes(i);
  probeStore(cpu, i, before + 8 * REGISTER_BYTES);
  writeEnvironment(cpu, i);
  for (let index = 0; index < 8; index++) {
    const address = cpu.addressAbove(i, before + index * REGISTER_BYTES);
    writeBytes(cpu, i, address, cpu.fpu.bytes(index));
  }
  cpu.fpu.initialize();
};

export const restore: FpuHandler = (cpu, i) => {
  const registers = cpu.addressAbove(i, environmentBytes(i));
  const bytes = readBytes(cpu, i, registers, 8 * REGISTER_BYTES);
  loadEnvironment(cpu, i);
  for (let index = 0; index < 8; index++) {
    cpu.fpu.setBytes(index, bytes.slice(index * REGISTER_BYTES, (index + 1) * REGISTER_BYTES));
  }
};
