// Random states of the processor's tables, from a seed: descriptors, gates, page table entries, task states, registers and
// stack words, each of a kind that is plausible often enough to get past the first check.
import type { Random } from '../randomInstructions.ts';
import {
  AT,
  FIRST_RANDOM_DESCRIPTOR,
  LANDING,
  LOCAL_DESCRIPTORS,
  RANDOM_DESCRIPTORS,
  RANDOM_GATES,
  SELECTOR,
  TEST_PAGES,
  TEST_REGION,
} from './layout.ts';
import { SNIPPETS } from './snippets.ts';

const PRESENT = 0x80;
const GRANULAR_BIG = 0xc0_0000;

/** Low and high doubleword. */
type Pair = readonly [number, number];

function descriptor(base: number, limit: number, access: number, flags: number): Pair {
  return [
    (limit & 0xffff) | (base << 16),
    ((base >>> 16) & 0xff) | (access << 8) | (limit & 0xf_0000) | flags | (base & 0xff00_0000),
  ];
}

function selector(random: Random): number {
  const level = random.below(4);
  switch (random.below(8)) {
    case 0:
      return level;
    case 1:
      return random.pick(Object.values(SELECTOR));
    case 2:
      return 4 | (random.below(LOCAL_DESCRIPTORS + 1) << 3) | level;
    case 3:
      return random.pick([0x1f8, 0xfff8, 0x1fc]) | level;
    default:
      return ((FIRST_RANDOM_DESCRIPTOR + random.below(RANDOM_DESCRIPTORS)) << 3) | level;
  }
}

function access(random: Random, type: number): number {
  const present = random.below(8) === 0 ? 0 : PRESENT;
  return present | (random.below(4) << 5) | type;
}

/** Code or data, or a system segment, or a gate. */
function anyDescriptor(random: Random): Pair {
  const kind = random.below(10);
  if (kind < 6) {
    const flags = random.below(4) === 0 ? 0 : GRANULAR_BIG;
    const limit = random.pick([0xf_ffff, 0xf_ffff, 0xf_ffff, 0xfff, 0]);
    const type = 0x10 | random.below(16);
    return descriptor(random.pick([0, LANDING]), limit, access(random, type), flags);
  }
  if (kind === 6) {
    const limit = random.pick([0x67, 0x67, 0xfff, 0x66]);
    return descriptor(AT.otherTss, limit, access(random, random.pick([9, 9, 11])), 0);
  }
  if (kind === 7) {
    // A 16-bit TSS too small to be switched to; an LDT; types that mean nothing.
    const type = random.pick([1, 3, 2, 2, 0, 8, 10, 13]);
    return descriptor(AT.ldt, type === 2 ? 47 : 0x10, access(random, type), 0);
  }
  return gate(random, random.pick([4, 12, 12, 12, 5, 6, 14]));
}

function gate(random: Random, type: number): Pair {
  const offset = random.pick([LANDING + 0x10, LANDING + 0x10, 0x1234]);
  const target = random.below(3) === 0 ? SELECTOR.code : selector(random);
  const parameters = type === 4 || type === 12 ? random.below(4) : 0;
  return [
    (target << 16) | (offset & 0xffff),
    (offset & 0xffff_0000) | (access(random, type) << 8) | parameters,
  ];
}

function interruptGate(random: Random): Pair {
  return gate(random, random.pick([14, 14, 15, 15, 6, 7, 5, 12, 0]));
}

function pageEntries(random: Random): number[] {
  return Array.from({ length: TEST_PAGES }, (_, page) => {
    const present = random.below(5) === 0 ? 0 : 1;
    return (
      (AT.testPages + page * 0x1000) | present | (random.below(4) << 1) | (random.below(4) << 5)
    );
  });
}

function directoryEntry(random: Random): number {
  const marks = (random.below(8) === 0 ? 0 : 1) | (random.below(4) === 0 ? 0 : 4);
  const rights = marks | (random.below(4) === 0 ? 0 : 2) | (random.below(2) << 5);
  return random.below(6) === 0
    ? LANDING | 0x80 | rights | (random.below(2) << 6)
    : AT.testTable | rights;
}

/** A task that can always take an exception: its stacks are good, what else it names may not be. */
function otherTask(random: Random): number[] {
  const user = random.below(2) === 0;
  const words = new Array<number>(26).fill(0);
  words[0] = selector(random);
  words[1] = AT.otherInnerStack;
  words[2] = SELECTOR.data;
  words[7] = AT.directory;
  words[8] = LANDING + 0x20;
  words[9] = 2 | (random.below(4) << 12) | random.pick([0, 0x8d5, 0x4000]);
  for (let register = 10; register < 18; register++) {
    words[register] = random.value();
  }
  words[14] = AT.otherStack;
  const [code, stack] = user
    ? [SELECTOR.userCode, SELECTOR.userData]
    : [SELECTOR.code, SELECTOR.data];
  const data = (): number => (random.below(2) === 0 ? SELECTOR.userData : selector(random));
  words.splice(18, 6, data(), code, stack, data(), data(), data());
  words[24] = SELECTOR.ldt;
  words[25] = 0x68_0000;
  return words;
}

function tssStacks(random: Random): number[] {
  const pick = (good: number): number => (random.below(4) === 0 ? selector(random) : good);
  return [
    ...[AT.innerStack, SELECTOR.data],
    ...[AT.ring1Stack, pick(SELECTOR.ring1Data)],
    ...[AT.ring2Stack, pick(SELECTOR.ring2Data)],
  ];
}

const TESTED_OFFSETS = [0, 4, 0x800, 0xffc, 0xffe, 0xfff];

function testAddress(random: Random): number {
  return TEST_REGION + random.below(TEST_PAGES) * 0x1000 + random.pick(TESTED_OFFSETS);
}

/** EIP, CS, EFLAGS, ESP, SS of a far return, or the pointer of a far transfer or of a load. */
function stackWords(random: Random, narrow: boolean): number[] {
  const flags = 2 | (random.next() & 0x37ed5 & ~0x2_0100) | (random.below(8) === 0 ? 0x4000 : 0);
  const far = [
    random.pick([LANDING + 0x30, LANDING + 0x30, 0x1000]),
    random.below(4) === 0 ? SELECTOR.userCode : selector(random),
    flags,
    AT.userStack - 64,
    random.below(3) === 0 ? SELECTOR.userData : selector(random),
    selector(random),
    selector(random),
    0,
  ];
  if (!narrow) {
    return far;
  }
  const halves = far.map((word, index) => (index === 0 ? 0x1000 : word & 0xffff));
  return halves.map((_, index) => halves[(2 * index) & 7] | (halves[(2 * index + 1) & 7] << 16));
}

/** The words of one state, in the order of layout.ts, and the snippet's number. */
export function randomState(random: Random): number[] {
  const number = random.below(SNIPPETS.length);
  const { diet, rings, name } = SNIPPETS[number];
  const memory = diet === 'memory';
  const eax = memory ? 0xcccc_cccc | 0 : diet === 'selector' ? selector(random) : random.value();
  const ecx = memory ? 0xcccc_cccc | 0 : selector(random);
  const first = diet === 'stack' && /pop %|pop[fw]|lss|l[defg]s/.test(name) && !/^l/.test(name);
  const stack = stackWords(random, /^(ljmpw|lcallw|lretw|iretw|lgsw)/.test(name));
  if (first && name !== 'popf' && name !== 'popfw') {
    stack[0] = selector(random);
  } else if (first) {
    stack[0] = stack[2];
  }
  return [
    number,
    random.pick(rings),
    ...[testAddress(random), testAddress(random), AT.userStack + 64, 0],
    ...[memory ? 0xcccc_cccc | 0 : random.value(), selector(random), ecx, eax],
    2 | (random.next() & 0x8d5) | (random.below(4) << 12),
    ...stack,
    ...Array.from({ length: RANDOM_DESCRIPTORS }, () => anyDescriptor(random)).flat(),
    ...Array.from({ length: LOCAL_DESCRIPTORS }, () => anyDescriptor(random)).flat(),
    ...Array.from({ length: RANDOM_GATES }, () => interruptGate(random)).flat(),
    ...pageEntries(random),
    directoryEntry(random),
    0x8000_0031 | (random.below(2) << 16) | 0,
    random.below(2) << 4,
    ...otherTask(random),
    ...tssStacks(random),
  ];
}
