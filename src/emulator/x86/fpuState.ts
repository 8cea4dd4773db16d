// The x87's registers (SDM vol. 1, 8.1): eight of 80 bits used as a stack, control, status and tag words, and the
// pointers to the last instruction and its operand.
import { type Extended, INDEFINITE, extended, kindOf } from './fpu/extended.ts';
import {
  type MachineMemory,
  X87_EXPONENTS_OFFSET,
  X87_SIGNIFICANDS_OFFSET,
} from '../memoryLayout.ts';
import { type Environment, INVALID, settle } from './fpu/rounding.ts';

export const C0 = 0x0100;
export const C1 = 0x0200;
export const C2 = 0x0400;
export const C3 = 0x4000;
const STACK_FAULT = 0x40;
const ERROR_SUMMARY = 0x80;
const BUSY = 0x8000;
const TOP_SHIFT = 11;
const EMPTY = 3;

/** Bits of the significand by the precision-control field; 1 is reserved and works as 64. */
const PRECISIONS = [24, 64, 53, 64];

export class FpuState {
  controlWord = 0x37f;
  statusWord = 0;
  /** Bit n set: physical register n holds a number. */
  private used = 0;
  instructionPointer = 0;
  instructionSelector = 0;
  dataPointer = 0;
  dataSelector = 0;
  /** Physical registers. */
  private readonly significands: BigUint64Array;
  private readonly signExponents: Uint16Array;

  constructor({ memory }: Pick<MachineMemory, 'memory'>) {
    this.significands = new BigUint64Array(memory.buffer, X87_SIGNIFICANDS_OFFSET, 8);
    this.signExponents = new Uint16Array(memory.buffer, X87_EXPONENTS_OFFSET, 8);
  }

  initialize(): void {
    this.controlWord = 0x37f;
    this.statusWord = 0;
    this.used = 0;
    this.instructionPointer = 0;
    this.instructionSelector = 0;
    this.dataPointer = 0;
    this.dataSelector = 0;
  }

  get top(): number {
    return (this.statusWord >> TOP_SHIFT) & 7;
  }

  private physical(index: number): number {
    return (this.top + index) & 7;
  }

  moveTop(by: number): void {
    const top = (this.top + by) & 7;
    this.statusWord = (this.statusWord & ~(7 << TOP_SHIFT)) | (top << TOP_SHIFT);
  }

  isEmpty(index: number): boolean {
    return ((this.used >> this.physical(index)) & 1) === 0;
  }

  free(index: number): void {
    this.used &= ~(1 << this.physical(index));
  }

  get(index: number): Extended {
    const at = this.physical(index);
    const signExponent = this.signExponents[at];
    return extended((signExponent >> 15) as 0 | 1, signExponent & 0x7fff, this.significands[at]);
  }

  set(index: number, value: Extended): void {
    const at = this.physical(index);
    this.signExponents[at] = (value.sign << 15) | value.exponent;
    this.significands[at] = value.significand;
    this.used |= 1 << at;
  }

  /** What an operation needs of the control word; flags are collected in it. */
  environment(): Environment {
    return {
      rounding: (this.controlWord >> 10) & 3,
      precision: PRECISIONS[(this.controlWord >> 8) & 3],
      masks: this.controlWord & 0x3f,
      raised: 0,
      roundedUp: false,
    };
  }

  /** Enters what an operation raised into the status word. True if all of it is masked. */
  commit(environment: Environment): boolean {
    settle(environment);
    const { raised, roundedUp, masks } = environment;
    this.statusWord = (this.statusWord & ~C1) | raised | (roundedUp ? C1 : 0);
    const unmasked = raised & ~masks & 0x3f;
    if (unmasked !== 0) {
      this.statusWord |= ERROR_SUMMARY | BUSY;
    }
    return unmasked === 0;
  }

  /** A stack overflow or underflow; C1 tells which. True if it is masked: the result is then the indefinite. */
  stackFault(overflow: boolean): boolean {
    const environment = { ...this.environment(), raised: INVALID, roundedUp: overflow };
    this.statusWord |= STACK_FAULT;
    return this.commit(environment);
  }

  /** Pushes a number; onto a full stack the indefinite, if that is masked. */
  push(value: Extended): void {
    if (!this.isEmpty(7)) {
      if (this.stackFault(true)) {
        this.moveTop(-1);
        this.set(0, INDEFINITE);
      }
      return;
    }
    this.moveTop(-1);
    this.set(0, value);
  }

  pop(): void {
    this.free(0);
    this.moveTop(1);
  }

  get pendingError(): boolean {
    return (this.statusWord & ERROR_SUMMARY) !== 0;
  }

  /** After FLDCW and FLDENV: the summary follows the masks. */
  updateSummary(): void {
    const unmasked = this.statusWord & ~this.controlWord & 0x3f;
    this.statusWord &= ~(ERROR_SUMMARY | BUSY);
    if (unmasked !== 0) {
      this.statusWord |= ERROR_SUMMARY | BUSY;
    }
  }

  setConditions(bits: number): void {
    this.statusWord = (this.statusWord & ~(C0 | C2 | C3)) | bits;
  }

  /** Two bits a physical register: 0 valid, 1 zero, 2 special, 3 empty (8.1.7). */
  get tagWord(): number {
    let word = 0;
    for (let at = 0; at < 8; at++) {
      word |= this.tagOf(at) << (at * 2);
    }
    return word;
  }

  set tagWord(word: number) {
    this.used = 0;
    for (let at = 0; at < 8; at++) {
      if (((word >> (at * 2)) & 3) !== EMPTY) {
        this.used |= 1 << at;
      }
    }
  }

  private tagOf(at: number): number {
    if (((this.used >> at) & 1) === 0) {
      return EMPTY;
    }
    const exponent = this.signExponents[at] & 0x7fff;
    const kind = kindOf(extended(0, exponent, this.significands[at]));
    return kind === 'normal' ? 0 : kind === 'zero' ? 1 : 2;
  }

  /** An MMX instruction is about to run: TOP is 0 and every register counts as used (SDM vol. 1, 9.5). */
  enterMmx(): void {
    this.moveTop(-this.top);
    this.used = 0xff;
  }

  /** What writing an MMX register does to the rest of it. */
  writtenByMmx(register: number): void {
    this.signExponents[register] = 0xffff;
  }

  /** EMMS. */
  leaveMmx(): void {
    this.moveTop(-this.top);
    this.used = 0;
  }

  /** Bit n set: physical register n is not empty; the tags as FXSAVE stores them. */
  get usedRegisters(): number {
    return this.used;
  }

  set usedRegisters(bits: number) {
    this.used = bits & 0xff;
  }

  /** The ten bytes of ST(index), whatever its tag. */
  bytes(index: number): Uint8Array {
    return bytesOf(this.get(index));
  }

  /** Without regard to the tag. */
  setBytes(index: number, bytes: Uint8Array): void {
    const at = this.physical(index);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    this.significands[at] = view.getBigUint64(0, true);
    this.signExponents[at] = view.getUint16(8, true);
  }

  snapshot(): FpuSnapshot {
    return {
      controlWord: this.controlWord,
      statusWord: this.statusWord,
      tagWord: this.tagWord,
      instructionPointer: this.instructionPointer,
      instructionSelector: this.instructionSelector,
      dataPointer: this.dataPointer,
      dataSelector: this.dataSelector,
      registers: [0, 1, 2, 3, 4, 5, 6, 7].flatMap((index) => [...this.bytes(index)]),
    };
  }

  restore(from: FpuSnapshot): void {
    this.controlWord = from.controlWord;
    this.statusWord = from.statusWord;
    this.tagWord = from.tagWord;
    this.instructionPointer = from.instructionPointer;
    this.instructionSelector = from.instructionSelector;
    this.dataPointer = from.dataPointer;
    this.dataSelector = from.dataSelector;
    for (let index = 0; index < 8; index++) {
      this.setBytes(index, Uint8Array.from(from.registers.slice(index * 10, index * 10 + 10)));
    }
  }
}

export interface FpuSnapshot {
  readonly controlWord: number;
  readonly statusWord: number;
  readonly tagWord: number;
  readonly instructionPointer: number;
  readonly instructionSelector: number;
  readonly dataPointer: number;
  readonly dataSelector: number;
  /** Eight registers of ten bytes, ST(0) first. */
  readonly registers: readonly number[];
}

/** The ten bytes of a number, as FNSAVE and FSTP m80fp store it. */
export function bytesOf({ sign, exponent, significand }: Extended): Uint8Array {
  const bytes = new Uint8Array(10);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, significand, true);
  view.setUint16(8, (sign << 15) | exponent, true);
  return bytes;
}
