// The emulated processor against the one below it: one program, linked at 1 MB, is both a static Linux executable and
// a Multiboot image. It runs every sequence with given registers, flags and memory, and leaves what came out.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { assembleImage } from '../support/machineAssemble.ts';
import { testMachine } from '../support/machineTest.ts';
import type { Random, Sequence } from './randomInstructions.ts';

const DATA_BYTES = 256;
/** With it sequences leave an FXSAVE image behind. */
export const SIMD_DATA_BYTES = 704;
/** Where EBX points at the start of a sequence, behind the start of the data. */
export const EBX_OFFSET = 64;
/** EAX ECX EDX ESI EDI EBP EFLAGS EBX, then the data. */
export const RESULT_BYTES = 32 + DATA_BYTES;

function resultBytes(dataBytes: number): number {
  return 32 + dataBytes;
}
const DEFINED = 0x8d5;
const NAMES = ['eax', 'ecx', 'edx', 'esi', 'edi', 'ebp', 'eflags', 'ebx'];

export function program(
  sequences: readonly Sequence[],
  random: Random,
  prologue: string,
  dataBytes = DATA_BYTES,
): string {
  const registers = sequences.map(() => {
    const values = Array.from({ length: 6 }, () => random.value());
    return `.long ${[...values, (random.next() & DEFINED) | 2].join(',')}, 0`;
  });
  const data = Array.from({ length: dataBytes / 4 + 64 }, () => random.value());
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
  mov $${dataBytes / 4}, %ecx
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
  mov $data + ${EBX_OFFSET}, %ebx
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
  imul $${resultBytes(dataBytes)}, %eax
  lea results(%eax), %edi
  mov $out, %esi
  mov $8, %ecx
  rep movsl
  mov $data, %esi
  mov $${dataBytes / 4}, %ecx
  rep movsl
  jmp next
done:
  cmpl $0x2badb002, magic
  je machine
  mov $results, %esi
  mov $${sequences.length * resultBytes(dataBytes)}, %edi
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
  .align 64
data: .fill ${dataBytes}
results: .fill ${sequences.length * resultBytes(dataBytes)}
  .fill 65536
stack_top: .fill 16
`;
}

export function runOnHost(image: Uint8Array): Uint8Array {
  const folder = mkdtempSync(path.join(tmpdir(), 'l4scope-host-'));
  try {
    const file = path.join(folder, 'program');
    writeFileSync(file, image);
    chmodSync(file, 0o755);
    return execFileSync(file, { maxBuffer: 1 << 26, timeout: 30_000 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function runInMachine(image: Uint8Array, count: number, dataBytes = DATA_BYTES): Uint8Array {
  const machine = testMachine({ cpu: 'i686+movbe' });
  machine.loadMultiboot(image, '', []);
  const result = machine.run(100_000_000);
  assert.equal(result.reason, 'debugExit', `the program ended at ${machine.instructionCount}`);
  const bytes = machine.peekPhysical(machine.registers().ecx, count * resultBytes(dataBytes));
  return bytes!;
}

export function differences(
  host: Uint8Array,
  ours: Uint8Array,
  sequences: readonly Sequence[],
  dataBytes = DATA_BYTES,
): string[] {
  const found: string[] = [];
  const a = new DataView(host.buffer, host.byteOffset, host.byteLength);
  const b = new DataView(ours.buffer, ours.byteOffset, ours.byteLength);
  sequences.forEach((sequence, number) => {
    const at = number * resultBytes(dataBytes);
    const wrong: string[] = [];
    for (let word = 0; word < resultBytes(dataBytes) / 4; word++) {
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

/** Fails with the first sequences that leave different states. */
export function agree(
  sequences: readonly Sequence[],
  random: Random,
  prologue: string,
  bytes?: number,
): void {
  const image = assembleImage(program(sequences, random, prologue, bytes));
  const ours = runInMachine(image, sequences.length, bytes);
  const found = differences(runOnHost(image), ours, sequences, bytes);
  assert.equal(found.length, 0, `${found.length} differ:\n${found.slice(0, 12).join('\n')}`);
}

/** In the machine the program is its own operating system: CR4.OSFXSR and OSXMMEXCPT. */
export const WITH_SSE = `
  cmp $0x2badb002, %eax
  jne 9f
  mov $0x600, %eax
  mov %eax, %cr4
9:
`;
