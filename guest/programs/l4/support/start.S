/* SPDX-License-Identifier: MIT
 *
 * Where the kernel starts a root task (guest/README.md, "Boot"): a stack, and main; when main returns, the machine
 * ends with its value.
 */
#define STACK_SIZE 16384

	.cfi_sections .debug_frame
	.text
	.globl start
	.type start, @function
start:
	.cfi_startproc
	.cfi_undefined eip
	movl $(stack + STACK_SIZE), %esp
	call main
	pushl %eax
	call exit_machine
	.cfi_endproc
	.size start, . - start

	.bss
	.balign 16
	.type stack, @object
	.size stack, STACK_SIZE
stack:
	.skip STACK_SIZE

	.section .note.GNU-stack, "", @progbits
