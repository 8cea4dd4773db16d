/* SPDX-License-Identifier: MIT
 *
 * Every way into the native kernel from below: exceptions, interrupts, int 0x80. Each vector's stub makes the
 * stack equal (error code, vector), common_entry saves the registers as struct trap_frame (native.h) and calls
 *
 *   void trap(struct trap_frame *frame);
 *
 * and everything is restored. The frame descriptions say where the interrupted EIP, ESP and registers are.
 */
	.cfi_sections .debug_frame

#define KERNEL_DATA 0x10
#define HAS_ERROR_CODE 0x00027D00	/* vectors 8, 10 to 14, 17 */

	.text
	.macro	STUB number
	.balign	16
vector_\number:
	.cfi_startproc
	.cfi_signal_frame
	.set	has_error_code, 0
	.if	\number < 32
	.set	has_error_code, (HAS_ERROR_CODE >> \number) & 1
	.endif
	.if	has_error_code
	.cfi_def_cfa esp, 24
	.else
	.cfi_def_cfa esp, 20
	.cfi_offset eip, -20
	.cfi_offset esp, -8
	pushl	$0
	.cfi_adjust_cfa_offset 4
	.endif
	.cfi_offset eip, -20
	.cfi_offset esp, -8
	pushl	$\number
	.cfi_adjust_cfa_offset 4
	jmp	common_entry
	.cfi_endproc
	.endm

	.altmacro
	.set	number, 0
	.rept	48
	STUB	%number
	.set	number, number + 1
	.endr
	STUB	128

	.type	common_entry, @function
common_entry:
	.cfi_startproc
	.cfi_signal_frame
	.cfi_def_cfa esp, 28
	.cfi_offset eip, -20
	.cfi_offset esp, -8
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset eax, 0
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
	pushl	%ds
	.cfi_adjust_cfa_offset 4
	pushl	%es
	.cfi_adjust_cfa_offset 4
	movl	$KERNEL_DATA, %eax
	movl	%eax, %ds
	movl	%eax, %es
	cld
	movl	%esp, %eax
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	call	trap
	addl	$4, %esp
	.cfi_adjust_cfa_offset -4
restore_registers:
	.globl	return_es, return_ds, return_iret
return_es:
	popl	%es
	.cfi_adjust_cfa_offset -4
return_ds:
	popl	%ds
	.cfi_adjust_cfa_offset -4
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
	popl	%eax
	.cfi_adjust_cfa_offset -4
	.cfi_restore eax
	addl	$8, %esp
	.cfi_adjust_cfa_offset -8
return_iret:
	iret
	.cfi_endproc
	.size	common_entry, . - common_entry

/* void resume_user(struct trap_frame *frame): the frame stands at the end of the process's kernel stack. */
	.globl	resume_user
	.type	resume_user, @function
resume_user:
	.cfi_startproc
	movl	4(%esp), %esp
	.cfi_undefined eip
	jmp	restore_registers
	.cfi_endproc
	.size	resume_user, . - resume_user

	.section .rodata
	.balign	4
	.globl	vector_stubs
vector_stubs:				/* of vectors 0 to 47 */
	.macro	STUB_ADDRESS number
	.4byte	vector_\number
	.endm
	.set	number, 0
	.rept	48
	STUB_ADDRESS %number
	.set	number, number + 1
	.endr
	.globl	system_call_stub
system_call_stub:
	.4byte	vector_128
