// Shifts and rotates, as pure functions of width (SDM vol. 2: RCL/RCR/ROL/ROR, SAL/SAR/SHL/SHR, SHLD, SHRD).
// A count of zero changes nothing at all; where a flag is undefined the value is that of the shifted-out formula.
import type { Cpu } from '../cpu.ts';
import { type Instruction, OPERAND_REGISTER } from '../decode/instruction.ts';
import { LAZY_GIVEN, carry, setCarryOverflow, setLazy } from '../flags.ts';
import { ECX } from '../registers.ts';
import { type Handler, modify1, readRegister, signExtend, write1, zeroExtend } from './operands.ts';

type Shift = (r: Int32Array, width: number, value: number, count: number) => number;

function given(r: Int32Array, result: number, carryOut: number, overflowOut: number): number {
  setLazy(r, LAZY_GIVEN, 0, (carryOut & 1) | ((overflowOut & 1) << 11), result);
  return result;
}

export function shl(r: Int32Array, width: number, value: number, count: number): number {
  const result = count > 31 ? 0 : signExtend(value << count, width);
  const carryOut = count > width ? 0 : zeroExtend(value, width) >>> (width - count);
  return given(r, result, carryOut, carryOut ^ (result >>> 31));
}

export function shr(r: Int32Array, width: number, value: number, count: number): number {
  const unsigned = zeroExtend(value, width);
  const result = signExtend(unsigned >>> count, width);
  return given(r, result, unsigned >>> (count - 1), unsigned >>> (width - 1));
}

export function sar(r: Int32Array, width: number, value: number, count: number): number {
  const signed = signExtend(value, width);
  return given(r, signed >> count, signed >> (count - 1), 0);
}

export function rol(r: Int32Array, width: number, value: number, count: number): number {
  const by = count & (width - 1);
  const unsigned = zeroExtend(value, width);
  const result =
    by === 0 ? unsigned : zeroExtend((unsigned << by) | (unsigned >>> (width - by)), width);
  setCarryOverflow(r, result, result ^ (result >>> (width - 1)));
  return result;
}

export function ror(r: Int32Array, width: number, value: number, count: number): number {
  const by = count & (width - 1);
  const unsigned = zeroExtend(value, width);
  const result =
    by === 0 ? unsigned : zeroExtend((unsigned >>> by) | (unsigned << (width - by)), width);
  setCarryOverflow(r, result >>> (width - 1), (result >>> (width - 1)) ^ (result >>> (width - 2)));
  return result;
}

export function rcl(r: Int32Array, width: number, value: number, count: number): number {
  let carried = carry(r);
  let result = zeroExtend(value, width);
  for (let step = count % (width + 1); step > 0; step--) {
    const out = (result >>> (width - 1)) & 1;
    result = zeroExtend((result << 1) | carried, width);
    carried = out;
  }
  setCarryOverflow(r, carried, carried ^ (result >>> (width - 1)));
  return result;
}

export function rcr(r: Int32Array, width: number, value: number, count: number): number {
  let carried = carry(r);
  let result = zeroExtend(value, width);
  for (let step = count % (width + 1); step > 0; step--) {
    const out = result & 1;
    result = (result >>> 1) | (carried << (width - 1));
    carried = out;
  }
  setCarryOverflow(r, carried, (result >>> (width - 1)) ^ (result >>> (width - 2)));
  return result;
}

function countOf(cpu: Cpu, i: Instruction): number {
  return (i.kind2 === OPERAND_REGISTER ? cpu.r[ECX] : i.immediate) & 31;
}

function shifts(shift: Shift): Handler {
  return (cpu, i) => {
    const value = modify1(cpu, i);
    const count = countOf(cpu, i);
    if (count !== 0) {
      write1(cpu, i, shift(cpu.r, i.width, value, count));
    }
  };
}

/** SHLD and SHRD: `count` bits of the second register move into the first operand. */
function doubleShift(cpu: Cpu, i: Instruction, left: boolean): void {
  const count = ((i.opcode & 1) === 0 ? i.immediate : cpu.r[ECX]) & 31;
  const value = modify1(cpu, i);
  if (count === 0) {
    return;
  }
  if (i.width === 32) {
    const other = cpu.r[i.register2];
    const result = left
      ? (value << count) | (other >>> (32 - count))
      : (value >>> count) | (other << (32 - count));
    const carryOut = left ? value >>> (32 - count) : value >>> (count - 1);
    write1(cpu, i, result);
    given(cpu.r, result, carryOut, (result ^ value) >>> 31);
    return;
  }
  const width = BigInt(i.width);
  const high = BigInt.asUintN(i.width, BigInt(value));
  const low = BigInt.asUintN(i.width, BigInt(readRegister(cpu, i.register2, i.width)));
  const by = BigInt(count);
  // Beyond the width (16-bit operands only) the result is undefined; the wider concatenation keeps it repeatable.
  const joined = (high << (width * 2n)) | (low << width) | high;
  const shifted = left ? joined << by : joined >> by;
  const result = signExtend(
    Number(BigInt.asUintN(32, left ? shifted >> (width * 2n) : shifted)),
    i.width,
  );
  const carryOut = left
    ? Number((joined >> (width * 3n - by)) & 1n)
    : Number((joined >> (by - 1n)) & 1n);
  const changed = (result ^ signExtend(value, i.width)) >>> 31;
  write1(cpu, i, result);
  given(cpu.r, result, carryOut, changed);
}

export const shiftHandlers = {
  rol: shifts(rol),
  ror: shifts(ror),
  rcl: shifts(rcl),
  rcr: shifts(rcr),
  shl: shifts(shl),
  shr: shifts(shr),
  sar: shifts(sar),
  shld: (cpu, i) => {
    doubleShift(cpu, i, true);
  },
  shrd: (cpu, i) => {
    doubleShift(cpu, i, false);
  },
} satisfies Record<string, Handler>;
