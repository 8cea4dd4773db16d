/* SPDX-License-Identifier: MIT
 *
 * Where the kernel starts sigma0: EBX is the address of the kernel info page, all else is zero.
 */
#define STACK_SIZE 4096

	.cfi_sections .debug_frame
	.text
	.globl start
	.type start, @function
start:
	.cfi_startproc
	.cfi_undefined eip
	movl $(stack + STACK_SIZE), %esp
	pushl %ebx
	call sigma0_main
	.cfi_endproc
	.size start, . - start

	.bss
	.balign 16
	.type stack, @object
	.size stack, STACK_SIZE
stack:
	.skip STACK_SIZE

	.section .note.GNU-stack, "", @progbits
