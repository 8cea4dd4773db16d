/* SPDX-License-Identifier: MIT
 *
 * The switch of kernel stacks: the one place where a thread stops running, so that whatever does not run has a
 * valid struct switch_frame at its kernel_esp.
 */
#include <generated/offsets.h>

	.cfi_sections .debug_frame
	.text

/* void switch_stack(struct switch_frame **save (EAX), struct switch_frame *next (EDX))
 * Called by thread_switch_to alone. Saves the registers that C expects preserved; the others are dead. */
	.globl switch_stack
	.type switch_stack, @function
switch_stack:
	.cfi_startproc
	subl $SWITCH_EIP, %esp
	.cfi_adjust_cfa_offset SWITCH_EIP
	movl %ebx, SWITCH_EBX(%esp)
	movl %esi, SWITCH_ESI(%esp)
	movl %edi, SWITCH_EDI(%esp)
	movl %ebp, SWITCH_EBP(%esp)
	.cfi_rel_offset ebx, SWITCH_EBX
	.cfi_rel_offset esi, SWITCH_ESI
	.cfi_rel_offset edi, SWITCH_EDI
	.cfi_rel_offset ebp, SWITCH_EBP
	movl %esp, (%eax)
	movl %edx, %esp
	.globl switch_in	/* ipc_fast.S comes here with ESP at a switch_frame */
switch_in:
	movl SWITCH_EBX(%esp), %ebx
	movl SWITCH_ESI(%esp), %esi
	movl SWITCH_EDI(%esp), %edi
	movl SWITCH_EBP(%esp), %ebp
	addl $SWITCH_EIP, %esp
	.cfi_adjust_cfa_offset -SWITCH_EIP
	.cfi_restore ebx
	.cfi_restore esi
	.cfi_restore edi
	.cfi_restore ebp
	ret
	.cfi_endproc
	.size switch_stack, . - switch_stack

	.section .note.GNU-stack, "", @progbits
