// The benchmark's own Multiboot kernels. Each does a fixed amount of work and writes port 0xF4; the instruction
// counts come from our machine, so that every emulator is judged by the same number.

const TAIL = `
finish:
  mov $0x10, %al
  out %al, $0xf4
  jmp .
`;

/** A CRC over registers: shifts, conditional branches, no memory. */
const INTEGER = `
  .globl start
start:
  mov $0x20000, %esp
  mov $REPEAT, %ebx
outer:
  mov $0x12345678, %eax
  mov $1000, %ecx
1: mov %eax, %edx
  shr $1, %eax
  and $1, %edx
  jz 2f
  xor $0xedb88320, %eax
2: add %ecx, %eax
  rol $3, %edx
  lea 1(%eax,%edx,2), %esi
  xor %esi, %edi
  dec %ecx
  jnz 1b
  dec %ebx
  jnz outer
${TAIL}`;

/** Identity page tables for 16 MB at 2 MB. */
const PAGING = `
  mov $0x200000, %edi
  xor %eax, %eax
  mov $0x5000, %ecx
  rep stosl
  mov $0x201000, %edi
  mov $7, %eax
1: mov %eax, (%edi)
  add $4, %edi
  add $0x1000, %eax
  cmp $0x1000007, %eax
  jne 1b
  movl $0x201007, 0x200000
  movl $0x202007, 0x200004
  movl $0x203007, 0x200008
  movl $0x204007, 0x20000c
  mov $0x200000, %eax
  mov %eax, %cr3
  mov %cr0, %eax
  or $0x80000000, %eax
  mov %eax, %cr0
`;

/** Records in memory, calls, pushes and pops, under paging. */
const MEMORY = `
  .globl start
start:
  mov $0x20000, %esp
${PAGING}
  mov $REPEAT, %ebx
outer:
  mov $0x300000, %esi
  mov $2000, %ecx
1: mov (%esi), %eax
  add 4(%esi), %eax
  push %eax
  call update
  pop %edx
  mov %edx, 8(%esi)
  movzbl 9(%esi), %edx
  add %edx, 12(%esi)
  cmp $100, %edx
  jb 2f
  incl 16(%esi)
2: add $32, %esi
  dec %ecx
  jnz 1b
  dec %ebx
  jnz outer
  jmp finish
update:
  push %ebp
  mov %esp, %ebp
  mov 8(%ebp), %eax
  lea (%eax,%eax,4), %eax
  xor %ecx, %eax
  mov %eax, (%esi)
  leave
  ret
${TAIL}`;

/** GDT, TSS and an interrupt gate of level 3 to `handler` at `vector`; goes on in ring 3 at `user`. */
function enterRing3(vector: number): string {
  return `
  lgdt gdtr
  ljmp $8, $1f
1: mov $0x10, %eax
  mov %eax, %ss
  mov $0x23, %eax
  mov %eax, %ds
  mov %eax, %es
  movl $0x20000, tss + 4
  movl $0x10, tss + 8
  mov $tss, %eax
  movw %ax, gdt + 0x2a
  shr $16, %eax
  movb %al, gdt + 0x2c
  movb %ah, gdt + 0x2f
  mov $0x28, %eax
  ltr %ax
  mov $handler, %eax
  mov %ax, idt + ${vector}*8
  shr $16, %eax
  mov %ax, idt + ${vector}*8 + 6
  movw $8, idt + ${vector}*8 + 2
  movw $0xee00, idt + ${vector}*8 + 4
  lidt idtr
  push $0x23
  push $0x30000
  push $0x3002
  push $0x1b
  push $user
  iret
`;
}

const RING_TABLES = `
  .data
  .align 8
gdt: .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00cffb000000ffff, 0x00cff3000000ffff
  .quad 0x0000890000000067
gdtr: .word 47
  .long gdt
idtr: .word 0x3ff
  .long idt
  .bss
  .align 8
idt: .fill 0x400
tss: .fill 0x68
`;

/** Ring 3 executes INT, the kernel returns: the µ-kernel's daily work. */
const INTERRUPT = `
  .globl start
start:
  mov $0x20000, %esp
${PAGING}
${enterRing3(0x30)}
user:
  mov $REPEAT, %ebx
1: int $0x30
  dec %ebx
  jnz 1b
  jmp finish
handler:
  inc %edi
  iret
${TAIL}${RING_TABLES}`;

/**
 * Ring 3 reads and writes pages that are not present, from a window of 64: the handler maps the page of CR2, takes
 * away the one that was mapped before it, and returns to the instruction. Two faults a round.
 */
const PAGE_FAULT = `
  .globl start
start:
  mov $0x20000, %esp
${PAGING}
  mov $0x201c00, %edi
  mov $64, %ecx
  xor %eax, %eax
  rep stosl
  mov $0x201c00, %edi
${enterRing3(14)}
user:
  mov $REPEAT, %ebx
  mov $0x300000, %esi
1: mov (%esi), %eax
  mov %eax, 0x1000(%esi)
  add $0x2000, %esi
  and $0x33ffff, %esi
  dec %ebx
  jnz 1b
  jmp finish
handler:
  push %eax
  push %edx
  movl $0, (%edi)
  invlpg (%ebp)
  mov %cr2, %eax
  mov %eax, %ebp
  mov %eax, %edx
  shr $12, %edx
  or $7, %eax
  lea 0x201000(,%edx,4), %edi
  mov %eax, (%edi)
  pop %edx
  pop %eax
  add $4, %esp
  iret
${TAIL}${RING_TABLES}`;

/** Two page directories in turn, and three references after each switch. */
const SWITCH = `
  .globl start
start:
  mov $0x20000, %esp
${PAGING}
  mov $0x200000, %esi
  mov $0x205000, %edi
  mov $1024, %ecx
  rep movsl
  mov $REPEAT, %ebx
1: mov $0x205000, %eax
  mov %eax, %cr3
  mov 0x300000, %ecx
  add 0x301000, %ecx
  mov %ecx, 0x302000
  mov $0x200000, %eax
  mov %eax, %cr3
  mov 0x300000, %ecx
  add 0x301000, %ecx
  mov %ecx, 0x302000
  dec %ebx
  jnz 1b
${TAIL}`;

export interface BenchKernel {
  readonly name: string;
  readonly assembly: string;
  /** Outer rounds: chosen for about a second in our interpreter. */
  readonly repeat: number;
}

function kernel(name: string, assembly: string, repeat: number): BenchKernel {
  return { name, assembly: assembly.replaceAll('REPEAT', String(repeat)), repeat };
}

export const KERNELS: readonly BenchKernel[] = [
  kernel('integer', INTEGER, 12_000),
  kernel('memory with paging', MEMORY, 2_500),
  kernel('int and iret', INTERRUPT, 2_000_000),
  kernel('page fault', PAGE_FAULT, 500_000),
  kernel('CR3 switch', SWITCH, 1_000_000),
];
