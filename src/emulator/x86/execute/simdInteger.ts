// Integer instructions on vectors: the packed operations of simd/integer.ts and simd/supplemental.ts, shuffles, single words, masks.
import type { Cpu } from '../cpu.ts';
import { type Instruction, OPERAND_MEMORY } from '../decode/instruction.ts';
import { DS, EDI } from '../registers.ts';
import { INTEGER_OPERATIONS } from '../simd/integer.ts';
import { SUPPLEMENTAL_OPERATIONS } from '../simd/supplemental.ts';
import type { Vector, VectorOperation } from '../simd/vector.ts';
import type { Handler } from './operands.ts';
import { SOURCE, TARGET, enter, load, store, touchMmx } from './simdOperands.ts';

function packed(operation: VectorOperation): Handler {
  return (cpu, i) => {
    enter(cpu, i);
    load(cpu, i, 1, SOURCE);
    load(cpu, i, 0, TARGET);
    operation(TARGET, SOURCE, i.row.vectorBytes);
    touchMmx(cpu, i);
    store(cpu, i, TARGET);
  };
}

const OPERATIONS = { ...INTEGER_OPERATIONS, ...SUPPLEMENTAL_OPERATIONS };
type IntegerHandlers = { [name in keyof typeof OPERATIONS]: Handler };

const packedHandlers = Object.fromEntries(
  Object.entries(OPERATIONS).map(([name, operation]) => [name, packed(operation)]),
) as IntegerHandlers;

/** Lanes of the source (and the target) chosen by the immediate; what is not set here keeps the source's lane. */
function shuffle(choose: (target: Vector, source: Vector, order: number) => void): Handler {
  return (cpu, i) => {
    enter(cpu, i);
    load(cpu, i, 1, SOURCE);
    load(cpu, i, 0, TARGET);
    choose(TARGET, SOURCE, i.immediate);
    touchMmx(cpu, i);
    store(cpu, i, TARGET);
  };
}

/** Four words from `first` on in the order of the immediate; the others as in the source. */
function shuffleWords(first: number): Handler {
  return shuffle((target, source, order) => {
    target.set(source);
    for (let lane = 0; lane < 4; lane++) {
      target.words[first + lane] = source.words[first + ((order >> (2 * lane)) & 3)];
    }
  });
}

const general = (cpu: Cpu, i: Instruction, value: number): void => {
  cpu.r[i.register1] = value;
};

/** PMOVMSKB: the top bit of each byte. */
function byteSigns(cpu: Cpu, i: Instruction): void {
  enter(cpu, i);
  load(cpu, i, 1, SOURCE);
  touchMmx(cpu, i);
  let mask = 0;
  for (let lane = 0; lane < i.row.vectorBytes; lane++) {
    mask |= (SOURCE.bytes[lane] >> 7) << lane;
  }
  general(cpu, i, mask);
}

/** MASKMOVQ and MASKMOVDQU: to DS:EDI, the bytes whose mask byte has its top bit set. */
function maskedStore(cpu: Cpu, i: Instruction): void {
  enter(cpu, i);
  load(cpu, i, 1, SOURCE);
  load(cpu, i, 0, TARGET);
  const segment = i.overridden ? i.segment : DS;
  const address = (at: number): number => {
    const offset = (cpu.r[EDI] & (i.address16 ? 0xffff : -1)) + at;
    return i.address16 ? offset & 0xffff : offset | 0;
  };
  const chosen: number[] = [];
  for (let lane = 0; lane < i.row.vectorBytes; lane++) {
    if (SOURCE.bytes[lane] >= 0x80) {
      cpu.probe(segment, address(lane), 1);
      chosen.push(lane);
    }
  }
  touchMmx(cpu, i);
  for (const lane of chosen) {
    cpu.write(segment, address(lane), 8, TARGET.bytes[lane]);
  }
}

export const simdIntegerHandlers = {
  ...packedHandlers,
  shuffleWords: shuffleWords(0),
  shuffleLowWords: shuffleWords(0),
  shuffleHighWords: shuffleWords(4),
  shuffleDoublewords: shuffle((target, source, order) => {
    for (let lane = 0; lane < 4; lane++) {
      target.doublewords[lane] = source.doublewords[(order >> (2 * lane)) & 3];
    }
  }),
  shuffleSingles: shuffle((target, source, order) => {
    const lane = (from: Vector, position: number): number =>
      from.doublewords[(order >> (2 * position)) & 3];
    const chosen = [lane(target, 0), lane(target, 1), lane(source, 2), lane(source, 3)];
    target.doublewords.set(chosen);
  }),
  shuffleDoubles: shuffle((target, source, order) => {
    target.quadwords.set([target.quadwords[order & 1], source.quadwords[(order >> 1) & 1]]);
  }),
  /** PALIGNR: bytes of the target, with the source below it, from the immediate's on. */
  alignRight: (cpu, i) => {
    enter(cpu, i);
    load(cpu, i, 1, SOURCE);
    load(cpu, i, 0, TARGET);
    const size = i.row.vectorBytes;
    const both = [...SOURCE.bytes.slice(0, size), ...TARGET.bytes.slice(0, size)];
    for (let lane = 0; lane < size; lane++) {
      TARGET.bytes[lane] = both[i.immediate + lane] ?? 0;
    }
    touchMmx(cpu, i);
    store(cpu, i, TARGET);
  },
  /** PINSRW. */
  insertWord: (cpu, i) => {
    enter(cpu, i);
    const isMemory = i.kind2 === OPERAND_MEMORY;
    const word = isMemory
      ? cpu.read(i.segment, cpu.effectiveAddress(i), 16)
      : cpu.r[i.register2] & 0xffff;
    load(cpu, i, 0, TARGET);
    TARGET.words[i.immediate & (i.row.vectorBytes / 2 - 1)] = word;
    touchMmx(cpu, i);
    store(cpu, i, TARGET);
  },
  /** PEXTRW. */
  extractWord: (cpu, i) => {
    enter(cpu, i);
    load(cpu, i, 1, SOURCE);
    touchMmx(cpu, i);
    general(cpu, i, SOURCE.words[i.immediate & (i.row.vectorBytes / 2 - 1)]);
  },
  byteSigns,
  maskedStore,
} satisfies Record<string, Handler>;
