/* SPDX-License-Identifier: MIT
 *
 * For the entry stubs: how a processor's interrupt frame is completed to a struct trap_frame, and what that tells a
 * debugger. The call-frame information makes each stub a signal frame whose caller is the interrupted code: CFA is the
 * address behind the interrupt frame, and EIP, ESP and EFLAGS stand where the processor pushed them.
 */
#pragma once

#include <generated/offsets.h>

#include "layout.h"

/* DWARF register numbers of the i386 ABI. */
#define DW_ESP 4
#define DW_EIP 8
#define DW_EFLAGS 9

.macro ENTRY_BEGIN name
	.globl \name
	.type \name, @function
\name:
	.cfi_startproc simple
	.cfi_signal_frame
	.cfi_def_cfa esp, TRAP_SIZE - TRAP_EIP
	.cfi_offset DW_EIP, TRAP_EIP - TRAP_SIZE
	.cfi_offset DW_ESP, TRAP_ESP - TRAP_SIZE
	.cfi_offset DW_EFLAGS, TRAP_EFLAGS - TRAP_SIZE
.endm

.macro ENTRY_END name
	.cfi_endproc
	.size \name, . - \name
.endm

.macro SAVED register, offset
	.cfi_offset \register, \offset - TRAP_SIZE
.endm

.macro ALL_SAVED
	SAVED eax, TRAP_EAX
	SAVED ecx, TRAP_ECX
	SAVED edx, TRAP_EDX
	SAVED ebx, TRAP_EBX
	SAVED ebp, TRAP_EBP
	SAVED esi, TRAP_ESI
	SAVED edi, TRAP_EDI
.endm

/* From the error code downward: the rest of the frame. All registers keep their values. */
.macro SAVE_FRAME
	subl $TRAP_ERROR_CODE, %esp
	.cfi_adjust_cfa_offset TRAP_ERROR_CODE
	movl %eax, TRAP_EAX(%esp)
	movl %ecx, TRAP_ECX(%esp)
	movl %edx, TRAP_EDX(%esp)
	movl %ebx, TRAP_EBX(%esp)
	movl %ebp, TRAP_EBP(%esp)
	movl %esi, TRAP_ESI(%esp)
	movl %edi, TRAP_EDI(%esp)
	ALL_SAVED
	movw %ds, TRAP_DS(%esp)
	movw %es, TRAP_ES(%esp)
	movw %fs, TRAP_FS(%esp)
	movw %gs, TRAP_GS(%esp)
.endm

/* The same, and the kernel's data segments. EAX: the frame. */
.macro SAVE_REGISTERS
	SAVE_FRAME
	movl $KERNEL_DATA, %edx
	movl %edx, %ds
	movl %edx, %es
	cld
	movl %esp, %eax
.endm

.macro PUSH_NO_ERROR_CODE
	pushl $0
	.cfi_adjust_cfa_offset 4
.endm
