/* SPDX-License-Identifier: MIT
 *
 * Speaks to the Linux server past the library: announces a system call whose frame lies where the program has no
 * memory. It can mean nothing but a bad access of the program itself, and must cost nobody else anything.
 */
#define SERVER_LOW 0x00080001
#define SERVER_HIGH 0x00080000
#define SYS_write 4
#define WILD_FRAME 0xBFFFD000

	.cfi_sections .debug_frame

	.text
	.globl	_start
	.type	_start, @function
_start:
	.cfi_startproc
	.cfi_undefined eip
	xorl	%eax, %eax
	xorl	%ecx, %ecx
	movl	$SYS_write, %edx
	movl	$WILD_FRAME, %ebx
	movl	$SERVER_LOW, %esi
	movl	$SERVER_HIGH, %edi
	xorl	%ebp, %ebp
	int	$0x30
	ud2
	.cfi_endproc
	.size	_start, . - _start
