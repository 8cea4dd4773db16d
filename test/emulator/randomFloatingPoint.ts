// Random x87 sequences as assembly text: operands that lie near every edge of the formats, all rounding and precision
// controls, and at the end the whole state by FNSAVE, its pointers blanked, in the data that is compared.
import type { Random, Sequence } from './randomInstructions.ts';

const INTEGER_BIT = 0x80000000;

/** Fields of an 80-bit number that are likely to matter: exponents at edges, significands of few or all bits. */
function extendedWords(random: Random): [number, number, number] {
  const exponents = [
    0, 1, 2, 0x3fff, 0x3ffe, 0x4000, 0x403e, 0x403f, 0x401e, 0x7ffe, 0x7fff, 0x3c00, 0x3f80, 0x43fe,
    0x407e, 0x3f6a,
  ];
  const significands: [number, number][] = [
    [0, INTEGER_BIT],
    [1, INTEGER_BIT],
    [0xffffffff, 0xffffffff],
    [0, 0],
    [1, 0],
    [0, 0xc0000000],
    [0x400, INTEGER_BIT],
    [0x7ff, 0xffffffff],
    [0, 0x40000000],
  ];
  const exponent = random.below(3) === 0 ? random.below(0x8000) : random.pick(exponents);
  const near = random.below(4) === 0 ? 0x3fc0 + random.below(0x80) : exponent;
  const [low, high] =
    random.below(2) === 0
      ? random.pick(significands)
      : [random.next(), (random.next() | (random.below(12) === 0 ? 0 : INTEGER_BIT)) >>> 0];
  return [low, high, near | (random.below(2) << 15)];
}

function realWords(random: Random, width: 32 | 64): number[] {
  const edges = [
    0, 1, 0x7fffff, 0x800000, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fc00000, 0x3f800000,
    0x4b000000,
  ];
  const sign = random.below(2) * INTEGER_BIT;
  const word = random.below(2) === 0 ? random.pick(edges) : random.next() >>> 1;
  if (width === 32) {
    return [(word | sign) >>> 0];
  }
  const high =
    random.below(2) === 0
      ? random.pick([0, 1, 0x100000, 0x7fefffff, 0x7ff00000, 0x7ff80000, 0x3ff00000])
      : word;
  const low = random.pick([0, 1, 0xffffffff, random.next()]);
  return [low, (high | sign) >>> 0];
}

function stored(words: readonly number[], offset: number): string[] {
  return words.map((word, index) => `movl $${word >>> 0}, ${offset + index * 4}(%ebx)`);
}

type Maker = (random: Random) => string[];

function withMemory(make: (random: Random) => number[], ...mnemonics: string[]): Maker {
  return (random) => [...stored(make(random), 0), `${random.pick(mnemonics)} (%ebx)`];
}

const st = (random: Random): string => `%st(${random.below(4)})`;
const integers = (count: number) => (random: Random) =>
  Array.from({ length: count }, () => random.value() >>> 0);

/** Eighteen decimal digits, many of them zero or nine, and a sign. */
function decimalWords(random: Random): number[] {
  const digits = random.below(19);
  const text = Array.from({ length: digits }, () => random.pick([0, 9, random.below(10)])).join('');
  const hex = text.padStart(18, '0');
  const word = (from: number, to: number): number => parseInt(hex.slice(from, to), 16);
  return [word(10, 18), word(2, 10), word(0, 2) | (random.below(2) << 15)];
}

/** The 16-bit environment there and back; its pointers are blanked, because they are those of the instruction. */
const NARROW_ENVIRONMENT = [
  'data16 fnstenv 16(%ebx)',
  'movw $0, 22(%ebx)',
  'movl $0, 24(%ebx)',
  'movw $0, 28(%ebx)',
  'data16 fldenv 16(%ebx)',
];

/** Second encodings that no assembler writes: FCOM, FCOMP, FCOMP; FXCH, FXCH; FSTP, FSTP, FSTP; FFREEP. */
const ALIASES = [
  [0xdc, 0xd0],
  [0xdc, 0xd8],
  [0xde, 0xd0],
  [0xdd, 0xc8],
  [0xdf, 0xc8],
  [0xd9, 0xd8],
  [0xdf, 0xd0],
  [0xdf, 0xd8],
  [0xdf, 0xc0],
];

function alias(random: Random): string[] {
  const [opcode, first] = random.pick(ALIASES);
  return [`.byte ${opcode}, ${first + random.below(4)}`];
}

const MAKERS: readonly Maker[] = [
  alias,
  withMemory(extendedWords, 'fldt'),
  withMemory(extendedWords, 'fldt'),
  withMemory(extendedWords, 'fldt'),
  withMemory((random) => realWords(random, 32), 'flds', 'fadds', 'fmuls', 'fsubs', 'fsubrs', 'fdivs', 'fdivrs', 'fcoms', 'fcomps'),
  withMemory((random) => realWords(random, 64), 'fldl', 'faddl', 'fmull', 'fsubl', 'fsubrl', 'fdivl', 'fdivrl', 'fcoml', 'fcompl'),
  withMemory(integers(1), 'fildl', 'fiaddl', 'fimull', 'fisubl', 'fisubrl', 'fidivl', 'fidivrl', 'ficoml', 'ficompl', 'filds', 'fiadds', 'fimuls', 'fisubs', 'fidivrs', 'ficoms'),
  withMemory(integers(2), 'fildll'),
  withMemory(decimalWords, 'fbld'),
  () => NARROW_ENVIRONMENT,
  (random) => [`${random.pick(['fadd', 'fmul', 'fsub', 'fsubr', 'fdiv', 'fdivr'])} ${st(random)}, %st`],
  (random) => [`${random.pick(['fadd', 'fmul', 'fsub', 'fsubr', 'fdiv', 'fdivr'])} %st, ${st(random)}`],
  (random) => [`${random.pick(['faddp', 'fmulp', 'fsubp', 'fsubrp', 'fdivp', 'fdivrp'])} %st, ${st(random)}`],
  (random) => [`${random.pick(['fcom', 'fcomp', 'fucom', 'fucomp', 'fxch', 'fst', 'fstp', 'fld', 'ffree'])} ${st(random)}`],
  (random) => [`${random.pick(['fcomi', 'fcomip', 'fucomi', 'fucomip'])} ${st(random)}, %st`],
  (random) => [`${random.pick(['fcmovb', 'fcmove', 'fcmovbe', 'fcmovu', 'fcmovnb', 'fcmovne', 'fcmovnbe', 'fcmovnu'])} ${st(random)}, %st`],
  (random) => [random.pick(['fchs', 'fabs', 'ftst', 'fxam', 'fsqrt', 'frndint', 'fscale', 'fprem', 'fprem1', 'fcompp', 'fucompp', 'fincstp', 'fdecstp', 'fxtract'])],
  (random) => [random.pick(['fld1', 'fldl2t', 'fldl2e', 'fldpi', 'fldlg2', 'fldln2', 'fldz'])],
  (random) => [`${random.pick(['fsts', 'fstps', 'fstl', 'fstpl', 'fistl', 'fistpl', 'fists', 'fistps', 'fistpll', 'fstpt', 'fbstp'])} ${16 + random.below(4) * 8}(%ebx)`],
]; // prettier-ignore

/** Precision-control value 1 is reserved. */
function controlWord(random: Random, masks: number): number {
  return 0x40 | masks | (random.pick([0, 2, 3, 3, 3]) << 8) | (random.below(4) << 10);
}

/** Where a sequence leaves its FNSAVE image, above EBX. */
export const SAVED = 64;

function dump(): string[] {
  const pointers = [12, 16, 20, 24].map((offset) => `movl $0, ${SAVED + offset}(%ebx)`);
  return [`fnsave ${SAVED}(%ebx)`, ...pointers];
}

/**
 * A few loads, then operations. `unmasked`: some exceptions are not masked before the last one, which the sequence
 * ends with, because the next that waits would trap.
 */
export function randomFloatingPoint(random: Random, unmasked: boolean, longest = 4): Sequence {
  let instructions = 1;
  const lines = ['fninit', `movw $${controlWord(random, 0x3f)}, 56(%ebx)`, 'fldcw 56(%ebx)'];
  for (let loads = random.below(4); loads > 0; loads--) {
    lines.push(...stored(extendedWords(random), 0), 'fldt (%ebx)');
  }
  for (let count = unmasked ? 0 : random.below(longest + 1); count > 0; count--) {
    instructions++;
    lines.push(...random.pick(MAKERS)(random));
  }
  if (unmasked) {
    lines.push(
      'fnclex',
      `movw $${controlWord(random, random.below(64))}, 56(%ebx)`,
      'fldcw 56(%ebx)',
    );
  }
  lines.push(...random.pick(MAKERS)(random), ...dump());
  return { lines, instructions, undefinedFlags: 0 };
}

const ONE_OPERAND = ['fsin', 'fcos', 'fsincos', 'fptan', 'f2xm1'];
const TWO_OPERANDS = ['fpatan', 'fyl2x', 'fyl2xp1'];

/** A number near 1, of the size that these instructions are made for. */
function moderateWords(random: Random, low: number, high: number): [number, number, number] {
  const exponent = 0x3fff + low + random.below(high - low + 1);
  return [random.next(), (random.next() | INTEGER_BIT) >>> 0, exponent | (random.below(2) << 15)];
}

/** One transcendental instruction on a stack that is mostly as it should be, and the whole state afterwards. */
export function randomTranscendental(random: Random, unmasked: boolean): Sequence {
  const name = random.pick([...ONE_OPERAND, ...TWO_OPERANDS]);
  const range = { f2xm1: [-20, -1], fyl2xp1: [-20, -3] }[name] ?? [-20, 20];
  const masks = unmasked ? random.below(64) : 0x3f;
  const lines = ['fninit'];
  const loads = random.below(16) === 0 ? random.pick([0, 1, 8]) : 2;
  for (let load = 0; load < loads; load++) {
    const words =
      random.below(3) === 0 ? extendedWords(random) : moderateWords(random, range[0], range[1]);
    lines.push(...stored(words, 0), 'fldt (%ebx)');
  }
  lines.push('fnclex', `movw $${controlWord(random, masks)}, 56(%ebx)`, 'fldcw 56(%ebx)', name);
  lines.push(...dump());
  return { lines, instructions: 1, undefinedFlags: 0 };
}
