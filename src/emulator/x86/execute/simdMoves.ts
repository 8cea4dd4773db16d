// Moves of MMX and SSE: whole registers, their halves and lowest lanes, between register files, and signs to general
// registers (SDM vol. 1, 9.4.2, 10.4.1 and 11.4).
import type { Cpu } from '../cpu.ts';
import { type Instruction, OPERAND_MEMORY, OPERAND_REGISTER } from '../decode/instruction.ts';
import { type Handler, read2, write1 } from './operands.ts';
import {
  SOURCE,
  TARGET,
  enter,
  enterMmx,
  enterSse,
  load,
  loadMmx,
  loadXmm,
  store,
  storeMemory,
  storeMmx,
  storeXmm,
  touchMmx,
} from './simdOperands.ts';

/** Both operands are the same size. */
function moveVector(cpu: Cpu, i: Instruction): void {
  enter(cpu, i);
  load(cpu, i, 1, SOURCE);
  if (i.kind1 === OPERAND_MEMORY) {
    storeMemory(cpu, i, 0, SOURCE);
    touchMmx(cpu, i);
  } else {
    touchMmx(cpu, i);
    store(cpu, i, SOURCE);
  }
}

/** MOVSS and MOVSD: between registers the upper lanes stay, a load clears them. */
function moveScalar(cpu: Cpu, i: Instruction): void {
  enterSse(cpu);
  load(cpu, i, 1, SOURCE);
  if (i.kind1 === OPERAND_REGISTER && i.kind2 === OPERAND_REGISTER) {
    const scalar = i.row.operands.includes('Wd') ? 4 : 8;
    load(cpu, i, 0, TARGET);
    TARGET.bytes.set(SOURCE.bytes.subarray(0, scalar));
    storeXmm(cpu, i.register1, TARGET);
  } else {
    store(cpu, i, SOURCE);
  }
}

/** MOVLPS, MOVLPD, MOVHPS, MOVHPD from memory, MOVHLPS and MOVLHPS between registers. */
function moveToHalf(half: 0 | 1): Handler {
  return (cpu, i) => {
    enterSse(cpu);
    load(cpu, i, 1, SOURCE);
    load(cpu, i, 0, TARGET);
    const from = i.kind2 === OPERAND_MEMORY || half === 1 ? 0 : 1;
    TARGET.quadwords[half] = SOURCE.quadwords[from];
    storeXmm(cpu, i.register1, TARGET);
  };
}

function moveFromHalf(half: 0 | 1): Handler {
  return (cpu, i) => {
    enterSse(cpu);
    load(cpu, i, 1, SOURCE);
    SOURCE.quadwords[0] = SOURCE.quadwords[half];
    storeMemory(cpu, i, 0, SOURCE);
  };
}

/** MOVDDUP, MOVSLDUP and MOVSHDUP: doublewords of the source, some of them twice. */
function duplicate(order: readonly number[]): Handler {
  return (cpu, i) => {
    enterSse(cpu);
    load(cpu, i, 1, SOURCE);
    order.forEach((from, lane) => {
      TARGET.doublewords[lane] = SOURCE.doublewords[from];
    });
    storeXmm(cpu, i.register1, TARGET);
  };
}

/** MOVMSKPS and MOVMSKPD. */
function signs(lanes: 2 | 4): Handler {
  return (cpu, i) => {
    enterSse(cpu);
    load(cpu, i, 1, SOURCE);
    let mask = 0;
    for (let lane = 0; lane < lanes; lane++) {
      mask |= (SOURCE.bytes[((lane + 1) * 16) / lanes - 1] >> 7) << lane;
    }
    cpu.r[i.register1] = mask;
  };
}

export const simdMoveHandlers = {
  moveVector,
  moveScalar,
  moveToLow: moveToHalf(0),
  moveToHigh: moveToHalf(1),
  moveFromLow: moveFromHalf(0),
  moveFromHigh: moveFromHalf(1),
  duplicateLow: duplicate([0, 1, 0, 1]),
  duplicateEven: duplicate([0, 0, 2, 2]),
  duplicateOdd: duplicate([1, 1, 3, 3]),
  singleSigns: signs(4),
  doubleSigns: signs(2),
  /** MOVQ of an XMM register's low half: a register gets zeros above. */
  moveLow: (cpu, i) => {
    enterSse(cpu);
    load(cpu, i, 1, SOURCE);
    SOURCE.quadwords[1] = 0n;
    store(cpu, i, SOURCE);
  },
  /** MOVD into a vector register. */
  moveFromGeneral: (cpu, i) => {
    enter(cpu, i);
    SOURCE.bytes.fill(0);
    SOURCE.signedDoublewords[0] = read2(cpu, i, 32);
    touchMmx(cpu, i);
    store(cpu, i, SOURCE);
  },
  /** MOVD out of one. */
  moveToGeneral: (cpu, i) => {
    enter(cpu, i);
    load(cpu, i, 1, SOURCE);
    write1(cpu, i, SOURCE.signedDoublewords[0], 32);
    touchMmx(cpu, i);
  },
  moveMmxToXmm: (cpu, i) => {
    enterSse(cpu);
    enterMmx(cpu);
    loadMmx(cpu, i.register2, SOURCE);
    cpu.fpu.enterMmx();
    storeXmm(cpu, i.register1, SOURCE);
  },
  moveXmmToMmx: (cpu, i) => {
    enterSse(cpu);
    enterMmx(cpu);
    loadXmm(cpu, i.register2, SOURCE);
    cpu.fpu.enterMmx();
    storeMmx(cpu, i.register1, SOURCE);
  },
  /** MOVNTI works without the vector registers, and so without their checks. */
  moveNonTemporal: (cpu, i) => {
    cpu.write(i.segment, cpu.effectiveAddress(i), 32, cpu.r[i.register2]);
  },
} satisfies Record<string, Handler>;
