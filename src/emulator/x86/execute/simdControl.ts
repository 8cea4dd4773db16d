// State, fences and hints of the vector extensions: EMMS, FXSAVE and FXRSTOR (SDM vol. 1, 10.5), MXCSR, and the
// instructions that order or hint at memory accesses, which take effect in order here.
import type { Cpu } from '../cpu.ts';
import { type Instruction, OPERAND_REGISTER } from '../decode/instruction.ts';
import { GP, NM, UD } from '../faults.ts';
import { CR0, CR0_EM, CR0_TS, CR4, CR4_OSFXSR } from '../registers.ts';
import type { Handler } from './operands.ts';
import { probeStore, readBytes, writeBytes } from './fpuMemory.ts';
import { enterMmx, enterSse } from './simdOperands.ts';

/** What FXSAVE writes: the rest of the 512 bytes is left as it is. */
const WRITTEN_BYTES = 288;
const REGISTERS_AT = 32;
const XMM_AT = 160;
const OPCODE_BITS = 0x7ff;

function enterState(cpu: Cpu, i: Instruction): number {
  if ((cpu.r[CR0] & (CR0_EM | CR0_TS)) !== 0) {
    cpu.fault.raise(NM);
  }
  const address = cpu.effectiveAddress(i);
  if ((cpu.linear(i.segment, address, 1, false) & 15) !== 0) {
    cpu.fault.raise(GP, 0);
  }
  return address;
}

function savesXmm(cpu: Cpu): boolean {
  return (cpu.r[CR4] & CR4_OSFXSR) !== 0 && cpu.model.extensions.has('sse');
}

/** An image in the format of table 10-2 of SDM vol. 1: 32 bytes of words and pointers, ST(0) to ST(7), XMM0 to XMM7. */
function image(cpu: Cpu): Uint8Array {
  const { fpu, simd } = cpu;
  const bytes = new Uint8Array(savesXmm(cpu) ? WRITTEN_BYTES : XMM_AT);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, fpu.controlWord, true);
  view.setUint16(2, fpu.statusWord, true);
  view.setUint8(4, fpu.usedRegisters);
  view.setUint16(6, (fpu.instructionSelector >>> 16) & OPCODE_BITS, true);
  view.setInt32(8, fpu.instructionPointer, true);
  view.setUint16(12, fpu.instructionSelector & 0xffff, true);
  view.setInt32(16, fpu.dataPointer, true);
  view.setUint16(20, fpu.dataSelector, true);
  for (let index = 0; index < 8; index++) {
    bytes.set(fpu.bytes(index), REGISTERS_AT + index * 16);
  }
  if (cpu.model.extensions.has('sse')) {
    view.setInt32(24, simd.mxcsr, true);
    view.setInt32(28, simd.mxcsrMask, true);
  }
  if (savesXmm(cpu)) {
    bytes.set(simd.xmm, XMM_AT);
  }
  return bytes;
}

/** Bits of MXCSR that do not exist may not be set. */
function checkMxcsr(cpu: Cpu, value: number): void {
  if ((value & ~cpu.simd.mxcsrMask) !== 0) {
    cpu.fault.raise(GP, 0);
  }
}

function fxrstor(cpu: Cpu, i: Instruction): void {
  const address = enterState(cpu, i);
  const { fpu, simd } = cpu;
  const bytes = readBytes(cpu, i, address, savesXmm(cpu) ? WRITTEN_BYTES : XMM_AT);
  const view = new DataView(bytes.buffer);
  if (cpu.model.extensions.has('sse')) {
    checkMxcsr(cpu, view.getInt32(24, true));
    simd.mxcsr = view.getInt32(24, true);
  }
  fpu.controlWord = (view.getUint16(0, true) & 0x1f7f) | 0x40;
  fpu.statusWord = view.getUint16(2, true);
  fpu.usedRegisters = view.getUint8(4);
  fpu.instructionPointer = view.getInt32(8, true);
  fpu.instructionSelector =
    view.getUint16(12, true) | ((view.getUint16(6, true) & OPCODE_BITS) << 16);
  fpu.dataPointer = view.getInt32(16, true);
  fpu.dataSelector = view.getUint16(20, true);
  for (let index = 0; index < 8; index++) {
    const at = REGISTERS_AT + index * 16;
    fpu.setBytes(index, bytes.slice(at, at + 10));
  }
  fpu.updateSummary();
  if (savesXmm(cpu)) {
    simd.xmm.set(bytes.subarray(XMM_AT));
  }
}

function requireRegister(cpu: Cpu, i: Instruction): void {
  if (i.kind1 !== OPERAND_REGISTER) {
    cpu.fault.raise(UD); // XRSTOR and its like
  }
}

export const simdControlHandlers = {
  emms: (cpu) => {
    enterMmx(cpu);
    cpu.fpu.leaveMmx();
  },
  fxsave: (cpu, i) => {
    const address = enterState(cpu, i);
    const bytes = image(cpu);
    probeStore(cpu, i, bytes.length);
    writeBytes(cpu, i, address, bytes);
  },
  fxrstor,
  loadMxcsr: (cpu, i) => {
    enterSse(cpu);
    const value = cpu.read(i.segment, cpu.effectiveAddress(i), 32);
    checkMxcsr(cpu, value);
    cpu.simd.mxcsr = value;
  },
  storeMxcsr: (cpu, i) => {
    enterSse(cpu);
    cpu.write(i.segment, cpu.effectiveAddress(i), 32, cpu.simd.mxcsr);
  },
  fence: requireRegister,
  /** SFENCE; in its memory form CLFLUSH, which faults as a load does. */
  storeFenceOrFlush: (cpu, i) => {
    if (i.kind1 !== OPERAND_REGISTER) {
      if (!cpu.model.extensions.has('sse2')) {
        cpu.fault.raise(UD);
      }
      cpu.read(i.segment, cpu.effectiveAddress(i), 8);
    }
  },
} satisfies Record<string, Handler>;
