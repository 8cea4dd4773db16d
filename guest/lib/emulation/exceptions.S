/* SPDX-License-Identifier: MIT
 *
 * The library's second page: where a process's main thread starts, and its user-level exception handlers. The
 * µ-kernel mirrors exceptions to the table that a thread has installed (L4 reference manual, "Exceptions"): on
 * the user's stack stand EFLAGS, CS, EIP and, for vectors 8 and 10 to 14 and 17, the error code below them.
 *
 * The trampoline is the handler of #GP: int 0x80 raises it with error code 0x402, because that gate is not there.
 */
#include <l4/probes.h>
#include "generated/offsets.h"
#include "layout.h"

#define VECTOR_GENERAL_PROTECTION 13
#define INT_0X80_ERROR_CODE 0x402
#define HAS_ERROR_CODE 0x00027D00	/* vectors 8, 10 to 14, 17 */
#define TRAP_GATE 0xEF00

	.cfi_sections .eh_frame, .debug_frame

	.section .exceptions, "ax"
exceptions:
	/* 1. the stubs, one each 16 bytes: all but #GP make the stack equal and report */
	.macro	STUB number
	.org	exceptions + \number * STUB_SIZE
	.cfi_startproc
	.cfi_signal_frame
	.if	\number == VECTOR_GENERAL_PROTECTION
	.cfi_def_cfa esp, 16
	.cfi_offset eip, -12
	jmp	general_protection
	.else
	.if	(HAS_ERROR_CODE >> \number) & 1
	.cfi_def_cfa esp, 16
	.cfi_offset eip, -12
	.else
	.cfi_def_cfa esp, 12
	.cfi_offset eip, -12
	pushl	$0
	.cfi_adjust_cfa_offset 4
	.endif
	pushl	$\number
	.cfi_adjust_cfa_offset 4
	jmp	report
	.endif
	.cfi_endproc
	.endm

	.altmacro
	.set	number, 0
	.rept	STUB_COUNT
	STUB	%number
	.set	number, number + 1
	.endr
	.noaltmacro

	/* 2. the table: trap gates, of which the µ-kernel uses the offset only */
	.org	exceptions + STUB_COUNT * STUB_SIZE
	.set	number, 0
	.rept	STUB_COUNT
	.2byte	(EXCEPTIONS + number * STUB_SIZE) & 0xFFFF, 0, TRAP_GATE
	.2byte	(EXCEPTIONS + number * STUB_SIZE) >> 16
	.set	number, number + 1
	.endr
	.2byte	TABLE_SIZE - 1
	.4byte	TABLE
	.2byte	0

	/* 3. the places that the server knows, in the order of struct library_landmarks; relative, so that nothing
	 * needs relocation */
	.irp	place, system_call, call_answered, call_result, call_restore, call_failed, call_end, \
		general_protection, trampoline_drop, trampoline_skip, trampoline_return, trampoline_other, \
		report, report_end, signal_resume
	.4byte	\place - .
	.endr
	.4byte	signal_resume_end - .
	.balign	16

/* A main thread's first instructions, on the stack of signal_stop, which gives it its registers. lidt must be exactly
 * this form, which the µ-kernel carries out for the thread. */
	.globl	emulation_start
	.hidden	emulation_start
	.type	emulation_start, @function
emulation_start:
	.cfi_startproc
	.cfi_undefined eip
	movl	$TABLE_DESCRIPTOR, %eax
	lidt	(%eax)
	movl	$LTHREAD_SIGNAL, %eax
	movl	$IMAGE_IN + IMAGE_EIP, %ecx
	movl	$EXCEPTIONS + (signal_thread - exceptions), %edx
	movl	$ID_INVALID, %ebp
	movl	$SERVER_LOW, %esi
	movl	$SERVER_HIGH, %edi
	int	$VECTOR_LTHREAD_EX_REGS
	jmp	signal_stop
	.cfi_endproc
	.size	emulation_start, . - emulation_start

/* The trampoline (interface 3 of the SOSP'97 paper): skips the int 0x80, and makes the call that a program which
 * knows the library would have made. IRET restores the program's EFLAGS. */
	.type	general_protection, @function
general_protection:
	.cfi_startproc
	.cfi_signal_frame
	.cfi_def_cfa esp, 16
	.cfi_offset eip, -12
	cmpl	$INT_0X80_ERROR_CODE, (%esp)
	jne	trampoline_other
trampoline_drop:
	leal	4(%esp), %esp
	.cfi_adjust_cfa_offset -4
trampoline_skip:
	addl	$2, (%esp)
	PROBE_ASM emulation, trampoline, "4@%eax"
	call	system_call
trampoline_return:
	iret
	.cfi_adjust_cfa_offset 4
trampoline_other:
	pushl	$VECTOR_GENERAL_PROTECTION
	.cfi_adjust_cfa_offset 4
	jmp	report
	.cfi_endproc
	.size	general_protection, . - general_protection

/* Any other exception: the server decides what becomes of the process. It reads vector, error code and EIP from
 * the stack, and the registers below them if there is a handler of a signal to call. There is nothing to return to. */
	.type	report, @function
report:
	.cfi_startproc
	.cfi_signal_frame
	.cfi_def_cfa esp, 20
	.cfi_offset eip, -12
	pushal
	.cfi_adjust_cfa_offset 32
1:	movl	32(%esp), %edx
	orl	$EXCEPTION, %edx
	leal	32(%esp), %ebx
	xorl	%eax, %eax
	xorl	%ecx, %ecx
	xorl	%ebp, %ebp
	movl	$SERVER_LOW, %esi
	movl	$SERVER_HIGH, %edi
	int	$VECTOR_IPC
	jmp	1b
	.cfi_endproc
report_end:
	.size	report, . - report

#include "signals.h"
