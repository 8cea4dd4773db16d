// The Multiboot image that runs the states of the system-level fuzz: it builds each one's tables, goes to the snippet,
// and prints what came out to the console port; whatever happens ends in the recorder, because every exception has a
// good gate and every landing place holds INT3.
import {
  AT,
  FIRST_GATE,
  FIRST_RANDOM_DESCRIPTOR,
  LANDING,
  LOCAL_DESCRIPTORS,
  OFFSET,
  RANDOM_DESCRIPTORS,
  RANDOM_GATES,
  SELECTOR,
  STATE,
  STATE_BYTES,
  TEST_PAGES,
} from './layout.ts';
import { SNIPPETS } from './snippets.ts';

const VECTORS = 20;
const WITH_ERROR_CODE = new Set([8, 10, 11, 12, 13, 14, 17]);

const copy = (from: string, to: number | string, words: number): string => `
  lea ${from}, %esi
  mov $${to}, %edi
  mov $${words}, %ecx
  rep movsl`;

const stubs = Array.from(
  { length: VECTORS },
  (_, vector) => `
handler_${vector}: ${WITH_ERROR_CODE.has(vector) ? '' : 'pushl $0'}
  pushl $${vector}
  jmp recorder`,
).join('');

/** Interrupt gates of all exceptions; #BP can be called from every ring. */
const gates = Array.from(
  { length: VECTORS },
  (_, vector) => `
  mov $handler_${vector}, %eax
  mov $0x0008${vector === 3 ? 'ee' : '8e'}00, %ebx
  mov %ax, ${AT.idt + vector * 8}
  movw $8, ${AT.idt + vector * 8 + 2}
  movw $0x${vector === 3 ? 'ee' : '8e'}00, ${AT.idt + vector * 8 + 4}
  shr $16, %eax
  mov %ax, ${AT.idt + vector * 8 + 6}`,
).join('');

const descriptors = (base: number, limit: number, high: number): string =>
  `.long ${(limit | (base << 16)) >>> 0}, ${(((base >>> 16) & 0xff) | high | (base & 0xff00_0000)) >>> 0}`;

const fill = (address: number, bytes: number): string => `
  mov $${address}, %edi
  mov $${bytes / 4}, %ecx
  mov $0xcccccccc, %eax
  rep stosl`;

/** Words from \`address\` on, rotated and added. */
const sum = (address: number, words: number): string => `
  mov $${address}, %esi
  mov $${words}, %ecx
  call checksum`;

const forgetAccessedCode = (table: number, count: number): string => `
  mov $${table}, %esi
  mov $${count}, %ecx
1: mov 5(%esi), %al
  and $0x18, %al
  cmp $0x18, %al
  jne 2f
  andb $~1, 5(%esi)
2: add $8, %esi
  loop 1b`;

export function systemFuzzImage(): string {
  return `
  .globl start
start:
  cld
  mov $0xff, %al
  out %al, $0x21
  out %al, $0xa1
  mov 24(%ebx), %eax
  mov (%eax), %edx
  mov %edx, cursor
  mov 4(%eax), %edx
  mov %edx, end
  ${fill(0, 0x1_0000)}
  ${fill(LANDING, 0x40_0000)}
  ${fill(AT.landingPage, 0x1000 * (1 + TEST_PAGES))}
  mov $${AT.directory}, %edi
  mov $1024, %ecx
  mov $${AT.landingTable | 5}, %eax
  rep stosl
  movl $${AT.lowTable | 7}, ${AT.directory}
  movl $${AT.highTable | 7}, ${AT.directory + 12}
  mov $${AT.lowTable}, %edi
  mov $7, %eax
1: stosl
  add $0x1000, %eax
  cmp $0x400007, %eax
  jne 1b
  mov $${AT.highTable}, %edi
  mov $${TABLES_RIGHTS}, %eax
2: stosl
  add $0x1000, %eax
  cmp $${TABLES_RIGHTS + 0x40_0000}, %eax
  jne 2b
  mov $${AT.landingTable}, %edi
  mov $1024, %ecx
  mov $${AT.landingPage | 5}, %eax
  rep stosl
  ${gates}
next:
  mov $${AT.kernelStack}, %esp
  mov cursor, %ebx
  cmp end, %ebx
  jae finish
  mov %cr0, %eax
  and $0x7fffffff, %eax
  mov %eax, %cr0
  ${copy(`${OFFSET.pageEntries}(%ebx)`, AT.testTable, STATE.pageEntries)}
  ${fill(AT.testPages, 0x1000 * TEST_PAGES)}
  ${fill(LANDING, 0x1000 * (TEST_PAGES + 1))}
  mov ${OFFSET.directoryEntry}(%ebx), %eax
  mov %eax, ${AT.directory + 4}
  ${copy('fixed', AT.gdt, FIRST_RANDOM_DESCRIPTOR * 2)}
  ${copy(`${OFFSET.gdt}(%ebx)`, AT.gdt + FIRST_RANDOM_DESCRIPTOR * 8, STATE.gdt)}
  ${copy(`${OFFSET.ldt}(%ebx)`, AT.ldt, STATE.ldt)}
  ${copy(`${OFFSET.gates}(%ebx)`, AT.idt + FIRST_GATE * 8, STATE.gates)}
  ${copy(`${OFFSET.otherTss}(%ebx)`, AT.otherTss, STATE.otherTss)}
  ${copy(`${OFFSET.tssStacks}(%ebx)`, AT.tss + 4, STATE.tssStacks)}
  ${copy(`${OFFSET.stack}(%ebx)`, AT.userStack, STATE.stack)}
  ${copy(`${OFFSET.stack}(%ebx)`, AT.kernelStack, STATE.stack)}
  movl $0x680000, ${AT.tss + 0x64}
  mov $${AT.directory}, %eax
  mov %eax, %cr3
  mov ${OFFSET.cr4}(%ebx), %eax
  mov %eax, %cr4
  mov ${OFFSET.cr0}(%ebx), %eax
  mov %eax, %cr0
  lgdt gdtr
  lidt idtr
  ljmp $8, $3f
3: mov $${SELECTOR.data}, %eax
  mov %ax, %ss
  mov $${SELECTOR.ldt}, %eax
  lldt %ax
  mov $${SELECTOR.tss}, %eax
  ltr %ax
  xor %eax, %eax
  mov %eax, %cr2
  mov ${OFFSET.snippet}(%ebx), %eax
  mov targets(,%eax,4), %eax
  mov %eax, target
  mov %eax, frame
  mov ${OFFSET.flags}(%ebx), %eax
  mov %eax, frame + 8
  mov $${SELECTOR.userData}, %eax
  mov %ax, %ds
  mov %ax, %es
  mov %ax, %fs
  mov %ax, %gs
  cmpl $3, ${OFFSET.ring}(%ebx)
  lea ${OFFSET.registers}(%ebx), %esp
  popa
  je 4f
  mov $${AT.kernelStack - 4}, %esp
  push frame + 8
  popf
  lea 4(%esp), %esp
  jmp *target
4: mov $frame, %esp
  iret
recorder:
  pusha
  pushl %ds
  pushl %es
  pushl %fs
  pushl %gs
  mov $${SELECTOR.data}, %eax
  mov %ax, %ds
  mov %ax, %es
  cld
  mov %esp, %ebp
  ${[48, 52, 56, 60].map((at) => `mov ${at}(%ebp), %eax\ncall print`).join('\n')}
  mov 64(%ebp), %eax
  btr $16, %eax /* RF, which QEMU does not push */
  call print
  xor %eax, %eax
  testb $3, 60(%ebp)
  jz 5f
  mov 68(%ebp), %eax
5: call print
  xor %eax, %eax
  testb $3, 60(%ebp)
  jz 6f
  movzwl 72(%ebp), %eax
6: call print
  ${[12, 8, 4, 0].map((at) => `movzwl ${at}(%ebp), %eax\ncall print`).join('\n')}
  ${[44, 40, 36, 32, 24, 20, 16].map((at) => `mov ${at}(%ebp), %eax\ncall print`).join('\n')}
  mov %cr2, %eax
  call print
  sldt %ax
  movzwl %ax, %eax
  call print
  str %ax
  movzwl %ax, %eax
  call print
  mov %cr0, %eax
  call print
  call forget_accessed_code
  ${sum(AT.gdt, (FIRST_RANDOM_DESCRIPTOR + RANDOM_DESCRIPTORS) * 2)}
  ${sum(AT.ldt, LOCAL_DESCRIPTORS * 2)}
  mov ${AT.directory + 4}, %eax
  mov %eax, ${AT.testTable + TEST_PAGES * 4}
  cmpl $14, 48(%ebp)
  jne 9f
  /* Whether a translation that faults marks what it has walked is the processor's own affair (SDM vol. 3, 4.8). */
  mov $${AT.testTable}, %esi
  mov $${TEST_PAGES + 1}, %ecx
0: andl $~0x20, (%esi)
  add $4, %esi
  loop 0b
9:
  ${sum(AT.testTable, TEST_PAGES + 1)}
  ${sum(AT.otherTss, STATE.otherTss)}
  ${sum(AT.userStack - 64, 32)}
  mov $${SELECTOR.data}, %eax
  mov %ax, %ss
  pushl $2
  popf
  clts
  mov %cr0, %eax
  and $~0x00010000, %eax
  mov %eax, %cr0
  mov $${AT.userStack - 128}, %edi
  mov $64, %ecx
  xor %eax, %eax
  rep stosl
  addl $${STATE_BYTES}, cursor
  jmp next
forget_accessed_code:
  /* QEMU does not mark a code segment that a far transfer loads. */
  ${forgetAccessedCode(AT.gdt, FIRST_RANDOM_DESCRIPTOR + RANDOM_DESCRIPTORS)}
  ${forgetAccessedCode(AT.ldt, LOCAL_DESCRIPTORS)}
  ret
checksum:
  xor %eax, %eax
7: rol $5, %eax
  add (%esi), %eax
  add $4, %esi
  loop 7b
print:
  push %ecx
  mov $4, %ecx
8: out %al, $0xe9
  ror $8, %eax
  loop 8b
  pop %ecx
  ret
finish:
  mov $0x10, %al
  out %al, $0xf4
  hlt
${stubs}
  .balign 16
${SNIPPETS.map(({ text }, index) => `snippet_${index}:\n${text}\nint3\nint3`).join('\n')}
  .data
  .align 8
fixed: .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00cffb000000ffff, 0x00cff3000000ffff
  ${descriptors(AT.tss, 0x67, 0x8900)}
  ${descriptors(AT.ldt, LOCAL_DESCRIPTORS * 8 - 1, 0x8200)}
  .quad 0x00cfb3000000ffff, 0x00cfd3000000ffff
  ${descriptors(AT.otherTss, 0x67, 0x8900)}
gdtr: .word ${(FIRST_RANDOM_DESCRIPTOR + RANDOM_DESCRIPTORS) * 8 - 1}
  .long ${AT.gdt}
idtr: .word ${(FIRST_GATE + RANDOM_GATES) * 8 - 1}
  .long ${AT.idt}
  .align 4
frame: .long 0, ${SELECTOR.userCode}, 0, ${AT.userStack}, ${SELECTOR.userData}
targets: .long ${SNIPPETS.map((_, index) => `snippet_${index}`).join(', ')}
target: .long 0
cursor: .long 0
end: .long 0
`;
}

const TABLES_RIGHTS = AT.directory | 7;
