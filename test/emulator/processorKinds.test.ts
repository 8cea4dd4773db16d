// The Pentium's and the P6 family's own: model-specific registers and counters, CPUID, SYSENTER, global pages; and the
// x87's interrupt 13. Where QEMU has it, its words are compared; else the figures are the manuals'.
import assert from 'node:assert/strict';
import { machineWith, testMachine } from '../support/machineTest.ts';
import { assembleRom, runRom, runRomInQemu, words } from '../support/rom.ts';
import { toRing3, setControl4, run, faults } from './systemRom.ts';
import { PROTECTED, complete } from './systemTables.ts';

/** The hints of the P6 family, 0F18 to 0F1F: with any ModRM and behind any prefix they do nothing. */
const HINTS = Array.from({ length: 8 }, (_, number) => `0x0f, 0x${(0x18 + number).toString(16)}`);
const eachHint = ['0x00', '0x38', '0xe8', '0xc2']
  .flatMap((modrm) => HINTS.map((hint) => `.byte ${hint}, ${modrm}`))
  .concat(HINTS.flatMap((hint) => [`.byte 0x66, ${hint}, 0`, `.byte 0xf3, ${hint}, 0xd9`]))
  .join('\n');

describe('What came after the 486', () => {
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

  it('has the microcode registers of a P6, which takes no update (SDM vol. 3, 9.11)', () => {
    const text = `
  mov $0x8b, %ecx
  mov $5, %eax
  wrmsr
  rdmsr
  report %eax
  mov $0x79, %ecx
  wrmsr
  mov $0x17, %ecx
  mov $5, %eax
  rdmsr
  report %eax
  wrmsr
  mov $0x79, %ecx
  rdmsr
  ud2
lengths: .byte 2, 2, 0
`;
    const seen = run(text, 'i686');
    assert.deepEqual(seen.slice(0, 2), ['0', '0']);
    assert.deepEqual(faults(seen.slice(2)), [
      ['d', '0'],
      ['d', '0'],
      ['6', '0'],
    ]);
  });

  it('has the page attribute table from SSE on, without reserved types (SDM vol. 3, 11.12)', () => {
    const text = `.globl start
start: lgdt gdt_pointer
  mov $0x80000, %esp
  lea idt, %edi
  lea refused, %eax
  mov %ax, 13 * 8(%edi)
  movl $0x8e000008, 13 * 8 + 2(%edi)
  shr $16, %eax
  mov %ax, 13 * 8 + 6(%edi)
  lidt idt_pointer
  mov $0x277, %ecx
  rdmsr
  mov %eax, %esi
  mov $0x01050406, %eax
  wrmsr
  rdmsr
  mov %eax, %edi
  mov $0x01020406, %eax
  wrmsr
  mov $0, %al
  out %al, $0xf4
refused: rdmsr
  mov %eax, %ebx
  mov $1, %al
  out %al, $0xf4
  .p2align 3
gdt: .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_pointer: .word 23; .long gdt
idt_pointer: .word 14 * 8 - 1; .long idt
  .lcomm idt, 14 * 8
`;
    const machine = machineWith(text, { cpu: 'i686+sse' });
    assert.deepEqual(machine.run(100), { reason: 'debugExit', status: 3 });
    const restored = testMachine({ cpu: 'i686+sse' });
    restored.restore(machine.snapshot());
    assert.equal(restored.stateHash(), machine.stateHash());
    const { esi, edi, ebx } = machine.registers();
    assert.deepEqual([esi, edi, ebx], [0x0007_0406, 0x0105_0406, 0x0105_0406]);
    const before = machineWith(text, { cpu: 'i686+mmx' });
    before.run(30);
    assert.equal(before.registers().esi, 0);
    assert.match(before.messages.join(), /RDMSR of register 0x277, which this processor has not/);
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
  ${eachHint}
  report $0x5ee
`;
    const [leaves, , signature, features, counted, done] = run(identify + count + end, 'i686');
    assert.deepEqual(
      [leaves, signature, features, counted, done],
      ['2', '633', 'abbf', '7', '5ee'],
    );
  });

  it('tells its TLBs and caches in the P6 family’s last leaf, which all higher ones repeat', () => {
    const ask = `
  .irp leaf, 2, 3, 0x16, 0x7fffffff
  mov $\\leaf, %eax
  cpuid
  report %eax
  report %edx
  .endr
  report %ebx
  report %ecx
  jmp finish
lengths:
`;
    const four = (...words: string[]) => [1, 2, 3, 4].flatMap(() => words);
    const known = four('3020101', 'c040843').concat('0', '0');
    assert.deepEqual(run(ask, 'i686'), known);
    assert.deepEqual(run(ask, 'i686+sse'), known);
    // Lines of 64 bytes, as CLFLUSH has them
    assert.deepEqual(run(ask, 'i686+sse2').slice(0, 2), ['3020101', '2c04307d']);
    // A Pentium's last leaf is 1
    assert.deepEqual(run(ask, 'pentium'), four('52c', '3bf').concat('0', '0'));
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
});
