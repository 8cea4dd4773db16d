// Real mode, virtual-8086 mode, gates, tasks and LDTs: small ROMs whose every word is compared with QEMU's.
import assert from 'node:assert/strict';
import { assembleRom, runRom, runRomInQemu, words } from '../support/rom.ts';
import { PROTECTED, complete } from './systemTables.ts';

const CASES: readonly [name: string, text: string][] = [
  [
    'real mode: vectors, far transfers, 16-bit and 32-bit operands, and a segment larger than 64 KB from protected mode',
    `
  xor %ax, %ax
  mov %ax, %ss
  mov $0x7000, %sp
  mov %ax, %ds
  movw $handler, 0x80
  movw $0xf000, 0x82
  movw $division, 0
  movw $0xf000, 2
  mov $0x12345678, %eax
  stc
  int $0x20
  lcall $0xf000, $far
  mov $0x1234, %ax
  xor %dx, %dx
  xor %bx, %bx
  div %bx
  mov $0xffff, %bx
  lea 2(%bx), %cx
  movl %ecx, %eax
  call print
  lgdtl %cs:gdtr
  mov %cr0, %eax
  or $1, %al
  mov %eax, %cr0
  mov $8, %bx
  mov %bx, %fs
  and $0xfe, %al
  mov %eax, %cr0
  mov $0x123456, %ebx
  movl $0xcafebabe, %fs:(%ebx)
  movl %fs:(%ebx), %eax
  call print
  mov $0x10, %al
  out %al, $0xf4
  hlt
handler:
  call print
  mov %esp, %eax
  call print
  mov %sp, %bp
  movl (%bp), %eax
  call print
  movw 4(%bp), %ax
  and $0xfeff, %ax
  call print
  iret
far: mov %cs, %ax
  call print
  lret
division:
  mov %sp, %bp
  movl (%bp), %eax
  call print
  addw $2, (%bp)
  iret
print:
  push %cx
  mov $4, %cx
1: out %al, $0xe9
  ror $8, %eax
  loop 1b
  pop %cx
  ret
  .align 4
gdt: .long 0, 0, 0x0000ffff, 0x00cf9300
gdtr: .word 15
  .long gdt + 0xf0000
`,
  ],
  [
    'virtual-8086 mode: what needs IOPL 3, what is refused, and segments as paragraphs',
    `${PROTECTED}
  push $0x4444
  push $0x3333
  push $0x2222
  push $0x1111
  push $0x500
  push $0x5000
  push $0x20202
  push $0xf000
  push $virtual
  iret
  .code16
virtual:
  mov %es, %ax
  mov %gs, %bx
  mov %ax, %es:0x10
  int $0x21
  cli
  sti
  pushf
  popf
  iret
  in $0x60, %al
  mov %cr0, %eax
  hlt
  arpl %ax, %bx
  sldt %ax
  push %ax
  lcall $0xf000, $nearby
  lahf
  int $0x0d
  ud2
lengths: .byte 2, 1, 1, 1, 1, 1, 2, 3, 1, 2, 3, 2, 0
nearby: lret
  .code32
`,
  ],
  [
    'call gates of both sizes from ring 3, with parameters, and far returns that release them',
    `${PROTECTED}
  push $0x23
  push $0x5000
  push $0x3202
  push $0x1b
  push $user
  iret
user:
  mov $0x23, %eax
  mov %ax, %ds
  mov %ax, %es
  push $0x11111111
  push $0x22222222
  lcall $0x4b, $0x1234
  report %esp
  pushw $0x3333
  pushw $0x4444
  pushw $0x5555
  lcall $0x53, $0
  report %esp
  lcall $0x1b, $nearby
  lcall $0x0b, $nearby
  lcall $0x3b, $0
  mov $0x18, %eax
  mov %ax, %ss
  mov $0x10, %eax
  mov %ax, %es
  verr %ax
  lar %ax, %ecx
  sete %al
  report %eax
  lsl %ebx, %ecx
  jmp finish
nearby: report $0x77
  lret
lengths: .byte 7, 7, 2, 2, 2, 2
gate_32:
  mov %esp, %esi
  report %esp
  report %ss:(%esi)
  report %ss:4(%esi)
  report %ss:8(%esi)
  report %ss:12(%esi)
  report %ss:16(%esi)
  report %ss:20(%esi)
  lret $8
  .code16
gate_16:
  mov %esp, %esi
  .set offset, 0
  .rept 7
  movzwl %ss:offset(%esi), %eax
  lcalll $8, $print_far
  .set offset, offset + 2
  .endr
  lretw $6
  .code32
print_far:
  call report_eax
  lretl
`,
  ],
  [
    'hardware tasks: JMP, CALL and IRET, an interrupt through a task gate, and what the TSSs hold afterwards',
    `${PROTECTED}
  movl $second, 0x2120
  movl $0x2, 0x2124
  movl $0x111, 0x2128
  movl $0x7800, 0x2138
  movl $0x222, 0x2144
  movl $0x10, 0x2148
  movl $8, 0x214c
  movl $0x10, 0x2150
  movl $0x10, 0x2154
  movl $0x60, 0x2160
  movl $0x0000ffff, 0x2308
  movl $0x0040f200, 0x230c
  mov $0x999, %ebx
  mov $0x24681357, %esi
  ljmp $0x30, $0
  report $0x1001
  movl $second_called, 0x2120
  lcall $0x58, $0
  report $0x1002
  pushf
  pop %eax
  call report_eax
  movl $second_interrupted, 0x2120
  movl $0x0000e500, 0x1800 + 9 * 8 + 4
  movl $0x00300000, 0x1800 + 9 * 8
  int $9
  report $0x1003
  mov $0x2000, %esi
  call dump
  mov $0x2100, %esi
  call dump
  report 0x102c
  report 0x1034
  mov %cr0, %eax
  and $8, %eax
  call report_eax
  ljmp $0x28, $0
  str %eax
  call report_eax
  jmp finish
lengths: .byte 7
dump: mov $26, %ecx
1: lodsl
  call report_eax
  loop 1b
  ret
second:
  call report_eax
  report %esp
  report %edi
  str %eax
  call report_eax
  sldt %eax
  call report_eax
  mov $0x0f, %eax
  mov %ax, %fs
  pushf
  pop %eax
  call report_eax
  ljmp $0x28, $0
second_called:
  report $0x2001
  report 0x2100
  pushf
  pop %eax
  call report_eax
  iret
  report $0x2002
second_interrupted:
  report $0x2003
  iret
`,
  ],
  [
    'debug registers: writes, reads or writes of 1, 2 and 4 bytes, a repeated string, single steps, DR6 and DR7',
    `${PROTECTED}
  gate 1, debug, 0x8e
  mov $0x3000, %eax
  mov %eax, %dr0
  mov $0x3005, %eax
  mov %eax, %dr1
  mov $0x3008, %eax
  mov %eax, %dr2
  xor %eax, %eax
  mov %eax, %dr6
  pushf
  orl $0x100, (%esp)
  popf
  mov $2, %ecx
  mov $0x4000, %edi
  rep stosb
  movl $9, 0x3000
  nop
  pushf
  andl $~0x100, (%esp)
  popf
  mov $0x073d002a, %eax
  mov %eax, %dr7
  movl $1, 0x2ffc
  movl $2, 0x3000
  mov 0x3000, %eax
  movb $3, 0x3003
  movl $4, 0x3004
  mov 0x3004, %al
  mov 0x3005, %al
  incw 0x3004
  mov 0x3008, %eax
  addl $1, 0x3008
  push 0x3008
  pop 0x300c
  mov $0x2ff8, %edi
  mov $6, %ecx
  xor %eax, %eax
  rep stosl
  mov %dr6, %eax
  call report_eax
  xor %eax, %eax
  mov %eax, %dr7
  mov %dr7, %eax
  call report_eax
  movl $2, 0x3000
  jmp finish
lengths:
debug: push %eax
  report 4(%esp)
  report %ecx
  mov %dr6, %eax
  and $0xffff, %eax
  call report_eax
  test $8, %al
  jz 1f
  orl $0x10000, 12(%esp)
1: xor %eax, %eax
  mov %eax, %dr6
  pop %eax
  iret
`,
  ],
];

/** QEMU checks no limits; these figures are the manuals'. */
const SEGMENTS = `${PROTECTED}
  mov $0x70, %eax
  mov %ax, %fs
  mov %fs:0x1000, %eax
  mov %fs:0xfff, %eax
  mov %fs:0xffe, %al
  mov $0x68, %eax
  mov %ax, %gs
  mov %gs:0xfffc, %eax
  mov %gs:0xfffd, %eax
  mov $0x80, %eax
  mov %ax, %gs
  mov $0x8, %eax
  mov %ax, %ss
  mov %eax, %cs:0
  mov $0x68, %eax
  mov %ax, %ss
  mov $0x12340004, %esp
  push %eax
  push %ebx
  report %esp
  pushw $0x5566
  pop %ax
  report %esp
  mov $0x10, %eax
  mov %ax, %ss
  mov $0x7000, %esp
  lcallw $0x40, $narrow
  report %esp
  jmp finish
lengths: .byte 6, 6, 6, 2, 2, 6
  .code16
narrow:
  mov $0x1234, %ax
  push %ax
  pop %bx
  lcalll $8, $print_far
  lretw
  .code32
print_far:
  call report_eax
  lretl
`;

const EXECUTION = `${PROTECTED}
  gate 1, debug, 0x8e
  mov $(counted + 0xf0000), %eax
  mov %eax, %dr0
  mov $(faulting + 0xf0000), %eax
  mov %eax, %dr1
  mov $0x40a, %eax
  mov %eax, %dr7
  xor %ecx, %ecx
  mov $2, %ebx
counted: inc %ecx
  dec %ebx
  jnz counted
  movw $mend, 0x1800 + 13 * 8
  xor %ebx, %ebx
  mov %bx, %fs
faulting: mov %fs:0, %eax
  report %ecx
  jmp finish
mend: mov $0x10, %eax
  mov %ax, %fs
  add $4, %esp
  iret
debug: mov %dr6, %eax
  call report_eax
  report %ecx
  xor %eax, %eax
  mov %eax, %dr6
  orl $0x10000, 8(%esp)
  iret
lengths:
`;

describe('System states, word for word as on QEMU', () => {
  for (const [name, text] of CASES) {
    it(name, function () {
      this.timeout(60_000);
      const rom = assembleRom(complete(text));
      const ours = runRom(rom);
      assert.equal(
        ours.result.reason,
        'debugExit',
        JSON.stringify([ours.result, words(ours.bytes).slice(-40)]),
      );
      const theirs = runRomInQemu(rom);
      if (theirs === undefined) {
        this.skip();
      }
      assert.deepEqual(words(ours.bytes), words(theirs));
    });
  }

  it('segment limits, which QEMU does not check, expand-down ones too, and a 16-bit stack', () => {
    const { bytes, result } = runRom(assembleRom(complete(SEGMENTS)));
    assert.equal(result.reason, 'debugExit');
    const seen = words(bytes);
    const faults = Array.from({ length: 6 }, (_, index) => seen.slice(index * 5, index * 5 + 2));
    const beyondLimit = ['d', '0'];
    assert.deepEqual(faults, [
      beyondLimit, // below an expand-down segment's first byte, by one and by two
      beyondLimit,
      beyondLimit, // the last byte of four beyond 64 KB
      ['d', '80'], // no such descriptor
      ['d', '8'], // a code segment as a stack
      beyondLimit, // a store into code
    ]);
    assert.deepEqual(seen.slice(30), ['1234fffc', '1234fffc', '1234', '7000']);
  });

  it('breakpoints on execution: before the instruction, once while RF is set, and after a fault in it not again', () => {
    const { bytes, result } = runRom(assembleRom(complete(EXECUTION)));
    assert.equal(result.reason, 'debugExit');
    // DR6 at each #DB, and the count of instructions behind the breakpoint so far.
    assert.deepEqual(words(bytes), ['ffff0ff1', '0', 'ffff0ff1', '1', 'ffff0ff2', '2', '2']);
  });
});
