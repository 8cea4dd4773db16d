/* SPDX-License-Identifier: MIT
 *
 * Every way from user mode (or from the idle thread) into the kernel, and the one way back. A stub completes the
 * processor's interrupt frame to a struct trap_frame, calls one C function with it, and leaves by return_to_user.
 * All gates are interrupt gates: the kernel is never interrupted outside the idle thread's HLT. The stubs of ipc and page
 * faults are in ipc_fast.S.
 */
#include "entry.h"

	.cfi_sections .debug_frame
	.text

/* void handler(struct trap_frame *frame) */
.macro SYSTEM_CALL name, handler
	ENTRY_BEGIN \name
	PUSH_NO_ERROR_CODE
	SAVE_REGISTERS
	call \handler
	jmp return_to_user
	ENTRY_END \name
.endm

/* void exception_entry(struct trap_frame *frame, enum vector vector) */
.macro EXCEPTION vector, has_error_code
	ENTRY_BEGIN exception_\vector
	.if \has_error_code
	.cfi_adjust_cfa_offset 4
	.else
	PUSH_NO_ERROR_CODE
	.endif
	SAVE_REGISTERS
	movl $\vector, %edx
	call exception_entry
	jmp return_to_user
	ENTRY_END exception_\vector
.endm

/* void interrupt_entry(struct trap_frame *frame, unsigned irq) */
.macro INTERRUPT irq
	ENTRY_BEGIN interrupt_\irq
	PUSH_NO_ERROR_CODE
	SAVE_REGISTERS
	movl $\irq, %edx
	call interrupt_entry
	jmp return_to_user
	ENTRY_END interrupt_\irq
.endm

/* ESP: a complete frame. A new thread begins here. Loads the user's registers and returns to it. */
	.globl return_to_user
	.type return_to_user, @function
	.cfi_startproc simple
	.cfi_signal_frame
	.cfi_def_cfa esp, TRAP_SIZE
	.cfi_offset DW_EIP, TRAP_EIP - TRAP_SIZE
	.cfi_offset DW_ESP, TRAP_ESP - TRAP_SIZE
	.cfi_offset DW_EFLAGS, TRAP_EFLAGS - TRAP_SIZE
	ALL_SAVED
	nop /* a debugger looks up a caller at its return address minus 1: let that be ours for a new thread, too */
return_to_user:
	movw TRAP_GS(%esp), %gs
	movw TRAP_FS(%esp), %fs
	movw TRAP_ES(%esp), %es
	movl TRAP_EDI(%esp), %edi
	movl TRAP_ESI(%esp), %esi
	movl TRAP_EBP(%esp), %ebp
	movl TRAP_EBX(%esp), %ebx
	movl TRAP_EDX(%esp), %edx
	movl TRAP_ECX(%esp), %ecx
	movl TRAP_EAX(%esp), %eax
	movw TRAP_DS(%esp), %ds
	addl $TRAP_EIP, %esp
	.cfi_adjust_cfa_offset -TRAP_EIP
	/* May fault in the kernel: lthread_ex_regs can set an EIP behind the code segment's limit (exception.c). */
	.globl return_to_user_iret
return_to_user_iret:
	iret
	.cfi_endproc
	.size return_to_user, . - return_to_user

/* void leave_by_frame(struct trap_frame *frame (EAX)): drops everything below the frame and returns to the user. */
	.globl leave_by_frame
	.type leave_by_frame, @function
leave_by_frame:
	.cfi_startproc
	.cfi_undefined eip
	movl %eax, %esp
	jmp return_to_user
	.cfi_endproc
	.size leave_by_frame, . - leave_by_frame

/* L4 Version 2 system calls and the extension, INT 0x31 upward, in the order of their vectors. */
SYSTEM_CALL enter_id_nearest, sys_id_nearest
SYSTEM_CALL enter_fpage_unmap, sys_fpage_unmap
SYSTEM_CALL enter_thread_switch, sys_thread_switch
SYSTEM_CALL enter_thread_schedule, sys_thread_schedule
SYSTEM_CALL enter_lthread_ex_regs, sys_lthread_ex_regs
SYSTEM_CALL enter_task_new, sys_task_new
SYSTEM_CALL enter_thread_segment, sys_thread_segment

/* Vectors with an error code: 8, 10 to 14 and 17; that of 14 is in ipc_fast.S. */
.irp vector, 0, 1, 2, 3, 4, 5, 6, 7, 9, 15, 16, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
EXCEPTION \vector, 0
.endr
.irp vector, 8, 10, 11, 12, 13, 17
EXCEPTION \vector, 1
.endr
.irp irq, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
INTERRUPT \irq
.endr

	.section .rodata
	.balign 4
	.globl exception_stubs
exception_stubs:
.irp vector, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	.long exception_\vector
.endr
.irp vector, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	.long exception_\vector
.endr
	.globl interrupt_stubs
interrupt_stubs:
.irp irq, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	.long interrupt_\irq
.endr
	.globl system_call_stubs
system_call_stubs:
	.long enter_ipc, enter_id_nearest, enter_fpage_unmap, enter_thread_switch, enter_thread_schedule
	.long enter_lthread_ex_regs, enter_task_new, enter_thread_segment

	.section .note.GNU-stack, "", @progbits
