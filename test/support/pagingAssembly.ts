// Assembly text that test kernels share: identity page tables for 16 MB, and a flat GDT with user segments.

/** Directory at 0x200000, four tables behind it; every page present, writable, user. Destroys EAX, ECX, EDI. */
export const IDENTITY_TABLES = `
  mov $0x200000, %edi
  xor %eax, %eax
  mov $1024, %ecx
  rep stosl
  mov $0x201000, %edi
  mov $7, %eax
  mov $4096, %ecx
9: stosl
  add $0x1000, %eax
  loop 9b
  movl $0x201007, 0x200000
  movl $0x202007, 0x200004
  movl $0x203007, 0x200008
  movl $0x204007, 0x20000c
`;

export const ENABLE_PAGING = `
  mov $0x200000, %eax
  mov %eax, %cr3
  mov %cr0, %eax
  or $0x80010000, %eax
  mov %eax, %cr0
`;

/** Ends the machine with status 33. */
export const FINISH = `
  mov $16, %al
  out %al, $0xf4
  hlt
`;

/** Selectors 0x08 code, 0x10 data, 0x1b user code, 0x23 user data, 0x28 TSS (patched at run time). */
export const TABLES = `
  .data
  .align 8
gdt: .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00cffb000000ffff, 0x00cff3000000ffff
  .quad 0x0000890000000067
gdt_more: .quad 0, 0, 0, 0
gdtr: .word 79
  .long gdt
idtr: .word 0x3ff
  .long idt
  .bss
  .align 8
idt: .fill 0x400
tss: .fill 0x68
  .text
`;

/** Loads GDT and IDT, flat segments and a TSS whose ring 0 stack is at 0x80000. */
export const LOAD_TABLES = `
  lgdt gdtr
  ljmp $8, $9f
9: mov $0x10, %eax
  mov %eax, %ds
  mov %eax, %es
  mov %eax, %ss
  movl $0x80000, tss + 4
  movl $0x10, tss + 8
  mov $tss, %eax
  movw %ax, gdt + 0x2a
  shr $16, %eax
  movb %al, gdt + 0x2c
  movb %ah, gdt + 0x2f
  mov $0x28, %eax
  ltr %ax
  lidt idtr
`;

/** A gate for a vector; type 0x8e interrupt, 0xee interrupt callable from ring 3, 0x8f trap. Destroys EAX. */
export function gate(vector: number, handler: string, type = 0x8e): string {
  return `
  mov $${handler}, %eax
  movw %ax, idt + ${vector * 8}
  shr $16, %eax
  movw %ax, idt + ${vector * 8 + 6}
  movw $8, idt + ${vector * 8 + 2}
  movw $${type << 8}, idt + ${vector * 8 + 4}
`;
}

/** Goes to ring 3 at a label with a stack; interrupts on, IOPL 3. */
export function enterUser(label: string, stack: number): string {
  return `
  mov $0x23, %eax
  mov %eax, %ds
  mov %eax, %es
  push $0x23
  push $${stack}
  push $0x3202
  push $0x1b
  push $${label}
  iret
`;
}
