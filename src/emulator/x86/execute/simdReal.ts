// SSE's arithmetic, comparisons and conversions on packed and scalar numbers. Every lane computes in an environment of
// its own; what they raise is entered into MXCSR together, and an exception that is not masked leaves the destination
// as it was (SDM vol. 1, 11.5.2: those before the computation hide those after it).
import type { Cpu } from '../cpu.ts';
import { type Instruction, OPERAND_MEMORY } from '../decode/instruction.ts';
import { UD, XM } from '../faults.ts';
import { ARITHMETIC, CF, PF, ZF, changeFlags } from '../flags.ts';
import { BEFORE } from '../fpu/rounding.ts';
import { CR4, CR4_OSXMMEXCPT } from '../registers.ts';
import * as approximation from '../simd/approximation.ts';
import { integerToReal, narrow, realToInteger, widen } from '../simd/conversion.ts';
import {
  AFTER,
  DOUBLES,
  type RealBinary,
  type RealEnvironment,
  type RealFormat,
  type RealOrder,
  SINGLES,
  realAdd,
  realDivide,
  realMaximum,
  realMinimum,
  realMultiply,
  realOrder,
  realSquareRoot,
  realSubtract,
} from '../simd/real.ts';
import type { Vector } from '../simd/vector.ts';
import { type Handler, read2 } from './operands.ts';
import {
  SOURCE,
  TARGET,
  enterMmx,
  enterSse,
  load,
  loadXmm,
  storeMmx,
  storeXmm,
} from './simdOperands.ts';

export function environmentOf({ simd }: Cpu): RealEnvironment {
  const { rounding, masks, denormalsAreZeros, flushToZero } = simd;
  const empty = { raised: 0, roundedUp: false, precision: 0 };
  return { rounding, masks, denormalsAreZeros, flushToZero, ...empty };
}

/** Enters what the lanes raised into MXCSR; faults if some of it is not masked. */
export function commit(cpu: Cpu, raised: number): void {
  const { simd } = cpu;
  const unmasked = raised & ~simd.masks;
  const hidden = (unmasked & BEFORE) !== 0 ? AFTER : 0;
  simd.mxcsr |= raised & ~hidden;
  if (unmasked !== 0) {
    cpu.fault.raise((cpu.r[CR4] & CR4_OSXMMEXCPT) !== 0 ? XM : UD);
  }
}

export function getLane(vector: Vector, lane: number, format: RealFormat): bigint {
  return format.width === 64 ? vector.quadwords[lane] : BigInt(vector.doublewords[lane]);
}

export function setLane(vector: Vector, lane: number, format: RealFormat, bits: bigint): void {
  if (format.width === 64) {
    vector.quadwords[lane] = bits;
  } else {
    vector.doublewords[lane] = Number(bits);
  }
}

/** One lane for SS and SD, whose second operand names its size; else all that fit. */
function laneCount(i: Instruction, format: RealFormat): number {
  return i.row.operands[1].length === 2 ? 1 : 128 / format.width;
}

type LaneOperation = (
  a: bigint,
  b: bigint,
  format: RealFormat,
  environment: RealEnvironment,
  i: Instruction,
) => bigint;

/** target := target op source in each lane; the lanes that do not take part keep what they are. */
function lanewise(format: RealFormat, compute: LaneOperation): Handler {
  return (cpu, i) => {
    enterSse(cpu);
    load(cpu, i, 1, SOURCE);
    load(cpu, i, 0, TARGET);
    let raised = 0;
    for (let lane = laneCount(i, format) - 1; lane >= 0; lane--) {
      const environment = environmentOf(cpu);
      const [a, b] = [getLane(TARGET, lane, format), getLane(SOURCE, lane, format)];
      setLane(TARGET, lane, format, compute(a, b, format, environment, i));
      raised |= environment.raised;
    }
    commit(cpu, raised);
    storeXmm(cpu, i.register1, TARGET);
  };
}

function bothFormats<N extends string>(
  name: N,
  compute: LaneOperation,
): Record<`${N}Single` | `${N}Double`, Handler> {
  return {
    [`${name}Single`]: lanewise(SINGLES, compute),
    [`${name}Double`]: lanewise(DOUBLES, compute),
  } as Record<`${N}Single` | `${N}Double`, Handler>;
}

/** The eight predicates of CMPccPS: which orders hold, and whether a quiet NaN is invalid. */
const PREDICATES: readonly (readonly [holds: readonly RealOrder[], quietIsInvalid: boolean])[] = [
  [['equal'], false],
  [['less'], true],
  [['less', 'equal'], true],
  [['unordered'], false],
  [['less', 'greater', 'unordered'], false],
  [['equal', 'greater', 'unordered'], true],
  [['greater', 'unordered'], true],
  [['less', 'equal', 'greater'], false],
];

const compareLane: LaneOperation = (a, b, format, environment, i) => {
  const [holds, quietIsInvalid] = PREDICATES[i.immediate & 7];
  const order = realOrder(a, b, quietIsInvalid, format, environment);
  return holds.includes(order) ? (format.signBit << 1n) - 1n : 0n;
};

const ORDER_FLAGS = { less: CF, equal: ZF, greater: 0, unordered: CF | PF | ZF } as const;

/** COMISS, UCOMISS and their doubles: the order of the lowest lanes, in EFLAGS. */
function compareToFlags(format: RealFormat, quietIsInvalid: boolean): Handler {
  return (cpu, i) => {
    enterSse(cpu);
    load(cpu, i, 1, SOURCE);
    load(cpu, i, 0, TARGET);
    const environment = environmentOf(cpu);
    const [a, b] = [getLane(TARGET, 0, format), getLane(SOURCE, 0, format)];
    const order = realOrder(a, b, quietIsInvalid, format, environment);
    commit(cpu, environment.raised);
    changeFlags(cpu.r, ARITHMETIC, ORDER_FLAGS[order]);
  };
}

// Conversions

/** Lanes of the source into lanes of a cleared or kept target. */
type Conversion = (lane: number, environment: RealEnvironment) => void;

/** `count` lanes from SOURCE to TARGET, with what they raise. */
function convertLanes(cpu: Cpu, count: number, convert: Conversion): void {
  let raised = 0;
  for (let lane = 0; lane < count; lane++) {
    const environment = environmentOf(cpu);
    convert(lane, environment);
    raised |= environment.raised;
  }
  commit(cpu, raised);
}

/** Between XMM registers; `keeps`: the upper lanes of the target stay. */
function conversion(count: number, keeps: boolean, convert: Conversion): Handler {
  return (cpu, i) => {
    enterSse(cpu);
    load(cpu, i, 1, SOURCE);
    if (keeps) {
      loadXmm(cpu, i.register1, TARGET);
    } else {
      TARGET.bytes.fill(0);
    }
    convertLanes(cpu, count, convert);
    storeXmm(cpu, i.register1, TARGET);
  };
}

function toInteger(format: RealFormat, truncates: boolean): Conversion {
  return (lane, environment) => {
    const bits = getLane(SOURCE, lane, format);
    TARGET.signedDoublewords[lane] = realToInteger(bits, format, truncates, environment);
  };
}

function fromInteger(format: RealFormat): Conversion {
  return (lane, environment) => {
    const bits = integerToReal(SOURCE.signedDoublewords[lane], format, environment);
    setLane(TARGET, lane, format, bits);
  };
}

const widenLane: Conversion = (lane, environment) => {
  TARGET.quadwords[lane] = widen(getLane(SOURCE, lane, SINGLES), environment);
};
const narrowLane: Conversion = (lane, environment) => {
  TARGET.doublewords[lane] = Number(narrow(SOURCE.quadwords[lane], environment));
};

/** CVTPS2PI and its like: two lanes into an MMX register. */
function toMmx(format: RealFormat, truncates: boolean): Handler {
  const convert = toInteger(format, truncates);
  return (cpu, i) => {
    enterSse(cpu);
    enterMmx(cpu);
    load(cpu, i, 1, SOURCE);
    convertLanes(cpu, 2, convert);
    cpu.fpu.enterMmx();
    storeMmx(cpu, i.register1, TARGET);
  };
}

/** CVTPI2PS and CVTPI2PD: two doublewords of an MMX register or of memory, which leaves the MMX registers alone. */
function fromMmx(format: RealFormat): Handler {
  const convert = fromInteger(format);
  return (cpu, i) => {
    enterSse(cpu);
    const touches = i.kind2 !== OPERAND_MEMORY;
    if (touches) {
      enterMmx(cpu);
    }
    load(cpu, i, 1, SOURCE);
    loadXmm(cpu, i.register1, TARGET);
    convertLanes(cpu, 2, convert);
    if (touches) {
      cpu.fpu.enterMmx();
    }
    storeXmm(cpu, i.register1, TARGET);
  };
}

function toGeneral(format: RealFormat, truncates: boolean): Handler {
  const convert = toInteger(format, truncates);
  return (cpu, i) => {
    enterSse(cpu);
    load(cpu, i, 1, SOURCE);
    convertLanes(cpu, 1, convert);
    cpu.r[i.register1] = TARGET.signedDoublewords[0];
  };
}

function fromGeneral(format: RealFormat): Handler {
  const convert = fromInteger(format);
  return (cpu, i) => {
    enterSse(cpu);
    SOURCE.signedDoublewords[0] = read2(cpu, i, 32);
    loadXmm(cpu, i.register1, TARGET);
    convertLanes(cpu, 1, convert);
    storeXmm(cpu, i.register1, TARGET);
  };
}

const onSource =
  (compute: (bits: bigint) => bigint): RealBinary =>
  (_, source) =>
    compute(source);

export const simdRealHandlers = {
  ...bothFormats('realAdd', realAdd),
  ...bothFormats('realSubtract', realSubtract),
  ...bothFormats('realMultiply', realMultiply),
  ...bothFormats('realDivide', realDivide),
  ...bothFormats('realSquareRoot', realSquareRoot),
  ...bothFormats('realMinimum', realMinimum),
  ...bothFormats('realMaximum', realMaximum),
  ...bothFormats('realCompare', compareLane),
  reciprocal: lanewise(SINGLES, onSource(approximation.reciprocal)),
  reciprocalRoot: lanewise(SINGLES, onSource(approximation.reciprocalRoot)),
  compareSingle: compareToFlags(SINGLES, true),
  compareDouble: compareToFlags(DOUBLES, true),
  compareQuietSingle: compareToFlags(SINGLES, false),
  compareQuietDouble: compareToFlags(DOUBLES, false),
  convertMmxToSingles: fromMmx(SINGLES),
  convertMmxToDoubles: fromMmx(DOUBLES),
  convertGeneralToSingle: fromGeneral(SINGLES),
  convertGeneralToDouble: fromGeneral(DOUBLES),
  convertSinglesToMmx: toMmx(SINGLES, false),
  convertDoublesToMmx: toMmx(DOUBLES, false),
  truncateSinglesToMmx: toMmx(SINGLES, true),
  truncateDoublesToMmx: toMmx(DOUBLES, true),
  convertSingleToGeneral: toGeneral(SINGLES, false),
  convertDoubleToGeneral: toGeneral(DOUBLES, false),
  truncateSingleToGeneral: toGeneral(SINGLES, true),
  truncateDoubleToGeneral: toGeneral(DOUBLES, true),
  widenSingles: conversion(2, false, widenLane),
  widenSingle: conversion(1, true, widenLane),
  narrowDoubles: conversion(2, false, narrowLane),
  narrowDouble: conversion(1, true, narrowLane),
  convertIntegersToSingles: conversion(4, false, fromInteger(SINGLES)),
  convertIntegersToDoubles: conversion(2, false, fromInteger(DOUBLES)),
  convertSinglesToIntegers: conversion(4, false, toInteger(SINGLES, false)),
  truncateSinglesToIntegers: conversion(4, false, toInteger(SINGLES, true)),
  convertDoublesToIntegers: conversion(2, false, toInteger(DOUBLES, false)),
  truncateDoublesToIntegers: conversion(2, false, toInteger(DOUBLES, true)),
} satisfies Record<string, Handler>;
