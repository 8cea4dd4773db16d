// Random sequences of MMX and SSE, SSE3, SSSE3, MOVBE and LZCNT as assembly text: operands near every edge, all roundings, DAZ and FTZ, and at
// the end the whole state by FXSAVE in the data that is compared. EBX is aligned to 16 bytes.
import type { Random, Sequence } from './randomInstructions.ts';

/** Where a sequence leaves its FXSAVE image, above EBX. */
export const FXSAVE_AT = 128;
const OPERANDS_AT = [0, 16, 32, 48];
const SCRATCH = 64;
const CONTROL = 96;

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** The same names for MMX and for XMM registers. */
const PACKED = words(`
  punpcklbw punpcklwd punpckldq packsswb pcmpgtb pcmpgtw pcmpgtd packuswb punpckhbw punpckhwd punpckhdq packssdw
  pcmpeqb pcmpeqw pcmpeqd psrlw psrld psrlq paddq pmullw psubusb psubusw pminub pand paddusb paddusw pmaxub pandn pavgb
  psraw psrad pavgw pmulhuw pmulhw psubsb psubsw pminsw por paddsb paddsw pmaxsw pxor psllw pslld psllq pmuludq pmaddwd
  psadbw psubb psubw psubd psubq paddb paddw paddd
  pshufb phaddw phaddd phaddsw pmaddubsw phsubw phsubd phsubsw psignb psignw psignd pmulhrsw pabsb pabsw pabsd
`);
const XMM_PACKED = words(`
  punpcklqdq punpckhqdq unpcklps unpcklpd unpckhps unpckhpd andps andpd andnps andnpd orps orpd xorps xorpd movaps movapd
  addsubps addsubpd haddps haddpd hsubps hsubpd movsldup movshdup movdqa cvtps2dq cvttps2dq cvtdq2ps cvtpd2ps cvtpd2dq cvttpd2dq
`);
const ARITHMETIC = words('sqrt add mul sub min div max');
const PREDICATES = words('eq lt le unord neq nlt nle ord');
const SHIFTS = words('psrlw psraw psllw psrld psrad pslld psrlq psllq');

const SINGLES = [
  0, 1, 0x7fffff, 0x800000, 0x800001, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fc00000, 0x7fbfffff,
  0x3f800000, 0x3f7fffff, 0x3f800001, 0x4b000000, 0x4f000000, 0x4effffff, 0x3f000000, 0x3fc00000,
  0x00ffffff, 0x1f800000, 0x20000000, 0x5f800000,
];
const DOUBLE_HIGHS = [
  0, 1, 0xfffff, 0x100000, 0x100001, 0x7fefffff, 0x7ff00000, 0x7ff80000, 0x3ff00000, 0x3fe00000,
  0x41dfffff, 0x41e00000, 0x43300000, 0x47efffff, 0x36a00000, 0x380fffff, 0x1ff00000, 0x20000000,
];

/** A doubleword that looks like a number in single precision. */
function single(random: Random): number {
  const sign = random.below(2) * 0x80000000;
  const near = 0x3f000000 + (random.next() & 0x1ffffff);
  const value = random.pick([random.pick(SINGLES), random.next() >>> 1, near]);
  return (value | sign) >>> 0;
}

function double(random: Random): [low: number, high: number] {
  const sign = random.below(2) * 0x80000000;
  const near = 0x3fe00000 + (random.next() & 0x3fffff);
  const high = random.pick([random.pick(DOUBLE_HIGHS), random.next() >>> 1, near]);
  return [random.pick([0, 1, 0xffffffff, random.next(), 0xe0000000]), (high | sign) >>> 0];
}

/** Four doublewords: integers, singles or doubles. */
function operand(random: Random): number[] {
  const kind = random.below(3);
  if (kind === 0) {
    return [0, 1, 2, 3].map(() => random.value() >>> 0);
  }
  return kind === 1
    ? [0, 1, 2, 3].map(() => single(random))
    : [...double(random), ...double(random)];
}

function stored(values: readonly number[], offset: number): string[] {
  return values.map((value, index) => `movl $${value >>> 0}, ${offset + index * 4}(%ebx)`);
}

const xmm = (random: Random): string => `%xmm${random.below(4)}`;
const mm = (random: Random): string => `%mm${random.below(4)}`;
const aligned = (random: Random): string => `${random.pick(OPERANDS_AT)}(%ebx)`;
const anywhere = (random: Random): string => `${random.below(48)}(%ebx)`;
const general = (random: Random): string => `%${random.pick(['eax', 'ecx', 'edx', 'esi', 'edi'])}`;
const half = (random: Random): string => `%${random.pick(['ax', 'cx', 'dx', 'si', 'di'])}`;
const either = (random: Random, register: string, memory: string): string =>
  random.below(2) === 0 ? register : memory;

type Maker = (random: Random) => string[];

const one =
  (make: (random: Random) => string): Maker =>
  (random) => [make(random)];

const MMX_MAKERS: readonly Maker[] = [
  one((r) => `${r.pick(PACKED)} ${either(r, mm(r), anywhere(r))}, ${mm(r)}`),
  one((r) => `${r.pick(PACKED)} ${either(r, mm(r), anywhere(r))}, ${mm(r)}`),
  one((r) => `${r.pick(SHIFTS)} $${r.below(70)}, ${mm(r)}`),
  one((r) => `movq ${either(r, mm(r), anywhere(r))}, ${mm(r)}`),
  one((r) => `${r.pick(['movq', 'movntq'])} ${mm(r)}, ${SCRATCH + r.below(24)}(%ebx)`),
  one((r) => `movd ${either(r, general(r), anywhere(r))}, ${mm(r)}`),
  one((r) => `movd ${mm(r)}, ${either(r, general(r), `${SCRATCH}(%ebx)`)}`),
  one((r) => `pshufw $${r.below(256)}, ${either(r, mm(r), anywhere(r))}, ${mm(r)}`),
  one((r) => `pinsrw $${r.below(256)}, ${either(r, general(r), anywhere(r))}, ${mm(r)}`),
  one((r) => `pextrw $${r.below(256)}, ${mm(r)}, ${general(r)}`),
  one((r) => `palignr $${r.below(20)}, ${either(r, mm(r), anywhere(r))}, ${mm(r)}`),
  one((r) => `pmovmskb ${mm(r)}, ${general(r)}`),
  one((r) => `${r.pick(['cvtps2pi', 'cvttps2pi'])} ${either(r, xmm(r), anywhere(r))}, ${mm(r)}`),
  one((r) => `${r.pick(['cvtpd2pi', 'cvttpd2pi'])} ${either(r, xmm(r), aligned(r))}, ${mm(r)}`),
  one((r) => `${r.pick(['cvtpi2ps', 'cvtpi2pd'])} ${either(r, mm(r), anywhere(r))}, ${xmm(r)}`),
  one((r) => `movq2dq ${mm(r)}, ${xmm(r)}`),
  one((r) => `movdq2q ${xmm(r)}, ${mm(r)}`),
  (r) => [`lea ${SCRATCH}(%ebx), %edi`, `maskmovq ${mm(r)}, ${mm(r)}`],
  one((r) => r.pick(['emms', 'fld1', 'fldpi', 'fninit', 'fincstp', 'fxam', 'fnop'])),
  (r) => [`fnstenv ${SCRATCH}(%ebx)`, ...stored([0, 0, 0, 0], SCRATCH + 12), ...(r.below(2) === 0 ? [`fldenv ${SCRATCH}(%ebx)`] : [])],
]; // prettier-ignore

const SSE_MAKERS: readonly Maker[] = [
  one((r) => `${r.pick(PACKED)} ${either(r, xmm(r), aligned(r))}, ${xmm(r)}`),
  one((r) => `${r.pick(XMM_PACKED)} ${either(r, xmm(r), aligned(r))}, ${xmm(r)}`),
  one((r) => `${r.pick(SHIFTS)} $${r.below(70)}, ${xmm(r)}`),
  one((r) => `${r.pick(['pslldq', 'psrldq'])} $${r.below(20)}, ${xmm(r)}`),
  one((r) => `${r.pick(ARITHMETIC)}${r.pick(['ps', 'pd'])} ${either(r, xmm(r), aligned(r))}, ${xmm(r)}`),
  one((r) => `${r.pick(ARITHMETIC)}${r.pick(['ps', 'pd'])} ${either(r, xmm(r), aligned(r))}, ${xmm(r)}`),
  one((r) => `${r.pick(ARITHMETIC)}${r.pick(['ss', 'sd'])} ${either(r, xmm(r), anywhere(r))}, ${xmm(r)}`),
  one((r) => `${r.pick(ARITHMETIC)}${r.pick(['ss', 'sd'])} ${either(r, xmm(r), anywhere(r))}, ${xmm(r)}`),
  one((r) => `cmp${r.pick(PREDICATES)}${r.pick(['ps', 'pd'])} ${either(r, xmm(r), aligned(r))}, ${xmm(r)}`),
  one((r) => `cmp${r.pick(PREDICATES)}${r.pick(['ss', 'sd'])} ${either(r, xmm(r), anywhere(r))}, ${xmm(r)}`),
  one((r) => `${r.pick(['comiss', 'comisd', 'ucomiss', 'ucomisd'])} ${either(r, xmm(r), anywhere(r))}, ${xmm(r)}`),
  one((r) => `${r.pick(['pshufd', 'pshuflw', 'pshufhw', 'shufps', 'shufpd'])} $${r.below(256)}, ${either(r, xmm(r), aligned(r))}, ${xmm(r)}`),
  one((r) => `${r.pick(['cvtsi2ss', 'cvtsi2sd'])} ${general(r)}, ${xmm(r)}`),
  one((r) => `${r.pick(['cvtss2si', 'cvttss2si', 'cvtsd2si', 'cvttsd2si'])} ${either(r, xmm(r), anywhere(r))}, ${general(r)}`),
  one((r) => `${r.pick(['cvtps2pd', 'cvtss2sd', 'cvtsd2ss', 'cvtdq2pd'])} ${either(r, xmm(r), anywhere(r))}, ${xmm(r)}`),
  one((r) => `${r.pick(['movups', 'movupd', 'movdqu', 'movss', 'movsd', 'movq'])} ${either(r, xmm(r), anywhere(r))}, ${xmm(r)}`),
  one((r) => `${r.pick(['movups', 'movupd', 'movdqu', 'movss', 'movsd', 'movq'])} ${xmm(r)}, ${SCRATCH + r.below(16)}(%ebx)`),
  one((r) => `${r.pick(['movaps', 'movapd', 'movdqa', 'movntps', 'movntpd', 'movntdq'])} ${xmm(r)}, ${SCRATCH + 16 * r.below(2)}(%ebx)`),
  one((r) => `${r.pick(['movlps', 'movlpd', 'movhps', 'movhpd'])} ${anywhere(r)}, ${xmm(r)}`),
  one((r) => `${r.pick(['movlps', 'movlpd', 'movhps', 'movhpd'])} ${xmm(r)}, ${SCRATCH + r.below(24)}(%ebx)`),
  one((r) => `movddup ${either(r, xmm(r), anywhere(r))}, ${xmm(r)}`),
  one((r) => `lddqu ${anywhere(r)}, ${xmm(r)}`),
  one((r) => `palignr $${r.below(36)}, ${either(r, xmm(r), aligned(r))}, ${xmm(r)}`),
  (r) => [`${r.pick(['fldt', 'flds', 'fldl', 'fildl'])} ${anywhere(r)}`, `${r.pick(['fisttps', 'fisttpl', 'fisttpll'])} ${SCRATCH}(%ebx)`],
  one((r) => `movbe ${anywhere(r)}, ${r.pick([general(r), half(r)])}`),
  one((r) => `movbe ${r.pick([general(r), half(r)])}, ${SCRATCH + r.below(24)}(%ebx)`),
  one((r) => `lzcnt ${either(r, general(r), `${anywhere(r)}`)}, ${general(r)}`),
  one((r) => `lzcnt ${either(r, half(r), `${anywhere(r)}`)}, ${half(r)}`),
  one((r) => `${r.pick(['movhlps', 'movlhps'])} ${xmm(r)}, ${xmm(r)}`),
  one((r) => `movd ${either(r, general(r), anywhere(r))}, ${xmm(r)}`),
  one((r) => `movd ${xmm(r)}, ${either(r, general(r), `${SCRATCH}(%ebx)`)}`),
  one((r) => `${r.pick(['movmskps', 'movmskpd', 'pmovmskb'])} ${xmm(r)}, ${general(r)}`),
  one((r) => `pinsrw $${r.below(256)}, ${either(r, general(r), anywhere(r))}, ${xmm(r)}`),
  one((r) => `pextrw $${r.below(256)}, ${xmm(r)}, ${general(r)}`),
  (r) => [`lea ${SCRATCH}(%ebx), %edi`, `maskmovdqu ${xmm(r)}, ${xmm(r)}`],
  one((r) => `movnti ${general(r)}, ${SCRATCH + r.below(24)}(%ebx)`),
  one((r) => r.pick(['lfence', 'mfence', 'sfence', 'pause', 'clflush (%ebx)', 'prefetcht0 (%ebx)', 'prefetcht1 (%ebx)', 'prefetcht2 (%ebx)', 'prefetchnta 16(%ebx)', `stmxcsr ${SCRATCH}(%ebx)`])),
  (r) => [`fxsave ${FXSAVE_AT}(%ebx)`, `xorps ${xmm(r)}, ${xmm(r)}`, 'fninit', `fxrstor ${FXSAVE_AT}(%ebx)`],
]; // prettier-ignore

/** Rounding, DAZ and FTZ; every exception masked. */
function control(random: Random): number {
  const daz = random.below(3) === 0 ? 0x40 : 0;
  const ftz = random.below(3) === 0 ? 0x8000 : 0;
  return 0x1f80 | daz | ftz | (random.below(4) << 13);
}

/** Opcode, pointers and MXCSR_MASK differ from processor to processor. */
function dump(): string[] {
  const blank = [8, 12, 16, 20, 28].map((offset) => `movl $0, ${FXSAVE_AT + offset}(%ebx)`);
  return [`fxsave ${FXSAVE_AT}(%ebx)`, `movw $0, ${FXSAVE_AT + 6}(%ebx)`, ...blank, 'emms'];
}

/** Registers full of operands, then the instructions, then the state. */
function sequence(random: Random, isMmx: boolean, instructions: readonly string[][]): Sequence {
  const lines = [
    'fninit',
    `movl $${control(random)}, ${CONTROL}(%ebx)`,
    `ldmxcsr ${CONTROL}(%ebx)`,
    ...OPERANDS_AT.flatMap((offset) => stored(operand(random), offset)),
    ...OPERANDS_AT.map((offset, register) => `movaps ${offset}(%ebx), %xmm${register}`),
    ...(isMmx ? [0, 1, 2, 3].map((register) => `movq ${12 * register}(%ebx), %mm${register}`) : []),
    ...instructions.flat(),
    ...dump(),
  ];
  return { lines, instructions: instructions.length, undefinedFlags: 0 };
}

/** Every instruction that has the same name for MMX and XMM registers, in both forms, and those for XMM alone. */
export function eachPacked(random: Random): Sequence[] {
  const mmx = PACKED.map((name) => sequence(random, true, [[`${name} %mm1, %mm0`]]));
  const xmms = [...PACKED, ...XMM_PACKED];
  return [...mmx, ...xmms.map((name) => sequence(random, false, [[`${name} %xmm1, %xmm0`]]))];
}

export function randomSimd(random: Random, longest = 4): Sequence {
  const isMmx = random.below(3) === 0;
  const instructions = Array.from({ length: random.below(longest) + 1 }, () => {
    const makers = isMmx && random.below(4) !== 0 ? MMX_MAKERS : SSE_MAKERS;
    return random.pick(makers)(random);
  });
  return sequence(random, isMmx, instructions);
}
