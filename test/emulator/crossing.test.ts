// Instructions that cross from one page into another: what lies behind the page in physical memory must not matter,
// only what the next linear page is mapped to.
import assert from 'node:assert/strict';
import { machineWith } from '../support/machineTest.ts';
import { ENABLE_PAGING, FINISH, IDENTITY_TABLES, TABLES } from '../support/pagingAssembly.ts';

/** Each with the bytes of the first page apart from the others; all leave 42 in EAX and 7 in ECX. */
const INSTRUCTIONS: readonly (readonly [name: string, before: readonly number[], after: readonly number[]])[] = [
  ['MOV r/m32,imm32', [0xc7], [0xc0, 42, 0, 0, 0]],
  ['ADD r/m32,imm32', [0x81], [0xc0, 2, 0, 0, 0]],
  ['ADD r/m32,imm8', [0x83], [0xc0, 2]],
  ['NEG r/m32', [0xf7], [0xd8]],
  ['NOT and a prefix', [0x36, 0xf7], [0xd0]],
  ['INC r/m32', [0xff], [0xc0]],
  ['SHL r/m32,imm8', [0xc1], [0xe0, 1]],
  ['BTS r/m32,imm8', [0x0f, 0xba], [0xe8, 5]],
  ['BTS after its first byte', [0x0f], [0xba, 0xe8, 5]],
  ['MOVZX', [0x0f], [0xb6, 0xc0]],
]; // prettier-ignore

const START: Readonly<Record<string, number>> = {
  'MOV r/m32,imm32': 0,
  'NEG r/m32': -42,
  'NOT and a prefix': ~42,
  'INC r/m32': 41,
  'SHL r/m32,imm8': 21,
  'BTS r/m32,imm8': 10,
  'BTS after its first byte': 10,
  MOVZX: 0x1ff2a,
};

function program(before: readonly number[], after: readonly number[], start: number): string {
  const put = (address: number, bytes: readonly number[]): string =>
    bytes.map((byte, index) => `movb $${byte}, ${address + index}`).join('\n');
  return `
  .globl start
start:
  mov $stack_top, %esp
  lgdt gdtr
  ${IDENTITY_TABLES}
  movl $0x310007, 0x201c04
  ${put(0x301000 - before.length, before)}
  ${put(0x310000, [...after, 0xc3])}
  mov $0x301000, %edi
  mov $0xff, %al
  mov $64, %ecx
  rep stosb
  ${ENABLE_PAGING}
  mov $${start}, %eax
  mov $7, %ecx
  mov $0x300fff, %edx
  sub $${before.length - 1}, %edx
  call *%edx
  mov %eax, %ebx
  ${FINISH}
  ${TABLES}
  .bss
  .fill 4096
stack_top: .fill 16
`;
}

describe('An instruction that crosses into another page', () => {
  for (const [name, before, after] of INSTRUCTIONS) {
    it(`is read from the page that is mapped there: ${name}`, () => {
      const start = START[name] ?? 40;
      const machine = machineWith(program(before, after, start));
      const result = machine.run(1_000_000);
      assert.equal(result.reason, 'debugExit', machine.messages.join());
      assert.deepEqual(machine.messages, []);
      assert.equal(machine.registers().ebx, 42);
      assert.equal(machine.registers().ecx, 7);
    });
  }
});
