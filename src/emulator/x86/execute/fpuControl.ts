// x87 control: FNINIT, FNCLEX, control and status words (SDM vol. 1, 8.1.3 and 8.1.5).
import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../decode/instruction.ts';
import { EAX } from '../registers.ts';

export type FpuHandler = (cpu: Cpu, i: Instruction) => void;

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
