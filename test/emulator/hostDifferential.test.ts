// The emulated processor against the one below it: random sequences of instructions run natively and in the machine
// (hostProgram.ts), and leave the same registers, flags and memory.
import { SIMD_DATA_BYTES, WITH_SSE, agree } from './hostProgram.ts';
import { randomFloatingPoint } from './randomFloatingPoint.ts';
import { eachPacked, randomSimd } from './randomSimd.ts';
import { Random, randomSequence } from './randomInstructions.ts';

const SEQUENCES = 3000;

/** Only in the machine: segments with a limit, so that every access goes through its segment's check, and paging. */
const SEGMENTED = `
  cmp $0x2badb002, %eax
  jne 8f
  lgdt gdtr
  ljmp $8, $7f
7: mov $0x10, %eax
  mov %eax, %ds
  mov %eax, %es
  mov %eax, %ss
  mov $0xc00000, %edi
  xor %eax, %eax
  mov $1024, %ecx
  rep stosl
  mov $0xc01000, %edi
  mov $7, %eax
  mov $4096, %ecx
6: stosl
  add $0x1000, %eax
  loop 6b
  movl $0xc01007, 0xc00000
  movl $0xc02007, 0xc00004
  movl $0xc03007, 0xc00008
  movl $0xc04007, 0xc0000c
  mov $0xc00000, %eax
  mov %eax, %cr3
  mov %cr0, %eax
  or $0x80010000, %eax
  mov %eax, %cr0
  .data
  .align 8
gdt: .quad 0, 0x00c09b0000000fff, 0x00c0930000000fff
gdtr: .word 23
  .long gdt
  .text
8:
`;

const VARIANTS = [
  { name: 'with flat segments', seed: 0x1997, prologue: '' },
  { name: 'with flat segments', seed: 0x5051, prologue: '' },
  { name: 'with limited segments and paging', seed: 0x4c34, prologue: SEGMENTED },
];

const FLOATING_POINT = [
  { name: 'with all exceptions masked', seed: 0x387, unmasked: false },
  { name: 'with all exceptions masked', seed: 0x80287, unmasked: false },
  { name: 'with exceptions that are not masked', seed: 0x8087, unmasked: true },
];

describe('The emulated x87 and the host processor', () => {
  for (const { name, seed, unmasked } of FLOATING_POINT) {
    it(`agree on ${SEQUENCES} random sequences ${name} (seed ${seed})`, () => {
      const random = new Random(seed);
      const sequences = Array.from({ length: SEQUENCES }, () =>
        randomFloatingPoint(random, unmasked),
      );
      agree(sequences, random, '');
    });
  }
});

describe('The emulated vector instructions and the host processor', () => {
  it('agree on each packed instruction', () => {
    const random = new Random(0x550);
    const sequences = Array.from({ length: 8 }, () => eachPacked(random)).flat();
    agree(sequences, random, WITH_SSE, SIMD_DATA_BYTES);
  });

  for (const seed of [0x551, 0x552]) {
    it(`agree on ${SEQUENCES} random sequences (seed ${seed})`, () => {
      const random = new Random(seed);
      const sequences = Array.from({ length: SEQUENCES }, () => randomSimd(random));
      agree(sequences, random, WITH_SSE, SIMD_DATA_BYTES);
    });
  }
});

describe('The emulated processor and the host processor', () => {
  for (const { name, seed, prologue } of VARIANTS) {
    it(`agree on ${SEQUENCES} random sequences ${name} (seed ${seed})`, () => {
      const random = new Random(seed);
      const sequences = Array.from({ length: SEQUENCES }, () => randomSequence(random));
      agree(sequences, random, prologue);
    });
  }
});
