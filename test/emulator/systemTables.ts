// The way into protected mode that the ROMs of systemModes.test.ts share.

/**
 * Macros and the way into protected mode. Code segment 8 starts where the ROM does, so that symbols are its offsets;
 * 0x10 is flat data; 0x1b and 0x23 are the same for ring 3; 0x28 is the TSS in use at 0x2000, 0x30 a second one at
 * 0x2100. The GDT lies in RAM at 0x1000, the IDT at 0x1800.
 */
export const PROTECTED = `
  .macro descriptor low, high
  .long \\low, \\high
  .endm
  .macro report value
  mov \\value, %eax
  call report_eax
  .endm
  .macro gate vector, handler, type
  movw $\\handler, 0x1800 + \\vector * 8
  movw $8, 0x1802 + \\vector * 8
  movw $\\type << 8, 0x1804 + \\vector * 8
  movw $0, 0x1806 + \\vector * 8
  .endm
  cli
  mov $0x100, %ax
  mov %ax, %es
  xor %di, %di
  mov $gdt, %si
  mov $(gdt_end - gdt), %cx
  cld
  rep movsb %cs:(%si), %es:(%di)
  lgdtl %cs:gdtr
  lidtl %cs:idtr
  mov %cr0, %eax
  and $0x1fffffff, %eax
  or $1, %eax
  mov %eax, %cr0
  ljmpl $8, $protected
gdt: descriptor 0, 0
  descriptor 0x0000ffff, 0x00409b0f
  descriptor 0x0000ffff, 0x00cf9300
  descriptor 0x0000ffff, 0x0040fb0f
  descriptor 0x0000ffff, 0x00cff300
  descriptor 0x20000067, 0x00008900
  descriptor 0x21000067, 0x00008900
  descriptor 0x2200002b, 0x00008100 /* 0x38: a 16-bit TSS at 0x2200 */
  descriptor 0x0000ffff, 0x00009b0f /* 0x40: 16-bit code */
  descriptor 0x00080000 + gate_32, 0x0000ec02 /* 0x48: call gate, two doublewords */
  descriptor 0x00400000 + gate_16, 0x0000e403 /* 0x50: 16-bit call gate, three words */
  descriptor 0x00300000, 0x0000e500 /* 0x58: task gate to 0x30 */
  descriptor 0x2300001f, 0x00008200 /* 0x60: LDT at 0x2300 */
  descriptor 0x0000ffff, 0x00009300 /* 0x68: 16-bit data, 64 KB */
  descriptor 0x00000fff, 0x00409700 /* 0x70: expand-down, above 0xfff */
gdt_end:
gdtr: .word gdt_end - gdt - 1
  .long 0x1000
idtr: .word 0x8f
  .long 0x1800
  .code32
report_eax:
  push %ecx
  mov $4, %ecx
1: out %al, $0xe9
  ror $8, %eax
  loop 1b
  pop %ecx
  ret
finish:
  mov $0x10, %al
  out %al, $0xf4
  hlt
/* Prints the vector and the whole frame, ring 0's own words too, and goes on behind the instruction. */
fault_13: push $13
  jmp fault
fault_11: push $11
  jmp fault
fault_12: push $12
  jmp fault
fault_10: push $10
  jmp fault
fault_6: push $0
  push $6
fault:
  push %edx
  mov %esp, %edx
  push %ds
  push %eax
  mov $0x10, %eax
  mov %ax, %ds
  report 4(%edx)
  report 8(%edx)
  report 12(%edx)
  report 16(%edx)
  mov 20(%edx), %eax
  btr $16, %eax /* RF, which QEMU does not push */
  call report_eax
  mov 12(%edx), %eax
  movzbl %cs:lengths(%ebp), %eax
  test %eax, %eax
  jz finish
  inc %ebp
  add %eax, 12(%edx)
  pop %eax
  pop %ds
  pop %edx
  add $8, %esp
  iret
protected:
  mov $0x10, %eax
  mov %ax, %ds
  mov %ax, %es
  mov %ax, %ss
  mov $0x7000, %esp
  xor %ebp, %ebp
  xor %edx, %edx
  mov $0x2000, %edi
  mov $0x100, %ecx
  xor %eax, %eax
  rep stosl
  movl $0x6000, 0x2004
  movl $0x10, 0x2008
  movw $0x68, 0x2066
  mov $0x28, %eax
  ltr %ax
  gate 6, fault_6, 0x8e
  gate 10, fault_10, 0x8e
  gate 11, fault_11, 0x8e
  gate 12, fault_12, 0x8e
  gate 13, fault_13, 0x8e
`;

/** Labels that a case leaves out. */
export function complete(text: string): string {
  const missing = ['gate_32', 'gate_16', 'lengths'].filter((name) => !text.includes(`${name}:`));
  return text.includes('gate_32')
    ? `${text}\n${missing.map((name) => `${name}:`).join('\n')}`
    : text;
}
