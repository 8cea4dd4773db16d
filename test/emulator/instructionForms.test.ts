// The encodings that random sequences and compilers never choose, each once, word for word as on QEMU: aliases in the
// groups, one-byte forms for every register, near conditional jumps, LOOPcc, port strings.
import assert from 'node:assert/strict';
import { assembleRom, runRom, runRomInQemu, words } from '../support/rom.ts';
import { PROTECTED, complete } from './systemTables.ts';

const byte = (value: number): string => `0x${value.toString(16)}`;

/** Bytes to be executed with EAX 0x89abcdef, ECX 5, EDX 0x3001, EBX 0x80000001, and carry set. */
const ALIASES: readonly string[] = [
  ...Array.from({ length: 8 }, (_, digit) => `0x82, ${byte(0xc0 | (digit << 3))}, 0x91`),
  ...['0x66, 0xb8, 0x11, 0, 0xf6, 0xf9'],
  ...['0xc0, 0xf0, 3', '0xc1, 0xf0, 3', '0xd0, 0xf0', '0xd1, 0xf0', '0xd2, 0xf0', '0xd3, 0xf0'],
  ...['0x0f, 0xa5, 0xd8', '0x0f, 0xad, 0xd8', '0x9b', '0x0f, 8', '0x0f, 9'],
  ...['0xb3, 7', '0xb7, 9', '0x93', '0x43', '0x16, 0x58'],
];

/** INC, DEC, XCHG, BSWAP, PUSH and POP of ESP too, whose value is brought back. */
const OF_EACH_REGISTER = [
  ...['0x44', '0x4c', '0x54, 0x58', '0x89, 0xe1, 0x54, 0x5c', '0x94, 0x94'],
  ...[0, 1, 2, 3, 5, 6, 7].map((register) => `0x0f, ${byte(0xc8 | register)}`),
  '0x0f, 0xcc, 0x0f, 0xcc',
];

const conditions = Array.from(
  { length: 16 },
  (_, code) => `
  mov $0x40, %eax
  cmp $0x41, %al
  .byte 0x0f, ${byte(0x80 | code)}
  .long 1f - . - 4
  inc %eax
1: report %eax
`,
).join('');

const loops = ['loope', 'loopne']
  .map(
    (name) => `
  mov $4, %ecx
  xor %eax, %eax
1: inc %eax
  cmp $2, %eax
  ${name} 1b
  report %eax
  report %ecx
`,
  )
  .join('');

const START = `${PROTECTED}
  .macro show bytes:vararg
  mov $0x89abcdef, %eax
  mov $5, %ecx
  mov $0x3001, %edx
  mov $0x80000001, %ebx
  mov %esp, %edi
  mov %edi, 0x3ff0
  stc
  .byte \\bytes
  mov 0x3ff0, %esp
  pushf
  pusha
  andl $0xc5, 32(%esp)
  report 28(%esp)
  report 24(%esp)
  report 20(%esp)
  report 16(%esp)
  report 32(%esp)
  mov 0x3ff0, %esp
  .endm
`;

const TEXT = `${START}
  mov $0x3100, %esi
  movl $0x11223344, 0x3100
  ${[...ALIASES, ...OF_EACH_REGISTER].map((bytes) => `show ${bytes}`).join('\n')}
  ${conditions}
  ${loops}
  xor %ecx, %ecx
  jecxz 2f
  report $1
2: inc %ecx
  jecxz 3f
  report $2
3: call with_argument
  report %esp
  movl $0x3000, %ebx
  movb $0x77, 0x3005
  mov $5, %al
  xlat
  report %eax
  mov $0x3100, %esi
  mov $0x3200, %edi
  mov $0x80, %edx
  outsb
  outsw
  outsl
  mov $3, %ecx
  rep outsb
  insb
  insw
  insl
  mov $3, %ecx
  rep insb
  report %esi
  report %edi
  mov $0xcf8, %edx
  mov $0x80000000, %eax
  out %eax, %dx
  xor %eax, %eax
  in %dx, %eax
  sidt 0x3300
  report 0x3302
  movzwl 0x3300, %eax
  call report_eax
  jmp finish
with_argument: push $9
  pop %eax
  push 0(%esp)
  ret $4
lengths:
`;

describe('Rare encodings', () => {
  it('do word for word what they do on QEMU', function () {
    this.timeout(60_000);
    const rom = assembleRom(complete(TEXT));
    const ours = runRom(rom);
    assert.equal(
      ours.result.reason,
      'debugExit',
      JSON.stringify([ours.result, words(ours.bytes).length]),
    );
    const theirs = runRomInQemu(rom);
    if (theirs === undefined) {
      this.skip();
    }
    assert.deepEqual(words(ours.bytes), words(theirs));
  });

  it('of INT1 is #DB, whose handler returns behind it', () => {
    const text = `${PROTECTED}
  gate 1, trap, 0x8e
  .byte 0xf1
  report $2
  jmp finish
trap: report $1
  iret
lengths:
`;
    assert.deepEqual(words(runRom(assembleRom(complete(text))).bytes), ['1', '2']);
  });

  it('of TEST: /1 is /0, which QEMU does not know', () => {
    const test = (digit: number): string[] => {
      const text = ['0xf6', '0xf7']
        .map((opcode) => `show ${opcode}, ${byte(0xc0 | (digit << 3))}, 0x7f, 0x55, 0x66, 0x80`)
        .join('\n')
        // The byte form has one byte of immediate.
        .replace('0x7f, 0x55, 0x66, 0x80', '0x7f');
      return words(runRom(assembleRom(complete(`${START}${text}\n jmp finish\nlengths:\n`))).bytes);
    };
    assert.equal(test(0).length, 10);
    assert.deepEqual(test(1), test(0));
  });
});
