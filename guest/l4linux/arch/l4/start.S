/* SPDX-License-Identifier: MIT
 *
 * The server's main thread starts here, EAX = Multiboot magic, EBX = Multiboot information (guest/README.md), and
 * every other thread in thread_begin, with its function, 0, and the function's argument on its stack.
 */
	.cfi_sections .debug_frame

	.text
	.globl	_start
	.type	_start, @function
_start:
	.cfi_startproc
	.cfi_undefined eip
	movl	$main_stack_top, %esp
	pushl	%ebx
	pushl	%eax
	call	l4_start
	ud2
	.cfi_endproc
	.size	_start, . - _start

	.globl	thread_begin
	.type	thread_begin, @function
thread_begin:
	.cfi_startproc
	.cfi_undefined eip
	ret
	.cfi_endproc
	.size	thread_begin, . - thread_begin

	.bss
	.balign	16
	.skip	8192
main_stack_top:
