// EFLAGS, and the only place where a flag formula stands. An arithmetic instruction leaves its operands and its
// result, each sign-extended from the operand's width, which makes every formula below independent of width;
// a flag is computed when somebody asks. SDM vol. 1, 3.4.3.
import { EFLAGS, LAZY_A, LAZY_B, LAZY_RESULT, LAZY_TYPE } from './registers.ts';

export const CF = 0x1;
export const PF = 0x4;
export const AF = 0x10;
export const ZF = 0x40;
export const SF = 0x80;
export const TF = 0x100;
export const IF = 0x200;
export const DF = 0x400;
export const OF = 0x800;
export const IOPL = 0x3000;
export const NT = 0x4000;
export const RF = 0x1_0000;
export const VM = 0x2_0000;
export const AC = 0x4_0000;
export const VIF = 0x8_0000;
export const VIP = 0x10_0000;
export const ID = 0x20_0000;
export const ARITHMETIC = CF | PF | AF | ZF | SF | OF;

// What the lazy words hold. With EXPLICIT all six flags stand in EFLAGS itself.
export const LAZY_EXPLICIT = 0;
export const LAZY_ADD = 1;
export const LAZY_ADC = 2; // an addition with a carry that was set
export const LAZY_SUB = 3;
export const LAZY_SBB = 4; // a subtraction with a borrow that was set
export const LAZY_LOGIC = 5;
export const LAZY_INC = 6; // LAZY_B is the carry to keep
export const LAZY_DEC = 7; // likewise
export const LAZY_GIVEN = 8; // CF, OF and AF stand in LAZY_B, the rest follows the result

/** Bit n is set where the nibble n has an even number of ones. */
const EVEN_NIBBLES = 0x9669;

/** PF of each low byte of a result. */
const PARITY_FLAG = Uint8Array.from({ length: 256 }, (_, low) =>
  ((EVEN_NIBBLES >> ((low ^ (low >> 4)) & 15)) & 1) === 0 ? 0 : PF,
);

export function setLazy(r: Int32Array, type: number, a: number, b: number, result: number): void {
  r[LAZY_TYPE] = type;
  r[LAZY_A] = a;
  r[LAZY_B] = b;
  r[LAZY_RESULT] = result;
}

export function carry(r: Int32Array): number {
  switch (r[LAZY_TYPE]) {
    case LAZY_ADD:
      return r[LAZY_RESULT] >>> 0 < r[LAZY_A] >>> 0 ? 1 : 0;
    case LAZY_ADC:
      return r[LAZY_RESULT] >>> 0 <= r[LAZY_A] >>> 0 ? 1 : 0;
    case LAZY_SUB:
      return r[LAZY_A] >>> 0 < r[LAZY_B] >>> 0 ? 1 : 0;
    case LAZY_SBB:
      return r[LAZY_A] >>> 0 <= r[LAZY_B] >>> 0 ? 1 : 0;
    case LAZY_LOGIC:
      return 0;
    case LAZY_INC:
    case LAZY_DEC:
    case LAZY_GIVEN:
      return r[LAZY_B] & CF;
    default:
      return r[EFLAGS] & CF;
  }
}

export function overflow(r: Int32Array): number {
  const a = r[LAZY_A];
  const b = r[LAZY_B];
  const result = r[LAZY_RESULT];
  switch (r[LAZY_TYPE]) {
    case LAZY_ADD:
    case LAZY_ADC:
      return ((a ^ result) & (b ^ result)) >>> 31;
    case LAZY_SUB:
    case LAZY_SBB:
      return ((a ^ b) & (a ^ result)) >>> 31;
    case LAZY_LOGIC:
      return 0;
    case LAZY_INC:
      return (~a & result) >>> 31;
    case LAZY_DEC:
      return (a & ~result) >>> 31;
    case LAZY_GIVEN:
      return (b & OF) === 0 ? 0 : 1;
    default:
      return (r[EFLAGS] & OF) === 0 ? 0 : 1;
  }
}

function auxiliary(r: Int32Array): number {
  const a = r[LAZY_A];
  const b = r[LAZY_B];
  const result = r[LAZY_RESULT];
  switch (r[LAZY_TYPE]) {
    case LAZY_ADD:
    case LAZY_ADC:
    case LAZY_SUB:
    case LAZY_SBB:
      return (a ^ b ^ result) & AF;
    case LAZY_LOGIC:
      return 0;
    case LAZY_INC:
    case LAZY_DEC:
      return (a ^ 1 ^ result) & AF;
    case LAZY_GIVEN:
      return b & AF;
    default:
      return r[EFLAGS] & AF;
  }
}

export function zero(r: Int32Array): number {
  if (r[LAZY_TYPE] === LAZY_EXPLICIT) {
    return (r[EFLAGS] & ZF) === 0 ? 0 : 1;
  }
  return r[LAZY_RESULT] === 0 ? 1 : 0;
}

export function sign(r: Int32Array): number {
  if (r[LAZY_TYPE] === LAZY_EXPLICIT) {
    return (r[EFLAGS] & SF) === 0 ? 0 : 1;
  }
  return r[LAZY_RESULT] >>> 31;
}

export function parity(r: Int32Array): number {
  if (r[LAZY_TYPE] === LAZY_EXPLICIT) {
    return (r[EFLAGS] & PF) === 0 ? 0 : 1;
  }
  let low = r[LAZY_RESULT] & 0xff;
  low ^= low >> 4;
  return (EVEN_NIBBLES >> (low & 15)) & 1;
}

/** The whole EFLAGS register, as PUSHF sees it. */
export function getFlags(r: Int32Array): number {
  if (r[LAZY_TYPE] === LAZY_EXPLICIT) {
    return r[EFLAGS];
  }
  const result = r[LAZY_RESULT];
  const followResult = PARITY_FLAG[result & 0xff] | (result === 0 ? ZF : 0) | (result < 0 ? SF : 0);
  const others = carry(r) | auxiliary(r) | (overflow(r) << 11);
  return (r[EFLAGS] & ~ARITHMETIC) | followResult | others;
}

/** Replaces the whole register; bit 1 always reads as one. */
export function setFlags(r: Int32Array, value: number): void {
  r[EFLAGS] = value | 2;
  r[LAZY_TYPE] = LAZY_EXPLICIT;
}

/** Makes the flags explicit, then replaces those in `mask`. */
export function changeFlags(r: Int32Array, mask: number, value: number): void {
  setFlags(r, (getFlags(r) & ~mask) | (value & mask));
}

/** Replaces CF and OF alone (rotates, bit tests), and computes as little of the rest as possible. */
export function setCarryOverflow(r: Int32Array, carryOut: number, overflowOut: number): void {
  const both = (carryOut & 1) | ((overflowOut & 1) << 11);
  if (r[LAZY_TYPE] === LAZY_EXPLICIT) {
    r[EFLAGS] = (r[EFLAGS] & ~(CF | OF)) | both;
  } else {
    r[LAZY_B] = auxiliary(r) | both;
    r[LAZY_TYPE] = LAZY_GIVEN;
  }
}

/** The sixteen conditions of Jcc, SETcc and CMOVcc (SDM vol. 2, appendix B). */
export function condition(r: Int32Array, code: number): boolean {
  return conditionPair(r, code >> 1) !== ((code & 1) !== 0);
}

function conditionPair(r: Int32Array, pair: number): boolean {
  switch (pair) {
    case 0:
      return overflow(r) !== 0;
    case 1:
      return carry(r) !== 0;
    case 2:
      return zero(r) !== 0;
    case 3:
      return (carry(r) | zero(r)) !== 0;
    case 4:
      return sign(r) !== 0;
    case 5:
      return parity(r) !== 0;
    case 6:
      return sign(r) !== overflow(r);
    default:
      return zero(r) !== 0 || sign(r) !== overflow(r);
  }
}

/** The same conditions after a CMP of a and b, without asking flag by flag. */
export function compared(a: number, b: number, result: number, code: number): boolean {
  switch (code) {
    case 2:
      return a >>> 0 < b >>> 0;
    case 3:
      return a >>> 0 >= b >>> 0;
    case 6:
      return a >>> 0 <= b >>> 0;
    case 7:
      return a >>> 0 > b >>> 0;
    case 8:
      return result < 0;
    case 9:
      return result >= 0;
    case 12:
      return a < b;
    case 13:
      return a >= b;
    case 14:
      return a <= b;
    case 15:
      return a > b;
    default:
      return comparedRarely(a, b, result, code);
  }
}

function comparedRarely(a: number, b: number, result: number, code: number): boolean {
  const overflowed = ((a ^ b) & (a ^ result)) < 0;
  let low = result & 0xff;
  low ^= low >> 4;
  const even = ((EVEN_NIBBLES >> (low & 15)) & 1) !== 0;
  const holds = code >> 1 === 0 ? overflowed : code >> 1 === 5 ? even : result === 0;
  return holds !== ((code & 1) !== 0);
}
