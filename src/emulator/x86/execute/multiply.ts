// Multiplication, division, the adjustments of BCD, and the sign-extending conversions (SDM vol. 2).
// 64-bit products and quotients go through BigInt only when a double cannot hold them exactly.
import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../decode/instruction.ts';
import { DE } from '../faults.ts';
import { AF, CF, LAZY_GIVEN, LAZY_LOGIC, OF, changeFlags, getFlags, setLazy } from '../flags.ts';
import { EAX, EDX } from '../registers.ts';
import {
  type Handler,
  read1,
  read2,
  signExtend,
  write1,
  writeRegister,
  zeroExtend,
} from './operands.ts';

/** CF and OF say that the product does not fit; the rest, undefined by the manual, follows the low half. */
function productFlags(r: Int32Array, low: number, overflows: boolean): void {
  setLazy(r, LAZY_GIVEN, 0, overflows ? CF | OF : 0, low);
}

function writeWide(cpu: Cpu, width: number, low: number, high: number): void {
  if (width === 8) {
    cpu.r16[EAX * 2] = (low & 0xff) | ((high & 0xff) << 8);
  } else {
    writeRegister(cpu, EAX, width, low);
    writeRegister(cpu, EDX, width, high);
  }
}

function mul(cpu: Cpu, i: Instruction): void {
  const a = zeroExtend(widthAccumulator(cpu, i.width), i.width) >>> 0;
  const b = zeroExtend(read1(cpu, i), i.width) >>> 0;
  const low = signExtend(Math.imul(a, b), i.width);
  const high = i.width === 32 ? highUnsigned(a, b) : (a * b) >>> i.width;
  writeWide(cpu, i.width, low, high);
  productFlags(cpu.r, low, high !== 0);
}

function widthAccumulator(cpu: Cpu, width: number): number {
  return signExtend(cpu.r[EAX], width);
}

function highUnsigned(a: number, b: number): number {
  return Number((BigInt(a) * BigInt(b)) >> 32n) | 0;
}

function highSigned(a: number, b: number): number {
  return Number((BigInt(a) * BigInt(b)) >> 32n) | 0;
}

function imulWide(cpu: Cpu, i: Instruction): void {
  const a = widthAccumulator(cpu, i.width);
  const b = signExtend(read1(cpu, i), i.width);
  const low = signExtend(Math.imul(a, b), i.width);
  const high = i.width === 32 ? highSigned(a, b) : Math.imul(a, b) >> i.width;
  writeWide(cpu, i.width, low, high);
  productFlags(cpu.r, low, high !== low >> 31);
}

/** The truncating forms; also used by the fast path. */
export function imulTruncating(r: Int32Array, width: number, a: number, b: number): number {
  const exact = Math.imul(a, b);
  const low = signExtend(exact, width);
  // Two signed 32-bit factors: a double's rounding cannot turn a product that fits into one that does not.
  productFlags(r, low, a * b !== low);
  return low;
}

function divide(cpu: Cpu, i: Instruction): void {
  const divisor = BigInt(zeroExtend(read1(cpu, i), i.width) >>> 0);
  if (divisor === 0n) {
    cpu.fault.raise(DE);
  }
  const dividend = BigInt.asUintN(i.width * 2, dividendOf(cpu, i.width));
  finishDivision(cpu, i, dividend / divisor, dividend % divisor, 0n, (1n << BigInt(i.width)) - 1n);
}

function divideSigned(cpu: Cpu, i: Instruction): void {
  const divisor = BigInt(signExtend(read1(cpu, i), i.width));
  if (divisor === 0n) {
    cpu.fault.raise(DE);
  }
  const dividend = BigInt.asIntN(i.width * 2, dividendOf(cpu, i.width));
  const bound = 1n << BigInt(i.width - 1);
  finishDivision(cpu, i, dividend / divisor, dividend % divisor, -bound, bound - 1n);
}

function dividendOf(cpu: Cpu, width: number): bigint {
  const { r } = cpu;
  if (width === 8) {
    return BigInt(r[EAX] & 0xffff);
  }
  const low = BigInt(zeroExtend(r[EAX], width) >>> 0);
  return (BigInt(zeroExtend(r[EDX], width) >>> 0) << BigInt(width)) | low;
}

function finishDivision(
  cpu: Cpu,
  i: Instruction,
  quotient: bigint,
  remainder: bigint,
  lowest: bigint,
  highest: bigint,
): void {
  if (quotient < lowest || quotient > highest) {
    cpu.fault.raise(DE);
  }
  const low = Number(BigInt.asIntN(32, quotient));
  writeWide(cpu, i.width, low, Number(BigInt.asIntN(32, remainder)));
}

/** The usual 32-bit division, exact in doubles while the dividend has at most 53 bits. */
function div(cpu: Cpu, i: Instruction): void {
  const high = cpu.r[EDX] >>> 0;
  if (i.width !== 32 || high >= 1 << 20) {
    divide(cpu, i);
    return;
  }
  const divisor = read1(cpu, i) >>> 0;
  const dividend = high * 0x1_0000_0000 + (cpu.r[EAX] >>> 0);
  const quotient = Math.floor(dividend / divisor);
  if (divisor === 0 || quotient > 0xffff_ffff) {
    cpu.fault.raise(DE);
  }
  const remainder = dividend % divisor;
  cpu.r[EAX] = (dividend - remainder) / divisor;
  cpu.r[EDX] = remainder;
}

function idiv(cpu: Cpu, i: Instruction): void {
  const low = cpu.r[EAX];
  if (i.width !== 32 || cpu.r[EDX] !== low >> 31) {
    divideSigned(cpu, i);
    return;
  }
  const divisor = read1(cpu, i);
  if (divisor === 0 || (divisor === -1 && low === -0x8000_0000)) {
    cpu.fault.raise(DE);
  }
  cpu.r[EAX] = low / divisor;
  cpu.r[EDX] = low % divisor;
}

function decimalAdjust(cpu: Cpu, direction: 1 | -1): void {
  const old = cpu.r8[0];
  const flags = getFlags(cpu.r);
  const low = (old & 15) > 9 || (flags & AF) !== 0;
  const high = old > 0x99 || (flags & CF) !== 0;
  const result = old + direction * ((low ? 6 : 0) + (high ? 0x60 : 0));
  const borrowed = direction < 0 && low && old < 6;
  cpu.r8[0] = result;
  const carryOut = high || borrowed ? CF : 0;
  setLazy(cpu.r, LAZY_GIVEN, 0, carryOut | (low ? AF : 0), signExtend(result, 8));
}

function asciiAdjust(cpu: Cpu, direction: 1 | -1): void {
  const { r, r16, r8 } = cpu;
  const adjust = (r8[0] & 15) > 9 || (getFlags(r) & AF) !== 0;
  if (adjust) {
    r16[0] += direction * 0x106;
  }
  r8[0] &= 15;
  changeFlags(r, AF | CF, adjust ? AF | CF : 0);
}

export const multiplyHandlers = {
  mul,
  imulWide,
  imul2: (cpu, i) => {
    const a = signExtend(read1(cpu, i), i.width);
    write1(cpu, i, imulTruncating(cpu.r, i.width, a, signExtend(read2(cpu, i), i.width)));
  },
  imul3: (cpu, i) => {
    const a = signExtend(read2(cpu, i), i.width);
    write1(cpu, i, imulTruncating(cpu.r, i.width, a, i.immediate));
  },
  div,
  idiv,
  daa: (cpu) => {
    decimalAdjust(cpu, 1);
  },
  das: (cpu) => {
    decimalAdjust(cpu, -1);
  },
  aaa: (cpu) => {
    asciiAdjust(cpu, 1);
  },
  aas: (cpu) => {
    asciiAdjust(cpu, -1);
  },
  aam: (cpu, i) => {
    if (i.immediate === 0) {
      cpu.fault.raise(DE);
    }
    const al = cpu.r8[0];
    cpu.r8[1] = Math.trunc(al / i.immediate);
    cpu.r8[0] = al % i.immediate;
    setLazy(cpu.r, LAZY_LOGIC, 0, 0, signExtend(cpu.r8[0], 8));
  },
  aad: (cpu, i) => {
    cpu.r16[0] = (cpu.r8[0] + cpu.r8[1] * i.immediate) & 0xff;
    setLazy(cpu.r, LAZY_LOGIC, 0, 0, signExtend(cpu.r8[0], 8));
  },
  cbw: (cpu, i) => {
    writeRegister(cpu, EAX, i.width, signExtend(cpu.r[EAX], i.width >> 1));
  },
  cwd: (cpu, i) => {
    writeRegister(cpu, EDX, i.width, signExtend(cpu.r[EAX], i.width) >> 31);
  },
} satisfies Record<string, Handler>;
