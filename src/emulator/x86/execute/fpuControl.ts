// x87 control and state: FNINIT, FNCLEX, control and status words, environments and whole states, in the 32-bit
// protected-mode format (SDM vol. 1, 8.1.10 and 8.1.11).
import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../decode/instruction.ts';
import { EAX } from '../registers.ts';
import { probeStore, readBytes, writeBytes } from './fpuMemory.ts';

export type FpuHandler = (cpu: Cpu, i: Instruction) => void;

const ENVIRONMENT_BYTES = 28;
const REGISTER_BYTES = 10;
const STATE_BYTES = ENVIRONMENT_BYTES + 8 * REGISTER_BYTES;

function writeEnvironment(cpu: Cpu, i: Instruction): void {
  const { fpu } = cpu;
  const address = cpu.effectiveAddress(i);
  const words = [
    0xffff_0000 | fpu.controlWord,
    0xffff_0000 | fpu.statusWord,
    0xffff_0000 | fpu.tagWord,
    fpu.instructionPointer,
    fpu.instructionSelector,
    fpu.dataPointer,
    0xffff_0000 | fpu.dataSelector,
  ];
  words.forEach((word, index) => {
    cpu.write(i.segment, (address + index * 4) | 0, 32, word);
  });
}

function loadEnvironment(cpu: Cpu, i: Instruction): void {
  const { fpu } = cpu;
  const address = cpu.effectiveAddress(i);
  const words = [0, 1, 2, 3, 4, 5, 6].map((index) =>
    cpu.read(i.segment, (address + index * 4) | 0, 32),
  );
  fpu.controlWord = (words[0] & 0x1f7f) | 0x40;
  fpu.statusWord = words[1] & 0xffff;
  fpu.tagWord = words[2] & 0xffff;
  fpu.instructionPointer = words[3];
  fpu.instructionSelector = words[4];
  fpu.dataPointer = words[5];
  fpu.dataSelector = words[6] & 0xffff;
  fpu.updateSummary();
}

/** FNSTENV masks all exceptions after it has stored them. */
export const storeEnvironment: FpuHandler = (cpu, i) => {
  probeStore(cpu, i, ENVIRONMENT_BYTES);
  writeEnvironment(cpu, i);
  cpu.fpu.controlWord |= 0x3f;
  cpu.fpu.updateSummary();
};

export const readEnvironment: FpuHandler = (cpu, i) => {
  loadEnvironment(cpu, i);
};

export const save: FpuHandler = (cpu, i) => {
  probeStore(cpu, i, STATE_BYTES);
  const registers = cpu.effectiveAddress(i) + ENVIRONMENT_BYTES;
  writeEnvironment(cpu, i);
  for (let index = 0; index < 8; index++) {
    writeBytes(cpu, i, (registers + index * REGISTER_BYTES) | 0, cpu.fpu.bytes(index));
  }
  cpu.fpu.initialize();
};

export const restore: FpuHandler = (cpu, i) => {
  const registers = cpu.effectiveAddress(i) + ENVIRONMENT_BYTES;
  const bytes = readBytes(cpu, i, registers | 0, 8 * REGISTER_BYTES);
  loadEnvironment(cpu, i);
  for (let index = 0; index < 8; index++) {
    cpu.fpu.setBytes(index, bytes.slice(index * REGISTER_BYTES, (index + 1) * REGISTER_BYTES));
  }
};

export const loadControlWord: FpuHandler = (cpu, i) => {
  const word = cpu.read(i.segment, cpu.effectiveAddress(i), 16);
  cpu.fpu.controlWord = (word & 0x1f7f) | 0x40;
  cpu.fpu.updateSummary();
};

export const storeControlWord: FpuHandler = (cpu, i) => {
  cpu.write(i.segment, cpu.effectiveAddress(i), 16, cpu.fpu.controlWord);
};

export const storeStatusWord: FpuHandler = (cpu, i) => {
  cpu.write(i.segment, cpu.effectiveAddress(i), 16, cpu.fpu.statusWord);
};

export const statusWordToAx: FpuHandler = (cpu) => {
  cpu.r16[EAX * 2] = cpu.fpu.statusWord;
};

export const initialize: FpuHandler = (cpu) => {
  cpu.fpu.initialize();
};

export const clearExceptions: FpuHandler = (cpu) => {
  cpu.fpu.statusWord &= 0x7f00;
};

export const nothing: FpuHandler = () => undefined;
