/* SPDX-License-Identifier: MIT
 *
 * The one place where this library enters the kernel.
 *
 *   long __system_call(long number, long a1, long a2, long a3, long a4, long a5, long a6);
 *
 * Returns what the kernel returned in EAX, a negative errno on failure. The registers go where Linux/i386
 * wants them: number EAX, arguments EBX ECX EDX ESI EDI EBP. The way in is whatever __sysinfo points to: the
 * address from AT_SYSINFO (the emulation library), or __int80 below.
 */
	.cfi_sections .debug_frame

	.text
	.globl	__system_call
	.type	__system_call, @function
__system_call:
	.cfi_startproc
	pushl	%ebx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset ebx, 0
	pushl	%esi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset esi, 0
	pushl	%edi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset edi, 0
	pushl	%ebp
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset ebp, 0
	movl	20(%esp), %eax
	movl	24(%esp), %ebx
	movl	28(%esp), %ecx
	movl	32(%esp), %edx
	movl	36(%esp), %esi
	movl	40(%esp), %edi
	movl	44(%esp), %ebp
	call	*__sysinfo
	popl	%ebp
	.cfi_adjust_cfa_offset -4
	.cfi_restore ebp
	popl	%edi
	.cfi_adjust_cfa_offset -4
	.cfi_restore edi
	popl	%esi
	.cfi_adjust_cfa_offset -4
	.cfi_restore esi
	popl	%ebx
	.cfi_adjust_cfa_offset -4
	.cfi_restore ebx
	ret
	.cfi_endproc
	.size	__system_call, . - __system_call

/* The way in when no library was announced: native Linux, and --syscalls trampoline. */
	.globl	__int80
	.type	__int80, @function
__int80:
	.cfi_startproc
	int	$0x80
	ret
	.cfi_endproc
	.size	__int80, . - __int80
