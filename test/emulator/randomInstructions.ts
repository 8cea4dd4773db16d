// Random instruction sequences as assembly text, from a seed: the differential test runs the same bytes on the host's
// processor and in the machine. Each sequence knows which flags the manuals leave undefined at its end.

const CF = 0x1;
const PF = 0x4;
const AF = 0x10;
const ZF = 0x40;
const SF = 0x80;
const OF = 0x800;
const ALL = CF | PF | AF | ZF | SF | OF;

/** A small repeatable generator (xorshift). */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 1;
  }

  next(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return this.state >>> 0;
  }

  below(bound: number): number {
    return this.next() % bound;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  /** Values near the edges come often. */
  value(): number {
    const edges = [0, 1, -1, 0x7fffffff, -0x80000000, 0x80, 0xff, 0x7fff, 0x8000, 0xffff];
    return this.below(3) === 0 ? this.pick(edges) : this.next() | 0;
  }
}

const REGISTERS: Record<number, readonly string[]> = {
  32: ['eax', 'ecx', 'edx', 'esi', 'edi', 'ebp'],
  16: ['ax', 'cx', 'dx', 'si', 'di', 'bp'],
  8: ['al', 'cl', 'dl', 'ah', 'ch', 'dh'],
};
const SUFFIX: Record<number, string> = { 8: 'b', 16: 'w', 32: 'l' };
const CONDITIONS = 'o no b ae e ne be a s ns p np l ge le g'.split(' ');

interface Step {
  readonly lines: readonly string[];
  /** Flags read; those that get a defined value; those left undefined. */
  readonly reads?: number;
  readonly defines?: number;
  readonly undefines?: number;
}

type Maker = (random: Random) => Step;

function register(random: Random, width: number): string {
  return `%${random.pick(REGISTERS[width])}`;
}

/** Memory based on EBX, which sequences never change; sometimes unaligned. */
function memory(random: Random): string {
  return `${random.below(120)}(%ebx)`;
}

function operand(random: Random, width: number): string {
  return random.below(3) === 0 ? memory(random) : register(random, width);
}

function width(random: Random): number {
  return random.pick([8, 16, 32, 32]);
}

function immediate(random: Random, bits: number): string {
  return `$${BigInt.asUintN(bits, BigInt(random.value()))}`;
}

function twoOperand(name: string, reads: number, undefines: number): Maker {
  return (random) => {
    const bits = width(random);
    const first = operand(random, bits);
    const second = random.below(3) === 0 ? immediate(random, bits) : register(random, bits);
    const swap = !first.startsWith('%') && !second.startsWith('$') && random.below(2) === 0;
    const text = swap ? `${first}, ${second}` : `${second}, ${first}`;
    const lines = [`${name}${SUFFIX[bits]} ${text}`];
    return { lines, reads, defines: ALL & ~undefines, undefines };
  };
}

function oneOperand(name: string, defines: number, reads = 0): Maker {
  return (random) => {
    const bits = width(random);
    return { lines: [`${name}${SUFFIX[bits]} ${operand(random, bits)}`], reads, defines };
  };
}

function shift(name: string, reads: number): Maker {
  const rotate = name.startsWith('r');
  return (random) => {
    const bits = width(random);
    const target = operand(random, bits);
    if (random.below(2) === 0) {
      // By CL the count may be 0, and nothing becomes defined.
      const undefines = rotate ? OF : OF | AF | CF;
      return { lines: [`${name}${SUFFIX[bits]} %cl, ${target}`], reads, undefines };
    }
    const count = random.below(bits - 1) + 1;
    const overflow = count === 1 ? 0 : OF;
    const defines = (rotate ? CF | OF : ALL & ~AF) & ~overflow;
    const lines = [`${name}${SUFFIX[bits]} $${count}, ${target}`];
    return { lines, reads, defines, undefines: overflow | (rotate ? 0 : AF) };
  };
}

function doubleShift(name: string): Maker {
  return (random) => {
    const count = random.below(15) + 1;
    const bits = random.pick([16, 32]);
    const text = `$${count}, ${register(random, bits)}, ${operand(random, bits)}`;
    const undefines = AF | OF;
    return { lines: [`${name}${SUFFIX[bits]} ${text}`], defines: ALL & ~undefines, undefines };
  };
}

function bitTest(name: string): Maker {
  return (random) => {
    const bits = random.pick([16, 32]);
    const target = operand(random, bits);
    const byRegister = target.startsWith('%') && random.below(2) === 0;
    const index = byRegister ? register(random, bits) : `$${random.below(bits)}`;
    const lines = [`${name}${SUFFIX[bits]} ${index}, ${target}`];
    return { lines, defines: CF, undefines: OF | SF | AF | PF };
  };
}

const MULTIPLY: Maker = (random) => {
  const bits = width(random);
  const lines = [`${random.pick(['mul', 'imul'])}${SUFFIX[bits]} ${operand(random, bits)}`];
  return { lines, defines: CF | OF, undefines: SF | ZF | AF | PF };
};

const MULTIPLY_TWO: Maker = (random) => {
  const bits = random.pick([16, 32]);
  const factor = random.below(2) === 0 ? `${immediate(random, 7)}, ` : '';
  const lines = [
    `imul${SUFFIX[bits]} ${factor}${operand(random, bits)}, ${register(random, bits)}`,
  ];
  return { lines, defines: CF | OF, undefines: SF | ZF | AF | PF };
};

/** Divisions prepared so that the quotient fits. */
const DIVIDE: Maker = (random) => {
  const signed = random.below(2) === 0;
  const prepare = signed ? ['cltd', 'or $2, %ecx'] : ['xor %edx, %edx', 'or $1, %ecx'];
  const nonMinimum = signed ? ['and $0x7fffffff, %ecx', 'or $2, %ecx'] : [];
  const lines = [...prepare, ...nonMinimum, `${signed ? 'idivl' : 'divl'} %ecx`];
  return { lines, undefines: ALL };
};

const NARROW_DIVIDE: Maker = (random) => ({
  lines:
    random.below(2) === 0
      ? ['and $0x7fff, %eax', 'or $0x80, %cl', 'shr $1, %ah', 'and $0x3f, %ah', 'div %cl']
      : ['and $0x7fff, %edx', 'or $0x8000, %ecx', 'and $0x3fff, %edx', 'div %cx'],
  undefines: ALL,
});

const MOVE: Maker = (random) => {
  const bits = width(random);
  const target = operand(random, bits);
  const source = random.below(2) === 0 ? immediate(random, bits) : register(random, bits);
  const load = !target.startsWith('%') && random.below(2) === 0;
  const text = load ? `${target}, ${register(random, bits)}` : `${source}, ${target}`;
  return { lines: [`mov${SUFFIX[bits]} ${text}`] };
};

const EXTEND: Maker = (random) => {
  const from = random.pick([8, 16]);
  const name = `${random.pick(['movz', 'movs'])}${SUFFIX[from]}l`;
  return { lines: [`${name} ${operand(random, from)}, ${register(random, 32)}`] };
};

const ADDRESS: Maker = (random) => {
  const base = register(random, 32);
  const index = register(random, 32);
  const scale = random.pick([1, 2, 4, 8]);
  const text = `${random.value()}(${base},${index},${scale})`;
  return { lines: [`lea ${text}, ${register(random, 32)}`] };
};

const EXCHANGE: Maker = (random) => {
  const bits = width(random);
  const lines = [`xchg${SUFFIX[bits]} ${register(random, bits)}, ${operand(random, bits)}`];
  return { lines };
};

function withFlags(name: string): Maker {
  return (random) => {
    const bits = width(random);
    const lines = [`${name}${SUFFIX[bits]} ${register(random, bits)}, ${operand(random, bits)}`];
    return { lines, defines: ALL };
  };
}

const SET: Maker = (random) => ({
  lines: [`set${random.pick(CONDITIONS)} ${operand(random, 8)}`],
  reads: ALL & ~AF,
});

const CONDITIONAL_MOVE: Maker = (random) => {
  const bits = random.pick([16, 32]);
  const name = `cmov${random.pick(CONDITIONS)}${bits === 16 ? 'w' : 'l'}`;
  return {
    lines: [`${name} ${operand(random, bits)}, ${register(random, bits)}`],
    reads: ALL & ~AF,
  };
};

const BRANCH: Maker = (random) => ({
  lines: [
    `j${random.pick(CONDITIONS)} 1f`,
    `lea ${random.value()}(${register(random, 32)}), ${register(random, 32)}`,
    '1:',
  ],
  reads: ALL & ~AF,
});

const STACK: Maker = (random) => {
  const bits = random.pick([16, 32]);
  const pushed = random.below(2) === 0 ? operand(random, bits) : register(random, bits);
  const popped = operand(random, bits);
  return { lines: [`push${SUFFIX[bits]} ${pushed}`, `pop${SUFFIX[bits]} ${popped}`] };
};

const STRING: Maker = (random) => {
  const bits = width(random);
  const name = random.pick(['movs', 'stos', 'lods', 'scas', 'cmps']);
  const compares = name === 'scas' || name === 'cmps';
  const prefix = compares ? random.pick(['repe ', 'repne ', '']) : random.pick(['rep ', '']);
  const direction = random.pick(['cld', 'std']);
  return {
    lines: [
      direction,
      'lea 40(%ebx), %esi',
      `lea ${40 + random.below(30)}(%ebx), %edi`,
      `mov $${random.below(9)}, %ecx`,
      // A count of 0 leaves the flags as they are: they are made defined before.
      'cmp %esi, %edi',
      `${prefix}${name}${SUFFIX[bits]}`,
      'cld',
    ],
    defines: ALL,
  };
};

const DECIMAL: Maker = (random) => {
  const name = random.pick(['daa', 'das', 'aaa', 'aas', 'aam', 'aad']);
  const undefined_ = { d: OF, a: OF | SF | ZF | PF }[name === 'daa' || name === 'das' ? 'd' : 'a'];
  const wide = name === 'aam' || name === 'aad';
  const undefines = wide ? OF | AF | CF : undefined_;
  return { lines: [name], reads: wide ? 0 : AF | CF, defines: ALL & ~undefines, undefines };
};

/** No assembler has a name for it. */
const SALC = '.byte 0xd6';

const MISCELLANEOUS: Maker = (random) => {
  const name = random.pick([
    'cbw',
    'cwde',
    'cwd',
    'cltd',
    'clc',
    'stc',
    'cmc',
    'bswap %edx',
    'nop',
    SALC,
  ]);
  const carry = ['clc', 'stc', 'cmc'].includes(name);
  const reads = name === 'cmc' || name === SALC ? CF : 0;
  return { lines: [name], reads, defines: carry ? CF : 0 };
};

const SAVE_FLAGS: Maker = (random) =>
  random.below(2) === 0
    ? { lines: ['lahf'], reads: SF | ZF | AF | PF | CF }
    : { lines: ['sahf'], defines: SF | ZF | AF | PF | CF };

const SCAN: Maker = (random) => {
  const bits = random.pick([16, 32]);
  const target = register(random, bits);
  // A source of zero leaves the destination undefined: it is made non-zero.
  return {
    lines: [
      `or${SUFFIX[bits]} $16, ${target}`,
      `${random.pick(['bsf', 'bsr'])} ${target}, ${register(random, bits)}`,
    ],
    defines: ZF,
    undefines: ALL & ~ZF,
  };
};

const EXCHANGE_8: Maker = () => ({
  lines: ['push %ebx', 'cmpxchg8b 8(%ebx)', 'pop %ebx'],
  defines: ZF,
});

const FRAME: Maker = (random) => ({
  lines: [
    `mov %esp, %ebp`,
    `enter $${random.below(8) * 4}, $${random.below(3)}`,
    'leave',
    'mov $7, %ebp',
  ],
});

const MAKERS: readonly Maker[] = [
  ...['add', 'sub', 'cmp'].map((name) => twoOperand(name, 0, 0)),
  ...['adc', 'sbb'].map((name) => twoOperand(name, CF, 0)),
  ...['and', 'or', 'xor', 'test'].map((name) => twoOperand(name, 0, AF)),
  ...['inc', 'dec'].map((name) => oneOperand(name, ALL & ~CF)),
  oneOperand('neg', ALL),
  oneOperand('not', 0),
  ...['shl', 'shr', 'sar', 'rol', 'ror'].map((name) => shift(name, 0)),
  ...['rcl', 'rcr'].map((name) => shift(name, CF)),
  ...['shld', 'shrd'].map(doubleShift),
  ...['bt', 'bts', 'btr', 'btc'].map(bitTest),
  ...['xadd', 'cmpxchg'].map(withFlags),
  ...[MULTIPLY, MULTIPLY_TWO, DIVIDE, NARROW_DIVIDE, MOVE, MOVE, EXTEND, ADDRESS, EXCHANGE, SET],
  ...[CONDITIONAL_MOVE, BRANCH, STACK, STRING, DECIMAL, MISCELLANEOUS, SAVE_FLAGS, SCAN],
  ...[EXCHANGE_8, FRAME],
];

export interface Sequence {
  readonly lines: readonly string[];
  /** Of those how many are random; the others prepare operands and save what came out. */
  readonly instructions: number;
  readonly undefinedFlags: number;
}

export function randomSequence(random: Random): Sequence {
  const lines: string[] = [];
  let undefinedFlags = 0;
  for (let steps = random.below(6) + 2; steps > 0; steps--) {
    const step = random.pick(MAKERS)(random);
    if (((step.reads ?? 0) & undefinedFlags) !== 0) {
      // An instruction may not read what is undefined.
      lines.push('cmp %esi, %edx');
      undefinedFlags = 0;
    }
    lines.push(...step.lines);
    undefinedFlags &= ~(step.defines ?? 0);
    undefinedFlags |= step.undefines ?? 0;
  }
  const instructions = lines.filter((line) => !line.endsWith(':')).length;
  return { lines, instructions, undefinedFlags };
}
