/* SPDX-License-Identifier: MIT
 *
 * __kernel_vsyscall: a system call as an L4 IPC to the Linux server. It only communicates; every call goes there.
 *
 *   in:  EAX number, EBX ECX EDX ESI EDI EBP the arguments     out: EAX result, all else as it was
 *
 * 1. the registers go on the user's stack as struct syscall_frame (ebx ecx edx esi edi ebp eax), which the server
 *    reads there; 2. call: word 0 = number, word 1 = the frame's address; 3. word 0 of the reply is the result.
 */
#include <l4/probes.h>
#include "generated/offsets.h"
#include "layout.h"

	.cfi_sections .eh_frame, .debug_frame

/* A place that the server knows (signals.S): pushes and pops are one byte each, so that EIP tells how many are done. */
	.macro	LANDMARK name
	.globl	\name
	.hidden	\name
\name:
	.endm

	.text
	.globl	__kernel_vsyscall
	.type	__kernel_vsyscall, @function
	.globl	system_call
	.hidden	system_call
__kernel_vsyscall:
system_call:
	.cfi_startproc
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	pushl	%ebp
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset ebp, 0
	pushl	%edi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset edi, 0
	pushl	%esi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset esi, 0
	pushl	%edx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset edx, 0
	pushl	%ecx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset ecx, 0
	pushl	%ebx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset ebx, 0
	PROBE_ASM emulation, syscall-entry, "4@%eax"
	movl	%eax, %edx
	cmpl	$NUMBER_BEYOND, %eax
	jb	1f
	movl	$NUMBER_BEYOND, %edx	/* the server must tell numbers from fault addresses */
1:	movl	%esp, %ebx
	xorl	%eax, %eax		/* send: a short message */
	xorl	%ecx, %ecx		/* timeouts: never */
	xorl	%ebp, %ebp		/* receive: a short message, from the server only */
	movl	$SERVER_LOW, %esi
	movl	$SERVER_HIGH, %edi
	int	$VECTOR_IPC
	LANDMARK call_answered
	testb	$RESULT_ERROR_MASK, %al
	jnz	call_failed
	movl	%edx, %eax
	LANDMARK call_result
	PROBE_ASM emulation, syscall-exit, "4@%eax"
	LANDMARK call_restore
	popl	%ebx
	.cfi_adjust_cfa_offset -4
	.cfi_restore ebx
	popl	%ecx
	.cfi_adjust_cfa_offset -4
	.cfi_restore ecx
	popl	%edx
	.cfi_adjust_cfa_offset -4
	.cfi_restore edx
	popl	%esi
	.cfi_adjust_cfa_offset -4
	.cfi_restore esi
	popl	%edi
	.cfi_adjust_cfa_offset -4
	.cfi_restore edi
	popl	%ebp
	.cfi_adjust_cfa_offset -4
	.cfi_restore ebp
	leal	4(%esp), %esp
	.cfi_adjust_cfa_offset -4
	ret
	/* Some other thread of the program has cancelled the IPC; the server never comes here, see signals.S. */
	.cfi_adjust_cfa_offset 28
	.cfi_rel_offset ebx, 0
	.cfi_rel_offset ecx, 4
	.cfi_rel_offset edx, 8
	.cfi_rel_offset esi, 12
	.cfi_rel_offset edi, 16
	.cfi_rel_offset ebp, 20
	LANDMARK call_failed
	movl	$-LINUX_EINTR, %eax
	jmp	call_result
	.globl	call_end
	.hidden	call_end
call_end:
	.cfi_endproc
	.size	__kernel_vsyscall, . - __kernel_vsyscall
