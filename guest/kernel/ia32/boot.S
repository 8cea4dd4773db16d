/* SPDX-License-Identifier: MIT
 *
 * The first instructions: a Multiboot 1 loader enters here in protected mode with paging off. Maps the first
 * 256 MB of physical memory at 0 and at the window with 4 MB pages, switches paging on, and calls the C side in
 * the window. Multiboot specification 0.6.96, sections 3.1 and 3.2.
 */
#include "layout.h"

#define MULTIBOOT_MAGIC 0x1badb002
#define MULTIBOOT_FLAGS 0x00000003 /* page-aligned modules, memory size */
#define PDE_SUPERPAGE 0x83         /* 4 MB, writable, present */
#define BOOT_STACK_SIZE 4096

	.cfi_sections .debug_frame

	.section .multiboot, "ax"
	.balign 4
	.long MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

	.text
/* EAX: the loader's magic, EBX: physical address of the Multiboot information. Does not return. */
	.globl boot_entry
	.type boot_entry, @function
boot_entry:
	.cfi_startproc
	.cfi_undefined eip
	/* 1. The page directory, by its physical address: superpage n at 0 + n and at the window + n. */
	movl $(kernel_page_directory - WINDOW_BASE), %edi
	movl $PDE_SUPERPAGE, %edx
	movl $(WINDOW_SIZE / SUPERPAGE_SIZE), %ecx
1:	movl %edx, (%edi)
	movl %edx, (WINDOW_BASE / SUPERPAGE_SIZE * 4)(%edi)
	addl $4, %edi
	addl $SUPERPAGE_SIZE, %edx
	decl %ecx
	jnz 1b

	/* 2. 4 MB pages on (CR4.PSE), then paging and write protection for ring 0 (CR0.PG, CR0.WP). */
	movl %cr4, %edx
	orl $0x10, %edx
	movl %edx, %cr4
	movl $(kernel_page_directory - WINDOW_BASE), %edx
	movl %edx, %cr3
	movl %cr0, %edx
	orl $0x80010000, %edx
	movl %edx, %cr0

	/* 3. Into the window; EAX and EDX are the C side's two arguments. */
	movl $(boot_stack + BOOT_STACK_SIZE), %esp
	xorl %ebp, %ebp
	movl %ebx, %edx
	movl $kernel_main, %ecx
	call *%ecx
	.cfi_endproc
	.size boot_entry, . - boot_entry

	.bss
	.balign 4096
	.globl kernel_page_directory
	.type kernel_page_directory, @object
	.size kernel_page_directory, 4096
kernel_page_directory:
	.skip 4096
	.type boot_stack, @object
	.size boot_stack, BOOT_STACK_SIZE
boot_stack:
	.skip BOOT_STACK_SIZE

	.section .note.GNU-stack, "", @progbits
