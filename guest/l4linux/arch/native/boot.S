/* SPDX-License-Identifier: MIT
 *
 * Multiboot header and the first instructions of the native kernel. Entered by the boot loader in protected mode
 * without paging, EAX = magic, EBX = Multiboot information (specification 0.6.96, section 3.2). Ends in
 * native_start(magic, information) with paging on and the low identity mapping gone.
 */
	.cfi_sections .debug_frame

#define MULTIBOOT_HEADER_MAGIC 0x1BADB002
#define MULTIBOOT_FLAGS 0x00000003	/* page-aligned modules, memory size wanted */

#define OFFSET 0xC0000000
#define FIRST_KERNEL_ENTRY 768
#define KERNEL_ENTRIES 64		/* of 4 MB: 256 MB */
#define ENTRY_FLAGS 0x83		/* present, writable, 4 MB */
#define CR4_PSE 0x10
#define CR0_PG_NE 0x80000020		/* paging; floating-point errors are exception 16 */

	.section .multiboot, "ax"
	.balign	4
	.4byte	MULTIBOOT_HEADER_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_FLAGS)

	.globl	boot_entry
	.type	boot_entry, @function
boot_entry:
	.cfi_startproc
	.cfi_undefined eip
	cli
	cld
	/* 1. the page directory: physical memory at 0 (4 MB, for this code) and at 3 GB */
	movl	$boot_page_directory - OFFSET, %edi
	movl	$ENTRY_FLAGS, %edx
	movl	%edx, (%edi)
	xorl	%ecx, %ecx
1:	movl	%edx, 4 * FIRST_KERNEL_ENTRY(%edi, %ecx, 4)
	addl	$0x400000, %edx
	incl	%ecx
	cmpl	$KERNEL_ENTRIES, %ecx
	jne	1b
	/* 2. paging on */
	movl	%edi, %cr3
	movl	%cr4, %ecx
	orl	$CR4_PSE, %ecx
	movl	%ecx, %cr4
	movl	%cr0, %ecx
	orl	$CR0_PG_NE, %ecx
	movl	%ecx, %cr0
	movl	$2f, %ecx
	jmp	*%ecx
	/* 3. at 3 GB: the identity mapping goes, a stack comes */
2:	movl	$0, boot_page_directory
	movl	%cr3, %ecx
	movl	%ecx, %cr3
	movl	$boot_stack_top, %esp
	pushl	$0
	popfl
	pushl	%ebx
	pushl	%eax
	call	native_start
	ud2
	.cfi_endproc
	.size	boot_entry, . - boot_entry

	.bss
	.balign	4096
	.globl	boot_page_directory
boot_page_directory:
	.skip	4096
	.skip	4096
boot_stack_top:
