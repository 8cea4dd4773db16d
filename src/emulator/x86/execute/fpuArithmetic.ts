// x87 arithmetic, loads, stores and comparisons on the register stack (SDM vol. 1, 8.3). Each handler reads its
// operands, computes in fpu/, enters what was raised, and writes its result only if that is masked.
import {
  type Extended,
  INDEFINITE,
  extended,
  isNan,
  kindOf,
  negated,
  zero,
} from '../fpu/extended.ts';
import {
  type Binary,
  add,
  compare,
  divide,
  multiply,
  roundToInteger,
  scale,
  squareRoot,
  subtract,
} from '../fpu/arithmetic.ts';
import {
  type IntegerWidth,
  type RealWidth,
  fromInteger,
  fromReal,
  realOperand,
  toInteger,
  toReal,
} from '../fpu/conversion.ts';
import { remainder } from '../fpu/remainder.ts';
import { BEFORE, DENORMAL, type Environment, INVALID } from '../fpu/rounding.ts';
import { C0, C1, C2, C3, type FpuState, bytesOf } from '../fpuState.ts';
import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../decode/instruction.ts';
import { ARITHMETIC, CF, PF, ZF, changeFlags, condition } from '../flags.ts';
import type { FpuHandler } from './fpuControl.ts';
import { probeStore, readBits, readBytes, writeBits, writeBytes } from './fpuMemory.ts';

/** These forbid the result when they are not masked; the others only report it. */
export function forbids({ raised, masks }: Environment): boolean {
  return (raised & ~masks & BEFORE) !== 0;
}

/** Operands in ST(i) and ST(j), or the indefinite after a masked underflow; undefined if that is not masked. */
export function operands(fpu: FpuState, ...indices: number[]): Extended[] | undefined {
  if (indices.some((index) => fpu.isEmpty(index))) {
    return fpu.stackFault(false) ? indices.map(() => INDEFINITE) : undefined;
  }
  return indices.map((index) => fpu.get(index));
}

export function isUnderflow(fpu: FpuState, ...indices: number[]): boolean {
  return indices.some((index) => fpu.isEmpty(index));
}

/** Writes a computed result; `pops` afterwards. */
export function finish(
  fpu: FpuState,
  environment: Environment,
  target: number,
  value: Extended,
  pops = 0,
): void {
  fpu.commit(environment);
  if (forbids(environment)) {
    return;
  }
  fpu.set(target, value);
  popTimes(fpu, pops);
}

const reverse =
  (operation: Binary): Binary =>
  (a, b, environment) =>
    operation(b, a, environment);

/** By the /digit of D8, DC, DA and DE; 2 and 3 compare. */
const OPERATIONS: readonly (Binary | undefined)[] = [
  add,
  multiply,
  undefined,
  undefined,
  subtract,
  reverse(subtract),
  divide,
  reverse(divide),
];

/** ST(0) op source, into ST(0): the source comes from memory and may itself raise. */
function withSource(
  load: (cpu: Cpu, i: Instruction, environment: Environment) => Extended,
): FpuHandler {
  return (cpu, i) => {
    const { fpu } = cpu;
    const environment = fpu.environment();
    const source = load(cpu, i, environment);
    const digit = i.registerField;
    const operation = OPERATIONS[digit];
    if (isNan(kindOf(fpu.get(0))) || kindOf(fpu.get(0)) === 'unsupported') {
      environment.raised &= ~DENORMAL; // the other operand is looked at no more
    }
    if (isUnderflow(fpu, 0)) {
      underflowed(fpu, operation === undefined, 0, digit === 3 ? 1 : 0);
      return;
    }
    if (operation === undefined) {
      compareInto(fpu, fpu.get(0), source, environment, true, digit === 3 ? 1 : 0);
    } else {
      finish(fpu, environment, 0, operation(fpu.get(0), source, environment));
    }
  };
}

/** The masked response to an empty operand: the indefinite as result, or "unordered". */
export function underflowed(
  fpu: FpuState,
  isComparison: boolean,
  target: number,
  pops: number,
): void {
  const isMasked = fpu.stackFault(false);
  if (isComparison) {
    fpu.setConditions(C0 | C2 | C3);
  }
  if (!isMasked) {
    return;
  }
  if (!isComparison) {
    fpu.set(target, INDEFINITE);
  }
  popTimes(fpu, pops);
}

export const arithmeticReal = (width: RealWidth): FpuHandler =>
  withSource((cpu, i, environment) => realOperand(readBits(cpu, i, width), width, environment));

export const arithmeticInteger = (width: 16 | 32): FpuHandler =>
  withSource((cpu, i) => fromInteger(BigInt.asIntN(width, readBits(cpu, i, width))));

/** D8, DC and DE with a register: ST(0) op ST(i) into ST(0) or ST(i), and for DE a pop. */
export function arithmeticRegister(intoI: boolean, pops: number): FpuHandler {
  return (cpu, i) => {
    const { fpu } = cpu;
    const index = i.modrm & 7;
    const operation = OPERATIONS[i.registerField];
    if (operation === undefined) {
      cpu.unsupported('an x87 encoding that the manual leaves free');
      return;
    }
    const target = intoI ? index : 0;
    if (isUnderflow(fpu, 0, index)) {
      underflowed(fpu, false, target, pops);
      return;
    }
    const environment = fpu.environment();
    const value = operation(fpu.get(0), fpu.get(index), environment);
    finish(fpu, environment, target, value, pops);
  };
}

const ORDER_BITS = { less: C0, equal: C3, greater: 0, unordered: C0 | C2 | C3 } as const;

function compareInto(
  fpu: FpuState,
  a: Extended,
  b: Extended,
  environment: Environment,
  quietIsInvalid: boolean,
  pops: number,
): void {
  const order = compare(a, b, quietIsInvalid, environment);
  fpu.commit(environment);
  fpu.setConditions(ORDER_BITS[order]);
  if (forbids(environment)) {
    return;
  }
  popTimes(fpu, pops);
}

/** FCOM, FUCOM and their popping forms with ST(i). */
export function compareRegister(quietIsInvalid: boolean, pops: number): FpuHandler {
  return (cpu, i) => {
    const { fpu } = cpu;
    const index = i.modrm & 7;
    if (isUnderflow(fpu, 0, index)) {
      underflowed(fpu, true, 0, pops);
      return;
    }
    compareInto(fpu, fpu.get(0), fpu.get(index), fpu.environment(), quietIsInvalid, pops);
  };
}

const ORDER_FLAGS = { less: CF, equal: ZF, greater: 0, unordered: CF | PF | ZF } as const;

/** FCOMI and FUCOMI (i686): the order goes into EFLAGS. */
export function compareToFlags(quietIsInvalid: boolean, pops: number): FpuHandler {
  return (cpu, i) => {
    const { fpu } = cpu;
    const index = i.modrm & 7;
    const environment = fpu.environment();
    const empty = isUnderflow(fpu, 0, index);
    const isMasked = !empty || fpu.stackFault(false);
    const order = empty
      ? 'unordered'
      : compare(fpu.get(0), fpu.get(index), quietIsInvalid, environment);
    if (!empty) {
      const rounded = fpu.statusWord & C1; // FCOMI leaves it as it is
      fpu.commit(environment);
      fpu.statusWord |= rounded;
    }
    changeFlags(cpu.r, ARITHMETIC, ORDER_FLAGS[order]);
    if (isMasked && !forbids(environment)) {
      popTimes(fpu, pops);
    }
  };
}

/** FTST. */
export const test: FpuHandler = (cpu) => {
  const { fpu } = cpu;
  if (isUnderflow(fpu, 0)) {
    underflowed(fpu, true, 0, 0);
    return;
  }
  compareInto(fpu, fpu.get(0), zero(0), fpu.environment(), true, 0);
};

const KIND_BITS = {
  unsupported: 0,
  quiet: C0,
  signalling: C0,
  normal: C2,
  infinity: C2 | C0,
  zero: C3,
  denormal: C3 | C2,
} as const;

/** FXAM. */
export const examine: FpuHandler = ({ fpu }) => {
  const value = fpu.get(0);
  fpu.setConditions(fpu.isEmpty(0) ? C3 | C0 : KIND_BITS[kindOf(value)]);
  fpu.statusWord = (fpu.statusWord & ~C1) | (value.sign === 1 ? C1 : 0);
};

// Loads

/** A denormal is loaded even if its exception is not masked: the next instruction that waits reports it. */
export function pushResult(fpu: FpuState, environment: Environment, value: Extended): void {
  if (!fpu.isEmpty(7)) {
    fpu.push(value); // a full stack comes before what the operand raises
    return;
  }
  fpu.commit(environment);
  if ((environment.raised & ~environment.masks & INVALID) === 0) {
    fpu.push(value);
  }
}

export const loadReal =
  (width: RealWidth): FpuHandler =>
  (cpu, i) => {
    const environment = cpu.fpu.environment();
    pushResult(cpu.fpu, environment, fromReal(readBits(cpu, i, width), width, environment));
  };

export const loadInteger =
  (width: IntegerWidth): FpuHandler =>
  (cpu, i) => {
    const value = fromInteger(BigInt.asIntN(width, readBits(cpu, i, width)));
    pushResult(cpu.fpu, cpu.fpu.environment(), value);
  };

export const loadExtended: FpuHandler = (cpu, i) => {
  const bytes = readBytes(cpu, i, cpu.effectiveAddress(i), 10);
  const view = new DataView(bytes.buffer);
  const high = view.getUint16(8, true);
  const value = extended((high >> 15) as 0 | 1, high & 0x7fff, view.getBigUint64(0, true));
  pushResult(cpu.fpu, cpu.fpu.environment(), value);
};

export const loadRegister: FpuHandler = (cpu, i) => {
  const { fpu } = cpu;
  const found = operands(fpu, i.modrm & 7);
  if (found !== undefined) {
    const wasEmpty = isUnderflow(fpu, i.modrm & 7);
    if (wasEmpty) {
      fpu.moveTop(-1);
      fpu.set(0, INDEFINITE);
    } else {
      pushResult(fpu, fpu.environment(), found[0]);
    }
  }
};

/** FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2, FLDZ: exponent, 66 bits of significand, rounded as the control word says. */
const CONSTANTS: readonly (readonly [exponent: number, nearest: bigint, down: bigint, up: bigint])[] = [
  [0x3fff, 0x8000000000000000n, 0x8000000000000000n, 0x8000000000000000n],
  [0x4000, 0xd49a784bcd1b8afen, 0xd49a784bcd1b8afen, 0xd49a784bcd1b8affn],
  [0x3fff, 0xb8aa3b295c17f0bcn, 0xb8aa3b295c17f0bbn, 0xb8aa3b295c17f0bcn],
  [0x4000, 0xc90fdaa22168c235n, 0xc90fdaa22168c234n, 0xc90fdaa22168c235n],
  [0x3ffd, 0x9a209a84fbcff799n, 0x9a209a84fbcff798n, 0x9a209a84fbcff799n],
  [0x3ffe, 0xb17217f7d1cf79acn, 0xb17217f7d1cf79abn, 0xb17217f7d1cf79acn],
  [0, 0n, 0n, 0n],
]; // prettier-ignore

export const loadConstant: FpuHandler = (cpu, i) => {
  const [exponent, nearest, down, up] = CONSTANTS[i.modrm & 7];
  const environment = cpu.fpu.environment();
  const significand = [nearest, down, up, down][environment.rounding];
  pushResult(cpu.fpu, environment, extended(0, exponent, significand));
};

// Stores

/** `convert` gives the bits to store; undefined if an exception forbids the store. */
function storing(
  width: 16 | 32 | 64,
  pops: number,
  convert: (value: Extended, environment: Environment) => bigint | undefined,
  rounding?: number,
): FpuHandler {
  return (cpu, i) => {
    const { fpu } = cpu;
    probeStore(cpu, i, width >> 3);
    const given = fpu.environment();
    const environment = rounding === undefined ? given : { ...given, rounding };
    const found = operands(fpu, 0);
    if (found === undefined) {
      return;
    }
    const bits = convert(found[0], environment);
    if (!isUnderflow(fpu, 0)) {
      fpu.commit(environment);
    }
    if (bits !== undefined && !forbids(environment)) {
      writeBits(cpu, i, width, bits);
      popTimes(fpu, pops);
    }
  };
}

export const storeReal = (width: RealWidth, pops: number): FpuHandler =>
  storing(width, pops, (value, environment) => toReal(value, width, environment));

export const storeInteger = (width: IntegerWidth, pops: number): FpuHandler =>
  storing(width, pops, (value, environment) => toInteger(value, width, environment));

const TOWARD_ZERO = 3;

/** FISTTP: whatever the control word says. */
export const storeTruncated = (width: IntegerWidth): FpuHandler =>
  storing(width, 1, (value, environment) => toInteger(value, width, environment), TOWARD_ZERO);

export const storeExtended: FpuHandler = (cpu, i) => {
  const { fpu } = cpu;
  probeStore(cpu, i, 10);
  const found = operands(fpu, 0);
  if (found === undefined) {
    return;
  }
  if (!isUnderflow(fpu, 0)) {
    fpu.commit(fpu.environment());
  }
  writeBytes(cpu, i, cpu.effectiveAddress(i), bytesOf(found[0]));
  fpu.pop();
};

export function popTimes(fpu: FpuState, pops: number): void {
  for (let count = 0; count < pops; count++) {
    fpu.pop();
  }
}

export function storeRegister(pops: number): FpuHandler {
  return (cpu, i) => {
    const { fpu } = cpu;
    const found = operands(fpu, 0);
    if (found !== undefined) {
      if (!isUnderflow(fpu, 0)) {
        fpu.commit(fpu.environment());
      }
      fpu.set(i.modrm & 7, found[0]);
      popTimes(fpu, pops);
    }
  };
}

/** FSTPNCE, FSTP's encoding at D9: an empty ST(0) is popped without a stack fault, and nothing is stored. */
export const storeRegisterUnlessEmpty: FpuHandler = (cpu, i) => {
  if (cpu.fpu.isEmpty(0)) {
    cpu.fpu.statusWord &= ~C1;
    cpu.fpu.pop();
  } else {
    storeRegister(1)(cpu, i);
  }
};

// One operand

function unary(compute: (value: Extended, environment: Environment) => Extended): FpuHandler {
  return ({ fpu }) => {
    if (isUnderflow(fpu, 0)) {
      underflowed(fpu, false, 0, 0);
      return;
    }
    const environment = fpu.environment();
    finish(fpu, environment, 0, compute(fpu.get(0), environment));
  };
}

export const changeSign = unary((value) => negated(value));
export const absolute = unary((value) => ({ ...value, sign: 0 }));
export const root = unary(squareRoot);
export const roundInteger = unary(roundToInteger);

export const scaleBy: FpuHandler = ({ fpu }) => {
  if (isUnderflow(fpu, 0, 1)) {
    underflowed(fpu, false, 0, 0);
    return;
  }
  const environment = fpu.environment();
  finish(fpu, environment, 0, scale(fpu.get(0), fpu.get(1), environment));
};

export function partialRemainder(nearest: boolean): FpuHandler {
  return ({ fpu }) => {
    if (isUnderflow(fpu, 0, 1)) {
      underflowed(fpu, false, 0, 0);
      fpu.statusWord &= ~C2;
      return;
    }
    const environment = fpu.environment();
    const result = remainder(fpu.get(0), fpu.get(1), nearest, environment);
    finish(fpu, environment, 0, result.value);
    const { quotient, partial } = result;
    if (quotient === undefined || forbids(environment)) {
      fpu.statusWord &= ~C2;
      return;
    }
    fpu.setConditions((partial ? C2 : 0) | (quotient & 4 ? C0 : 0) | (quotient & 2 ? C3 : 0));
    fpu.statusWord = (fpu.statusWord & ~C1) | (quotient & 1 ? C1 : 0);
  };
}

// The stack

export const exchange: FpuHandler = (cpu, i) => {
  const { fpu } = cpu;
  const index = i.modrm & 7;
  if (isUnderflow(fpu, 0, index) && !fpu.stackFault(false)) {
    return;
  }
  const take = (at: number): Extended => (fpu.isEmpty(at) ? INDEFINITE : fpu.get(at));
  const [top, other] = [take(0), take(index)];
  if (!isUnderflow(fpu, 0, index)) {
    fpu.commit(fpu.environment());
  }
  fpu.set(0, other);
  fpu.set(index, top);
};

export const freeRegister: FpuHandler = (cpu, i) => {
  cpu.fpu.free(i.modrm & 7);
  cpu.fpu.statusWord &= ~C1;
};

/** FFREEP, which only AMD's manuals name: pops whatever ST(0) is. */
export const freeRegisterAndPop: FpuHandler = (cpu, i) => {
  freeRegister(cpu, i);
  cpu.fpu.pop();
};

/** FINCSTP and FDECSTP. */
export function turnStack(by: number): FpuHandler {
  return ({ fpu }) => {
    fpu.moveTop(by);
    fpu.statusWord &= ~C1;
  };
}

/** FCMOVcc (i686); `code` as in Jcc. */
export function moveIf(code: number): FpuHandler {
  return (cpu, i) => {
    const { fpu } = cpu;
    const index = i.modrm & 7;
    if (isUnderflow(fpu, 0, index)) {
      underflowed(fpu, false, 0, 0);
    } else if (condition(cpu.r, code)) {
      fpu.set(0, fpu.get(index));
    }
  };
}
