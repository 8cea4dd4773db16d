/* SPDX-License-Identifier: MIT
 *
 * A static program without any library: write(2) and exit(2) by int 0x80 itself. It also shows whether all
 * registers but EAX survive a system call: the exit status counts those that did not.
 */
	.cfi_sections .debug_frame

	.section .rodata
message:
	.ascii	"by int 0x80\n"
	.set	message_length, . - message

	.text
	.globl	_start
	.type	_start, @function
_start:
	.cfi_startproc
	.cfi_undefined eip
	movl	$4, %eax		/* write */
	movl	$1, %ebx
	movl	$message, %ecx
	movl	$message_length, %edx
	movl	$0x51515151, %esi
	movl	$0xD1D1D1D1, %edi
	movl	$0xB9B9B9B9, %ebp
	int	$0x80

	cmpl	$1, %ebx
	movl	$0, %ebx
	je	1f
	incl	%ebx
1:	cmpl	$message, %ecx
	je	1f
	incl	%ebx
1:	cmpl	$message_length, %edx
	je	1f
	incl	%ebx
1:	cmpl	$0x51515151, %esi
	je	1f
	incl	%ebx
1:	cmpl	$0xD1D1D1D1, %edi
	je	1f
	incl	%ebx
1:	cmpl	$0xB9B9B9B9, %ebp
	je	1f
	incl	%ebx
1:	cmpl	$message_length, %eax
	je	1f
	incl	%ebx
1:	movl	$1, %eax		/* exit */
	int	$0x80
	ud2
	.cfi_endproc
	.size	_start, . - _start
