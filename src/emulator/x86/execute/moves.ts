// Data movement without arithmetic (SDM vol. 2: MOV, MOVZX, MOVSX, LEA, XCHG, XADD, CMPXCHG, BSWAP, MOVBE, XLAT, CMOVcc).
import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../decode/instruction.ts';
import { ZF, changeFlags, condition } from '../flags.ts';
import { EAX, EBX, ECX, EDX } from '../registers.ts';
import { add, sub } from './alu.ts';
import {
  type Handler,
  modify1,
  read1,
  read2,
  readRegister,
  signExtend,
  write1,
  write2,
  writeRegister,
  zeroExtend,
} from './operands.ts';

/** Width of the narrow source of MOVZX and MOVSX. */
function sourceWidth(i: Instruction): number {
  return (i.opcode & 1) === 0 ? 8 : 16;
}

function compareExchange(cpu: Cpu, i: Instruction): void {
  const old = modify1(cpu, i);
  const accumulator = readRegister(cpu, EAX, i.width);
  sub(cpu.r, i.width, accumulator, old);
  if (zeroExtend(accumulator, i.width) === zeroExtend(old, i.width)) {
    write1(cpu, i, read2(cpu, i));
  } else {
    write1(cpu, i, old);
    writeRegister(cpu, EAX, i.width, old);
  }
}

function compareExchange8(cpu: Cpu, i: Instruction): void {
  const { r } = cpu;
  const address = cpu.effectiveAddress(i);
  cpu.probe(i.segment, address, 8);
  cpu.requireAlignment(i.segment, address, 8);
  const low = cpu.read(i.segment, address, 32);
  const high = cpu.read(i.segment, address + 4, 32);
  const equal = low === r[EAX] && high === r[EDX];
  cpu.write(i.segment, address, 32, equal ? r[EBX] : low);
  cpu.write(i.segment, address + 4, 32, equal ? r[ECX] : high);
  if (!equal) {
    r[EAX] = low;
    r[EDX] = high;
  }
  changeFlags(r, ZF, equal ? ZF : 0);
}

function byteSwap(value: number): number {
  return (value >>> 24) | ((value >>> 8) & 0xff00) | ((value << 8) & 0xff_0000) | (value << 24);
}

export const moveHandlers = {
  mov: (cpu, i) => {
    write1(cpu, i, read2(cpu, i));
  },
  movzx: (cpu, i) => {
    write1(cpu, i, read2(cpu, i, sourceWidth(i)));
  },
  movsx: (cpu, i) => {
    write1(cpu, i, signExtend(read2(cpu, i, sourceWidth(i)), sourceWidth(i)));
  },
  lea: (cpu, i) => {
    write1(cpu, i, cpu.effectiveAddress(i));
  },
  xchg: (cpu, i) => {
    const a = modify1(cpu, i);
    const b = read2(cpu, i);
    write1(cpu, i, b);
    write2(cpu, i, a);
  },
  xadd: (cpu, i) => {
    const a = modify1(cpu, i);
    const sum = add(cpu.r, i.width, a, read2(cpu, i));
    // The sum goes last: with both operands the same register it is what stays.
    if (i.kind1 === i.kind2) {
      write2(cpu, i, a);
      write1(cpu, i, sum);
    } else {
      write1(cpu, i, sum);
      write2(cpu, i, a);
    }
  },
  cmpxchg: compareExchange,
  cmpxchg8b: compareExchange8,
  bswap: (cpu, i) => {
    // Of 16 bits it is undefined; processors leave zero.
    writeRegister(cpu, i.register1, i.width, i.width === 16 ? 0 : byteSwap(read1(cpu, i, 32)));
  },
  /** MOVBE. */
  moveSwapped: (cpu, i) => {
    const swapped = byteSwap(read2(cpu, i));
    write1(cpu, i, i.width === 16 ? swapped >>> 16 : swapped);
  },
  xlat: (cpu, i) => {
    const offset = (cpu.r[EBX] + cpu.r8[0]) | 0;
    cpu.r8[0] = cpu.read(i.segment, i.address16 ? offset & 0xffff : offset, 8);
  },
  cmov: (cpu, i) => {
    const value = read2(cpu, i);
    if (condition(cpu.r, i.opcode & 15)) {
      write1(cpu, i, value);
    }
  },
  nop: () => undefined,
} satisfies Record<string, Handler>;
