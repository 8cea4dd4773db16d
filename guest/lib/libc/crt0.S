/* SPDX-License-Identifier: MIT
 *
 * Where a program starts. The kernel has put argc at (%esp), argv and the environment above it, and the
 * auxiliary vector behind them (System V ABI, i386 supplement, "Process Initialization"). The frame
 * description ends here: nothing called this.
 */
	.cfi_sections .debug_frame

	.text
	.globl	_start
	.type	_start, @function
_start:
	.cfi_startproc
	.cfi_undefined eip
	xorl	%ebp, %ebp
	movl	%esp, %eax
	andl	$-16, %esp
	subl	$12, %esp
	pushl	%eax
	call	__libc_start
	ud2
	.cfi_endproc
	.size	_start, . - _start
