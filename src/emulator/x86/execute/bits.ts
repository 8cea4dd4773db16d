// Bit tests, bit scans and SETcc (SDM vol. 2: BT, BTC, BTR, BTS, BSF, BSR, SETcc). With a register as bit offset
// and memory as base, the offset reaches beyond the operand: a bit string.
import type { Cpu } from '../cpu.ts';
import { type Instruction, OPERAND_MEMORY, OPERAND_REGISTER } from '../decode/instruction.ts';
import {
  ARITHMETIC,
  CF,
  LAZY_LOGIC,
  OF,
  ZF,
  changeFlags,
  condition,
  overflow,
  setCarryOverflow,
  setLazy,
} from '../flags.ts';
import {
  type Handler,
  read1,
  read2,
  readRegister,
  signExtend,
  write1,
  zeroExtend,
} from './operands.ts';

type BitChange = (value: number, mask: number) => number;

function bitOperation(change: BitChange | undefined): Handler {
  return (cpu, i) => {
    if (i.kind1 === OPERAND_MEMORY && i.kind2 === OPERAND_REGISTER) {
      bitString(cpu, i, change);
      return;
    }
    if (change !== undefined && i.kind1 === OPERAND_MEMORY) {
      cpu.probe(i.segment, cpu.effectiveAddress(i), i.width >> 3);
    }
    const bit = read2(cpu, i) & (i.width - 1);
    const value = read1(cpu, i);
    if (change !== undefined) {
      write1(cpu, i, change(value, 1 << bit));
    }
    setCarryOverflow(cpu.r, value >>> bit, overflow(cpu.r));
  };
}

function bitString(cpu: Cpu, i: Instruction, change: BitChange | undefined): void {
  const offset = signExtend(readRegister(cpu, i.register2, i.width), i.width);
  const step = (offset >> (i.width === 32 ? 5 : 4)) * (i.width >> 3);
  let address = (cpu.effectiveAddress(i) + step) | 0;
  if (i.address16) {
    address &= 0xffff;
  }
  const bit = offset & (i.width - 1);
  if (change !== undefined) {
    cpu.probe(i.segment, address, i.width >> 3);
  }
  const value = cpu.read(i.segment, address, i.width);
  if (change !== undefined) {
    cpu.write(i.segment, address, i.width, change(value, 1 << bit));
  }
  setCarryOverflow(cpu.r, value >>> bit, overflow(cpu.r));
}

function scan(cpu: Cpu, i: Instruction, position: (value: number) => number): void {
  const value = zeroExtend(read2(cpu, i), i.width);
  setLazy(cpu.r, LAZY_LOGIC, 0, 0, value);
  if (value === 0) {
    changeFlags(cpu.r, ZF, ZF);
  } else {
    write1(cpu, i, position(value));
  }
}

export const bitHandlers = {
  bt: bitOperation(undefined),
  bts: bitOperation((value, mask) => value | mask),
  btr: bitOperation((value, mask) => value & ~mask),
  btc: bitOperation((value, mask) => value ^ mask),
  bsf: (cpu, i) => {
    scan(cpu, i, (value) => 31 - Math.clz32(value & -value));
  },
  bsr: (cpu, i) => {
    scan(cpu, i, (value) => 31 - Math.clz32(value));
  },
  /** LZCNT: how many zeros stand above the highest one. OF, which is undefined, stays as on an AMD EPYC. */
  leadingZeros: (cpu, i) => {
    const zeros = Math.clz32(zeroExtend(read2(cpu, i), i.width)) - (32 - i.width);
    write1(cpu, i, zeros);
    changeFlags(cpu.r, ARITHMETIC & ~OF, (zeros === 0 ? ZF : 0) | (zeros === i.width ? CF : 0));
  },
  setcc: (cpu, i) => {
    write1(cpu, i, condition(cpu.r, i.opcode & 15) ? 1 : 0);
  },
} satisfies Record<string, Handler>;
