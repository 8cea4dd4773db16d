// What the manuals say of the processor's rarer system features and QEMU does not have: alignment checks, RF in what a
// fault pushes, the virtual interrupt flag, global pages, performance counters, the end of a code segment. Where QEMU
// has it (SYSENTER, breakpoints on ports), its words are compared.
import assert from 'node:assert/strict';
import { assembleRom, runRom, runRomInQemu, words } from '../support/rom.ts';
import { toRing3, toVirtual8086, setControl4, run, faults, ALIGNMENT_FAULT } from './systemRom.ts';
import { PROTECTED, complete } from './systemTables.ts';

describe('The processor, as the manuals have it', () => {
  it('checks alignment at ring 3 with AC and AM, for each size, and nowhere else (SDM vol. 3, 6.15)', () => {
    const seen = run(`
  gate 17, fault_17, 0x8e
  mov %cr0, %eax
  or $0x40000, %eax
  mov %eax, %cr0
  pushf
  orl $0x40000, (%esp)
  popf
  mov 0x3001, %eax
  ${toRing3(0x40000)}
  mov 0x3001, %eax
  mov %eax, 0x3002
  movw 0x3001, %ax
  movw %ax, 0x3003
  addl $1, 0x3002
  movzwl 0x3001, %ecx
  cmpxchg8b 0x3004
  pushl 0x3001
  mov 0x3004, %eax
  movw 0x3002, %ax
  movb 0x3001, %al
  cmpxchg8b 0x3008
  fldl 0x3004
  fstpt 0x3004
  fldl 0x3008
  fstpt 0x3010
  pushf
  andl $~0x40000, (%esp)
  popf
  mov 0x3001, %eax
  ud2
lengths: .byte 5, 5, 6, 6, 7, 7, 7, 6, 6, 6, 0
${ALIGNMENT_FAULT}
`);
    const alignment = ['11', '0'];
    assert.deepEqual(faults(seen), [...Array.from({ length: 10 }, () => alignment), ['6', '0']]);
  });

  it('pushes RF with the flags of a fault, and not with those of INT (SDM vol. 3, 17.3.1.1)', () => {
    const seen = run(`
  gate 6, show, 0x8e
  gate 13, show_error, 0x8e
  gate 15, show, 0x8e
  ud2
  int $15
  mov $0x88, %eax
  mov %ax, %fs
  pushf
  report (%esp)
  jmp finish
show: mov 8(%esp), %eax
  call report_eax
  cmpw $0x0b0f, %cs:(%edx)
  mov (%esp), %edx
  cmpw $0x0b0f, %cs:(%edx)
  jne 1f
  addl $2, (%esp)
1: iret
show_error: mov 12(%esp), %eax
  call report_eax
  add $4, %esp
  addl $2, (%esp)
  iret
lengths:
`);
    const resume = seen.map((word) => (parseInt(word, 16) & 0x10000) !== 0);
    assert.deepEqual(resume, [true, false, true, false]);
  });

  it('shows a program below IOPL its VIF, and refuses what its monitor must see (SDM vol. 3, 20.3 and 20.4)', () => {
    const monitor = `
  ${setControl4(1)}
  movw $0x60, 0x2066 /* the I/O map; the redirection bitmap lies before it */
  movl $0xfffffeff, 0x2044 /* INT 28h stays in the program's table, the others of 20h to 3Fh do not */
  movl $0xf0000000 + own_vector, 0x28 * 4
`;
    const program = `
  sti
  pushf
  pop %ax
  cli
  pushf
  pop %bx
  int $0x28
  int $0x29
  pushfl
  pushf
  pop %cx
  or $0x100, %cx
  push %cx
  popf
  pop %cx
  .byte 0x0f, 0x0b
own_vector:
  mov %sp, %si
  mov %ss:4(%si), %dx
  iret
  .code32
lengths: .byte 2, 2, 1, 0
`;
    const seen = run(`${monitor}
  gate 6, at_end, 0x8e
  ${toVirtual8086(0)}
  ${program}
at_end: report %eax
  report %ebx
  report %edx
  report 8(%esp)
  jmp finish
`);
    const errors = seen.slice(0, 15);
    // INT 29h is not redirected, PUSHFD shows too much, POPF would single step.
    assert.deepEqual(
      faults(errors),
      Array.from({ length: 3 }, () => ['d', '0']),
    );
    const flags = seen.slice(15).map((word) => parseInt(word, 16) & 0x3200);
    // IF shown with IOPL 3; then closed; the redirected INT pushes the closed one.
    assert.deepEqual(flags.slice(0, 3), [0x3200, 0x3000, 0x3000]);
    // The real IF and IOPL never changed.
    assert.equal(flags[3], 0);
  });

  it('gives #GP for STI and POPF while an interrupt is waiting for the program', () => {
    const seen = run(`
  ${setControl4(1)}
  ${toVirtual8086(0x100000)}
  cli
  sti
  push $0x200
  popf
  .byte 0x0f, 0x0b
  .code32
lengths: .byte 1, 1, 0
`);
    assert.deepEqual(faults(seen), [
      ['d', '0'],
      ['d', '0'],
      ['6', '0'],
    ]);
  });

  it('gives ring 3 of protected mode its own interrupt flag with CR4.PVI', () => {
    const seen = run(`
  ${setControl4(2)}
  gate 6, at_end, 0x8e
  ${toRing3(0)}
  sti
  ud2
  cli
  ud2
at_end: report 8(%esp)
  addl $2, (%esp)
  xor $1, %ebp
  jz finish
  iret
lengths:
`);
    const flags = seen.map((word) => parseInt(word, 16) & 0x80200);
    assert.deepEqual(flags, [0x80000, 0]);
  });

  it('breaks on I/O ports with CR4.DE, after the access, word for word as QEMU', function () {
    this.timeout(30_000);
    const text = complete(`${PROTECTED}
  gate 1, debug, 0x8e
  ${setControl4(8)}
  mov $0x71, %eax
  mov %eax, %dr0
  mov $0x20002, %eax
  mov %eax, %dr7
  in $0x70, %al
  in $0x71, %al
  in $0x70, %ax
  mov $0x71, %dx
  outb %al, %dx
  mov $0x71, %eax
  mov 0x71, %al
  jmp finish
debug: mov %dr6, %eax
  call report_eax
  report (%esp)
  xor %eax, %eax
  mov %eax, %dr6
  iret
lengths:
`);
    const rom = assembleRom(text);
    const ours = words(runRom(rom).bytes);
    assert.equal(ours.length, 6);
    const theirs = runRomInQemu(rom);
    if (theirs === undefined) {
      this.skip();
    }
    assert.deepEqual(ours, words(theirs));
  });

  it('takes one NMI at a time: the next one comes behind the IRET of the first (SDM vol. 3, 6.7.1)', () => {
    const send = 'movl $0x4400, 0xfee00300\n';
    const seen = run(`
  gate 2, nmi, 0x8e
  movl $0x1ff, 0xfee000f0
  movl $0, 0xfee00310
  ${send}
  report $0xbb
  jmp finish
nmi: inc %ebp
  report %ebp
  cmp $1, %ebp
  jne 1f
  ${send}
  nop
  report $0xaa
1: iret
lengths:
`);
    assert.deepEqual(seen, ['1', 'aa', '2', 'bb']);
  });

  it('gives #GP to a near transfer that leads beyond the limit of CS, before it has done anything', () => {
    const transfers = [
      'jmp . + 0x6000',
      'cmp %eax, %eax\n je . + 0x6000',
      'call . + 0x6000',
      'mov $0x7000, %ecx\n jmp *%ecx',
      'mov $0x7000, %ecx\n call *%ecx',
      'push $0x7000\n ret',
    ];
    const lengths = [5, 6, 5, 2, 2, 1];
    // A segment of 4 KB pages that ends behind page 5; the ROM's own code lies below it.
    const seen = run(`
  movl $0x00000005, 0x1040
  movl $0x00c09b0f, 0x1044
  ljmp $0x40, $limited
limited:
  ${transfers.map((text) => `${text}\n report %esp`).join('\n')}
  jmp finish
  .org 0x5000
lengths: .byte ${lengths.join(', ')}
`);
    const groups = Array.from({ length: 6 }, (_, index) => seen.slice(index * 6, index * 6 + 6));
    const faultsSeen = groups.map(([vector, error]) => [vector, error]);
    assert.deepEqual(
      faultsSeen,
      groups.map(() => ['d', '0']),
    );
    // The stack is as it was before the transfer: only the word for RET is on it.
    const stacks = groups.map((group) => group[5]);
    assert.deepEqual(stacks, ['7000', '7000', '7000', '7000', '7000', '6ffc']);
  });

  it('gives #GP for an instruction whose last byte lies behind the limit of CS', () => {
    // A code segment whose last byte is the third of the five of `second`; then an instruction of 16 bytes.
    const seen = run(`
  mov $(second + 2), %eax
  mov %ax, 0x1040
  movl $0x0040fb0f, 0x1044
  push $0x23
  push $0x5000
  push $2
  push $0x43
  push $first
  iret
first: inc %esi
second: mov $0x12345678, %eax
lengths: .byte 0
`);
    assert.deepEqual(seen.slice(0, 2), ['d', '0']);
    assert.equal(seen[3], '43');
    const text = complete(PROTECTED + '\n .rept 15\n .byte 0x3e\n .endr\n nop\nlengths: .byte 0\n');
    assert.deepEqual(words(runRom(assembleRom(text)).bytes).slice(0, 2), ['d', '0']);
  });
});
