// The emulated processor against the one below it: one program, linked at 1 MB, is both a static Linux executable and
// a Multiboot image. It runs every sequence with given registers, flags and memory, and leaves what came out.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { assembleImage } from '../support/machineAssemble.ts';
import { testMachine } from '../support/machineTest.ts';
import { randomFloatingPoint } from './randomFloatingPoint.ts';
import { Random, randomSequence, type Sequence } from './randomInstructions.ts';

const SEQUENCES = 3000;
const DATA_BYTES = 256;
/** EAX ECX EDX ESI EDI EBP EFLAGS EBX, then the data. */
const RESULT_BYTES = 32 + DATA_BYTES;
const DEFINED = 0x8d5;
const NAMES = ['eax', 'ecx', 'edx', 'esi', 'edi', 'ebp', 'eflags', 'ebx'];

function program(sequences: readonly Sequence[], random: Random, prologue: string): string {
  const registers = sequences.map(() => {
    const values = Array.from({ length: 6 }, () => random.value());
    return `.long ${[...values, (random.next() & DEFINED) | 2].join(',')}, 0`;
  });
  const data = Array.from({ length: 128 }, () => random.value());
  return `
  .globl start
start:
  mov $stack_top, %esp
  mov %eax, magic
  ${prologue}
  cld
next:
  mov index, %eax
  cmp $${sequences.length}, %eax
  je done
  mov $initial, %esi
  mov %eax, %edx
  and $0xfc, %edx
  add %edx, %esi
  mov $data, %edi
  mov $${DATA_BYTES / 4}, %ecx
  rep movsl
  mov targets(,%eax,4), %ecx
  mov %ecx, target
  shl $5, %eax
  lea registers(%eax), %ebp
  pushl 24(%ebp)
  mov 0(%ebp), %eax
  mov 4(%ebp), %ecx
  mov 8(%ebp), %edx
  mov 12(%ebp), %esi
  mov 16(%ebp), %edi
  mov 20(%ebp), %ebp
  mov $data + 64, %ebx
  popf
  call *target
  mov %eax, out
  mov %ecx, out + 4
  mov %edx, out + 8
  mov %esi, out + 12
  mov %edi, out + 16
  mov %ebp, out + 20
  mov %ebx, out + 28
  pushf
  popl out + 24
  cld
  mov index, %eax
  incl index
  imul $${RESULT_BYTES}, %eax
  lea results(%eax), %edi
  mov $out, %esi
  mov $8, %ecx
  rep movsl
  mov $data, %esi
  mov $${DATA_BYTES / 4}, %ecx
  rep movsl
  jmp next
done:
  cmpl $0x2badb002, magic
  je machine
  mov $results, %esi
  mov $${sequences.length * RESULT_BYTES}, %edi
1: mov $4, %eax
  mov $1, %ebx
  mov %esi, %ecx
  mov %edi, %edx
  int $0x80
  add %eax, %esi
  sub %eax, %edi
  jnz 1b
  mov $1, %eax
  xor %ebx, %ebx
  int $0x80
machine:
  mov $results, %ecx
  mov $16, %al
  out %al, $0xf4
${sequences.map((sequence, number) => `s${number}:\n  ${sequence.lines.join('\n  ')}\n  ret`).join('\n')}
  .data
  .align 4
targets: .long ${sequences.map((_, number) => `s${number}`).join(',')}
registers:
${registers.join('\n')}
initial: .long ${data.join(',')}
index: .long 0
magic: .long 0
target: .long 0
out: .fill 32
  .bss
  .align 4
data: .fill ${DATA_BYTES}
results: .fill ${sequences.length * RESULT_BYTES}
  .fill 65536
stack_top: .fill 16
`;
}

function runOnHost(image: Uint8Array): Uint8Array {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'l4scope-host-')), 'program');
  writeFileSync(file, image);
  chmodSync(file, 0o755);
  return execFileSync(file, { maxBuffer: 1 << 26, timeout: 30_000 });
}

function runInMachine(image: Uint8Array): Uint8Array {
  const machine = testMachine({ cpu: 'i686' });
  machine.loadMultiboot(image, '', []);
  const result = machine.run(100_000_000);
  assert.equal(result.reason, 'debugExit', `the program ended at ${machine.instructionCount}`);
  const bytes = machine.peekPhysical(machine.registers().ecx, SEQUENCES * RESULT_BYTES);
  return bytes!;
}

function differences(host: Uint8Array, ours: Uint8Array, sequences: readonly Sequence[]): string[] {
  const found: string[] = [];
  const a = new DataView(host.buffer, host.byteOffset, host.byteLength);
  const b = new DataView(ours.buffer, ours.byteOffset, ours.byteLength);
  sequences.forEach((sequence, number) => {
    const at = number * RESULT_BYTES;
    const wrong: string[] = [];
    for (let word = 0; word < RESULT_BYTES / 4; word++) {
      const mask = word === 6 ? DEFINED & ~sequence.undefinedFlags : -1;
      const theirs = a.getUint32(at + word * 4, true) & mask;
      const mine = b.getUint32(at + word * 4, true) & mask;
      if (theirs !== mine) {
        const name = NAMES[word] ?? `data+${(word - 8) * 4}`;
        wrong.push(
          `${name} ${(mine >>> 0).toString(16)} instead of ${(theirs >>> 0).toString(16)}`,
        );
      }
    }
    if (wrong.length > 0) {
      found.push(`${sequence.lines.join('; ')}: ${wrong.join(', ')}`);
    }
  });
  return found;
}

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
      const image = assembleImage(program(sequences, random, ''));
      const found = differences(runOnHost(image), runInMachine(image), sequences);
      assert.equal(found.length, 0, `${found.length} differ:\n${found.slice(0, 12).join('\n')}`);
    });
  }
});

describe('The emulated processor and the host processor', () => {
  for (const { name, seed, prologue } of VARIANTS) {
    it(`agree on ${SEQUENCES} random sequences ${name} (seed ${seed})`, () => {
      const random = new Random(seed);
      const sequences = Array.from({ length: SEQUENCES }, () => randomSequence(random));
      const image = assembleImage(program(sequences, random, prologue));
      const found = differences(runOnHost(image), runInMachine(image), sequences);
      assert.equal(found.length, 0, `${found.length} differ:\n${found.slice(0, 12).join('\n')}`);
    });
  }
});
