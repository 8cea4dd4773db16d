/* SPDX-License-Identifier: MIT
 *
 *   void arch_coroutine_switch(struct coroutine *from, struct coroutine *to);
 *
 * Leaves the C caller's coroutine and returns in the other. Saved on the left stack, in this order from its end:
 * EFLAGS (so that a critical section belongs to its coroutine), EDI, ESI, EBX, EBP, the return address. Both
 * ports share this.
 */
	.cfi_sections .debug_frame

	.text
	.globl	arch_coroutine_switch
	.type	arch_coroutine_switch, @function
arch_coroutine_switch:
	.cfi_startproc
	movl	4(%esp), %eax
	movl	8(%esp), %edx
	pushl	%ebp
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset ebp, 0
	pushl	%ebx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset ebx, 0
	pushl	%esi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset esi, 0
	pushl	%edi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset edi, 0
	pushfl
	.cfi_adjust_cfa_offset 4
	movl	%esp, (%eax)
	movl	(%edx), %esp
	popfl
	.cfi_adjust_cfa_offset -4
	popl	%edi
	.cfi_adjust_cfa_offset -4
	.cfi_restore edi
	popl	%esi
	.cfi_adjust_cfa_offset -4
	.cfi_restore esi
	popl	%ebx
	.cfi_adjust_cfa_offset -4
	.cfi_restore ebx
	popl	%ebp
	.cfi_adjust_cfa_offset -4
	.cfi_restore ebp
	ret
	.cfi_endproc
	.size	arch_coroutine_switch, . - arch_coroutine_switch

/* Where a new coroutine begins: EBX holds the function, ESI its argument. */
	.globl	coroutine_begin
	.type	coroutine_begin, @function
coroutine_begin:
	.cfi_startproc
	.cfi_undefined eip
	pushl	%esi
	.cfi_adjust_cfa_offset 4
	call	*%ebx
	ud2
	.cfi_endproc
	.size	coroutine_begin, . - coroutine_begin
