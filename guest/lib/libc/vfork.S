/* SPDX-License-Identifier: MIT
 *
 *   int vfork(void);
 *
 * The child runs on its parent's stack and returns first, so nothing that the parent still needs may stand on the
 * stack during the call: the return address waits in ECX, and the way in is int 0x80, which pushes nothing there.
 */
#define SYS_VFORK 190

	.cfi_sections .debug_frame

	.text
	.globl	vfork
	.type	vfork, @function
vfork:
	.cfi_startproc
	popl	%ecx
	.cfi_adjust_cfa_offset -4
	.cfi_register eip, ecx
	movl	$SYS_VFORK, %eax
	int	$0x80
	pushl	%ecx
	.cfi_adjust_cfa_offset 4
	.cfi_offset eip, -4
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	call	__checked
	addl	$4, %esp
	.cfi_adjust_cfa_offset -4
	ret
	.cfi_endproc
	.size	vfork, . - vfork
