// What the manuals say of the processor's rarer system features and QEMU does not have: alignment checks, RF in what a
// fault pushes, the virtual interrupt flag, global pages, performance counters, the end of a code segment. Where QEMU
// has it (SYSENTER, breakpoints on ports), its words are compared.
import assert from 'node:assert/strict';
import { assembleRom, runRom, runRomInQemu, words } from '../support/rom.ts';
import { PROTECTED, complete } from './systemTables.ts';

/** Goes to ring 3 with these flags beside the fixed one. */
const toRing3 = (flags: number): string => `
  push $0x23
  push $0x5000
  push $${flags | 2}
  push $0x1b
  push $user
  mov $0x23, %eax
  mov %ax, %ds
  iret
user:
`;

/** Goes to virtual-8086 mode with these flags, at \`virtual\`. */
const toVirtual8086 = (flags: number): string => `
  push $0
  push $0
  push $0
  push $0
  push $0
  push $0x5000
  push $${flags | 0x20002}
  push $0xf000
  push $virtual
  iret
  .code16
virtual:
`;

const setControl4 = (bits: number): string => `
  mov %cr4, %eax
  or $${bits}, %eax
  mov %eax, %cr4
`;

function run(text: string, cpu: 'pentium' | 'i686' = 'pentium'): string[] {
  const rom = assembleRom(complete(PROTECTED + text));
  const { bytes, result } = runRom(rom, 1_000_000, cpu);
  const seen = words(bytes);
  assert.equal(result.reason, 'debugExit', JSON.stringify([result, seen.slice(0, 40)]));
  return seen;
}

/** Vector and error code of each of so many faults, of the five words that each prints. */
function faults(seen: readonly string[]): string[][] {
  return Array.from({ length: seen.length / 5 }, (_, index) =>
    seen.slice(index * 5, index * 5 + 2),
  );
}

/** A handler for vector 17 (#AC), which pushes an error code. */
const ALIGNMENT_FAULT = `
fault_17: push $17
  jmp fault
`;

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

  it('keeps global pages over a CR3 load, not over INVLPG or a change of CR4 (SDM vol. 3, 4.10.2.4)', () => {
    const tables = `
  mov $0x10000, %edi
  mov $0x3, %eax
  mov $0x400, %ecx
1: stosl
  add $0x1000, %eax
  loop 1b
  movl $0x10003, 0x11000
  mov $0x11000, %eax
  mov %eax, %cr3
  orl $0x100, 0x10000 + 0x20 * 4
  movl $0x1111, 0x20000
  movl $0x2222, 0x21000
  movl $0x3333, 0x22000
  ${setControl4(0x80)}
  mov %cr0, %eax
  or $0x80000000, %eax
  mov %eax, %cr0
  jmp 1f
1: mov 0x20000, %eax
  mov 0x21000, %eax
  movl $0x22103, 0x10000 + 0x20 * 4
  movl $0x22003, 0x10000 + 0x21 * 4
  mov %cr3, %eax
  mov %eax, %cr3
  mov 0x20000, %ecx
  mov 0x21000, %ebx
  report %ecx
  report %ebx
`;
    const end = `
  jmp finish
lengths:
`;
    const reload = 'mov 0x20000, %ecx\n report %ecx\n';
    assert.deepEqual(run(`${tables} invlpg 0x20000\n ${reload} ${end}`, 'i686'), [
      '1111',
      '3333',
      '3333',
    ]);
    const off = 'mov %cr4, %eax\n and $~0x80, %eax\n mov %eax, %cr4\n';
    assert.deepEqual(run(`${tables} ${off} ${reload} ${end}`, 'i686'), ['1111', '3333', '3333']);
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

  it('SYSENTER and SYSEXIT go between flat segments, word for word as QEMU', function () {
    this.timeout(30_000);
    const text = complete(`${PROTECTED}
  sysenter
  mov $0x174, %ecx
  mov $0x80, %eax
  xor %edx, %edx
  wrmsr
  inc %ecx
  mov $0x6000, %eax
  wrmsr
  inc %ecx
  mov $(inside + 0xf0000), %eax
  wrmsr
  mov $(outside + 0xf0000), %edx
  mov $0x4000, %ecx
  sysexit
outside: mov %cs, %eax
  mov %ss, %ebx
  mov %esp, %edi
  pushf
  pop %esi
  sysenter
inside: mov %eax, %edx
  mov %ss, %ecx
  mov %cs, %eax
  shl $16, %eax
  mov %cx, %ax
  mov $0x10, %ecx
  mov %cx, %ds
  mov %cx, %es
  mov %cx, %ss
  ljmp $8, $back
back: call report_eax
  report %ebx
  report %edx
  report %edi
  report %esp
  and $0x200, %esi
  report %esi
  mov $0x174, %ecx
  rdmsr
  call report_eax
  jmp finish
lengths: .byte 2, 0
`);
    const rom = assembleRom(text);
    const ours = runRom(rom, 1_000_000, 'i686');
    assert.equal(ours.result.reason, 'debugExit');
    const theirs = runRomInQemu(rom, 'pentium3');
    if (theirs === undefined) {
      this.skip();
    }
    assert.deepEqual(words(ours.bytes), words(theirs));
  });

  it('refuses on a Pentium what came after it', () => {
    const seen = run(`
  sysenter
  sysexit
  rdpmc
  cmovz %eax, %ebx
  nopl (%eax)
  mov $0x80, %eax
  mov %eax, %cr4
  mov $0x174, %ecx
  rdmsr
  wrmsr
  ud2
lengths: .byte 2, 2, 2, 3, 3, 3, 2, 2, 0
`);
    const undefinedOpcode = ['6', '0'];
    const protection = ['d', '0'];
    assert.deepEqual(faults(seen), [
      ...Array.from({ length: 5 }, () => undefinedOpcode),
      ...Array.from({ length: 3 }, () => protection),
      undefinedOpcode,
    ]);
  });

  it("counts instructions and references at the chosen level with the Pentium's CESR", () => {
    const seen = run(`
  mov $0x11, %ecx
  xor %edx, %edx
  mov $0x00680056, %eax /* CTR1: references at CPL 0 to 2, CTR0: instructions there */
  wrmsr
  .rept 10
  nop
  .endr
  mov 0x3000, %ebx
  mov 0x3000, %ebx
  mov $0x12, %ecx
  rdmsr
  mov %eax, %ebx
  inc %ecx
  rdmsr
  mov %eax, %edi
  report %ebx
  report %edi
  mov $0x11, %ecx
  mov $0x96, %eax /* CTR0: instructions at CPL 3 */
  wrmsr
  mov $0x12, %ecx
  xor %eax, %eax
  wrmsr
  gate 6, at_end, 0x8e
  ${toRing3(0)}
  .rept 7
  nop
  .endr
  ud2
at_end: mov $0x12, %ecx
  rdmsr
  call report_eax
  mov $0x10, %ecx
  mov $5, %edx
  mov $0xffffffff, %eax
  wrmsr
  rdtsc
  report %edx
  jmp finish
lengths:
`);
    // WRMSR itself counts, and a transferring instruction counts at the level it goes to.
    assert.deepEqual(seen, ['e', '2', '8', '6']);
  });

  it('says in CPUID what it is and has, and counts with RDPMC where there is one', () => {
    const identify = `
  mov $0, %eax
  cpuid
  report %eax
  report %ebx
  mov $1, %eax
  cpuid
  report %eax
  report %edx
`;
    const end = 'jmp finish\nlengths:\n';
    // Family 5 model 2: FPU VME DE PSE TSC MSR MCE CX8 APIC. Family 6 model 3: also SEP PGE CMOV.
    assert.deepEqual(run(identify + end), ['1', '756e6547', '52c', '3bf']);
    const count = `
  ${setControl4(0x100)}
  mov $0x186, %ecx
  mov $0x4300c0, %eax
  xor %edx, %edx
  wrmsr
  .rept 5
  nop
  .endr
  xor %ecx, %ecx
  rdpmc
  call report_eax
  ${Array.from({ length: 7 }, (_, hint) => `.byte 0x0f, 0x${(0x19 + hint).toString(16)}, 0`).join('\n')}
`;
    const [, , signature, features, counted] = run(identify + count + end, 'i686');
    assert.deepEqual([signature, features, counted], ['633', 'abbf', '7']);
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

  it('tells of an x87 error by interrupt 13 while CR0.NE is clear, and tries again (SDM vol. 1, D.2)', () => {
    const ports: [number, number][] = [
      ...([
        [0x20, 0x11],
        [0xa0, 0x11],
        [0x21, 0],
        [0xa1, 8],
        [0x21, 4],
        [0xa1, 2],
      ] as const),
      ...([
        [0x21, 1],
        [0xa1, 1],
        [0x21, 0xfb],
        [0xa1, 0xdf],
      ] as const),
    ].map(([port, value]) => [port, value]);
    const seen = run(`
  gate 13, error, 0x8e
  ${ports.map(([port, value]) => `mov $${value}, %al\nout %al, $${port}`).join('\n')}
  fninit
  movw $0x37b, 0x3000
  fldcw 0x3000
  fldz
  fld1
  fdivp
  sti
  fld1
  fnstsw %ax
  movzwl %ax, %eax
  call report_eax
  jmp finish
error: out %al, $0xf0
  fldpi /* IGNNE#: the handler may compute */
  fstp %st
  fnstsw %ax
  movzwl %ax, %eax
  call report_eax
  fnclex
  mov $0x20, %al
  out %al, $0xa0
  out %al, $0x20
  iret
lengths:
`);
    const ZERO_DIVIDE = 4;
    assert.equal(parseInt(seen[0], 16) & 0x3f, ZERO_DIVIDE);
    assert.equal(parseInt(seen[1], 16) & 0x3f, 0);
    assert.equal(seen.length, 2);
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
