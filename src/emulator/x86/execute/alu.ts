// Arithmetic and logic as pure functions of width and operands that leave their flags lazily (flags.ts), and the
// instructions made of them. SDM vol. 2: ADD to XOR, INC, DEC, NEG, NOT, TEST.
import {
  carry,
  LAZY_ADC,
  LAZY_ADD,
  LAZY_DEC,
  LAZY_INC,
  LAZY_LOGIC,
  LAZY_SBB,
  LAZY_SUB,
  setLazy,
} from '../flags.ts';
import { type Handler, modify1, read1, read2, signExtend, write1 } from './operands.ts';

export type Operation = (r: Int32Array, width: number, a: number, b: number) => number;

export function add(r: Int32Array, width: number, a: number, b: number): number {
  const result = signExtend(a + b, width);
  setLazy(r, LAZY_ADD, signExtend(a, width), signExtend(b, width), result);
  return result;
}

export function adc(r: Int32Array, width: number, a: number, b: number): number {
  const carryIn = carry(r);
  const result = signExtend(a + b + carryIn, width);
  setLazy(
    r,
    carryIn === 0 ? LAZY_ADD : LAZY_ADC,
    signExtend(a, width),
    signExtend(b, width),
    result,
  );
  return result;
}

export function sub(r: Int32Array, width: number, a: number, b: number): number {
  const result = signExtend(a - b, width);
  setLazy(r, LAZY_SUB, signExtend(a, width), signExtend(b, width), result);
  return result;
}

export function sbb(r: Int32Array, width: number, a: number, b: number): number {
  const borrow = carry(r);
  const result = signExtend(a - b - borrow, width);
  setLazy(
    r,
    borrow === 0 ? LAZY_SUB : LAZY_SBB,
    signExtend(a, width),
    signExtend(b, width),
    result,
  );
  return result;
}

function logic(r: Int32Array, width: number, value: number): number {
  const result = signExtend(value, width);
  setLazy(r, LAZY_LOGIC, 0, 0, result);
  return result;
}

export function and(r: Int32Array, width: number, a: number, b: number): number {
  return logic(r, width, a & b);
}

export function or(r: Int32Array, width: number, a: number, b: number): number {
  return logic(r, width, a | b);
}

export function xor(r: Int32Array, width: number, a: number, b: number): number {
  return logic(r, width, a ^ b);
}

export function increment(r: Int32Array, width: number, a: number): number {
  const kept = carry(r);
  const result = signExtend(a + 1, width);
  setLazy(r, LAZY_INC, signExtend(a, width), kept, result);
  return result;
}

export function decrement(r: Int32Array, width: number, a: number): number {
  const kept = carry(r);
  const result = signExtend(a - 1, width);
  setLazy(r, LAZY_DEC, signExtend(a, width), kept, result);
  return result;
}

/** The eight operations in the order of their encoding (bits 3-5 of the opcode or of ModRM). */
export const OPERATIONS: readonly Operation[] = [add, or, adc, sbb, and, sub, xor, sub];

function writes(operation: Operation): Handler {
  return (cpu, i) => {
    const a = modify1(cpu, i);
    const b = read2(cpu, i);
    write1(cpu, i, operation(cpu.r, i.width, a, b));
  };
}

function compares(operation: Operation): Handler {
  return (cpu, i) => {
    operation(cpu.r, i.width, read1(cpu, i), read2(cpu, i));
  };
}

export const aluHandlers = {
  add: writes(add),
  or: writes(or),
  adc: writes(adc),
  sbb: writes(sbb),
  and: writes(and),
  sub: writes(sub),
  xor: writes(xor),
  cmp: compares(sub),
  test: compares(and),
  inc: (cpu, i) => {
    write1(cpu, i, increment(cpu.r, i.width, modify1(cpu, i)));
  },
  dec: (cpu, i) => {
    write1(cpu, i, decrement(cpu.r, i.width, modify1(cpu, i)));
  },
  neg: (cpu, i) => {
    write1(cpu, i, sub(cpu.r, i.width, 0, modify1(cpu, i)));
  },
  not: (cpu, i) => {
    write1(cpu, i, ~modify1(cpu, i));
  },
} satisfies Record<string, Handler>;
