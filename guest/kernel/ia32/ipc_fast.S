/* SPDX-License-Identifier: MIT
 *
 * The fast path of ipc: a short message to a thread that waits for it, by a sender that then waits itself, without
 * time limit (call, and reply and wait). Everything else goes to sys_ipc, which has not been told anything yet.
 *
 * Contract. Taken if all of these hold, and equivalent to sys_ipc then:
 *   - send descriptor 0 (two words, no flexpage), receive descriptor 0 or 1, receive timeout never;
 *   - the receiver exists, is of the sender's clan, and waits, openly or for this sender, with no timeout running;
 *   - nothing waits for the sender: its send queue and its interrupt are empty, or it will receive from the receiver.
 * The message stays in EDX and EBX. Neither thread's ring is touched (schedule.c: a ring may hold threads that have
 * stopped being ready, and the running thread need not be in one). If someone is more urgent than the receiver, the
 * dispatcher in C decides. The sender is left as a new thread is: a switch_frame that leads to return_to_user.
 */
#include <generated/offsets.h>
#include <l4/probes.h>

#include "entry.h"

#define RECEIVE_TIMEOUT_EXPONENT 15	/* 0: never */
#define LAST_SHORT_RECEIVE 1		/* 0: from the partner, 1: from anyone */
#define ERROR_NONE 0
#define INVALID_ID -1
#define VECTOR_PAGE_FAULT 14

/* A probe's arguments with offsets in them. */
#define TEXT_AS_IT_IS(arguments) #arguments
#define TEXT(arguments) TEXT_AS_IT_IS(arguments)

	.cfi_sections .debug_frame
	.text

/* ESI:EDI is looked up as thread_lookup does, and must be of the sender's clan. ECX: the sender; EBP: the receiver. */
.macro LOOK_UP otherwise
	movl %esi, %eax
	shrl $ID_TASK_SHIFT, %eax
	andl $ID_TASK_MASK, %eax
	movl task_slots + TASK_SLOT_SPACE(, %eax, TASK_SLOT_SIZE), %eax
	testl %eax, %eax
	jz \otherwise
	movl %esi, %ebp
	shrl $ID_LTHREAD_SHIFT, %ebp
	andl $ID_LTHREAD_MASK, %ebp
	movl SPACE_THREADS(%eax, %ebp, 4), %ebp
	testl %ebp, %ebp
	jz \otherwise
	cmpl %esi, TCB_ID_LOW(%ebp)
	jne \otherwise
	cmpl %edi, TCB_ID_HIGH(%ebp)
	jne \otherwise
	cmpl %edi, TCB_ID_HIGH(%ecx)	/* chief, nest and site: the same clan */
	jne \otherwise
.endm

/* The receiver EBP waits without time limit. */
.macro CHECK_TIMEOUT otherwise
	movl TCB_WAKEUP_LOW(%ebp), %eax
	orl TCB_WAKEUP_HIGH(%ebp), %eax
	jnz \otherwise
.endm

ENTRY_BEGIN enter_ipc
	PUSH_NO_ERROR_CODE
	SAVE_FRAME
	andl $RECEIVE_TIMEOUT_EXPONENT, %ecx
	orl %eax, %ecx
	jnz answer_to_fault
	movl $KERNEL_DATA, %eax
	movl %eax, %ds
	movl current, %ecx
	cmpl $LAST_SHORT_RECEIVE, %ebp
	je open_wait
	ja in_c

/* From here on ECX: the sender, EBP: the receiver. */
look_up:
	LOOK_UP in_c
	cmpl $STATE_WAITING, TCB_STATE(%ebp)
	jne closed_wait
accepts:
	CHECK_TIMEOUT in_c

/* It is certain now. The sender begins to wait. */
	movl TRAP_EBP(%esp), %eax
	PROBE_ASM l4, ipc-send, "4@%ecx 4@%esi 4@%edi 4@$0 4@%eax 4@%edx 4@%ebx"
	movl %eax, TCB_RECEIVE_DESCRIPTOR(%ecx)
	movw $0, TCB_KERNEL_RPC(%ecx)	/* and receive_follows */
	addl $STATE_RECEIVING, %eax	/* or, by the descriptor's 1, waiting */
	movl %eax, TCB_STATE(%ecx)
	cmpl $STATE_RECEIVING, %eax
	jne from_anyone
	movl %esi, TCB_PARTNER_LOW(%ecx)
	movl %edi, TCB_PARTNER_HIGH(%ecx)
delivered:
	movl $STATE_READY, TCB_STATE(%ebp)
	PROBE_ASM l4, ipc-receive, TEXT(4@%ebp 4@TCB_ID_LOW(%ecx) 4@TCB_ID_HIGH(%ecx) 4@%edx 4@%ebx 4@$0)
	movl $return_to_user, -SWITCH_SIZE + SWITCH_EIP(%esp)

/* Who sends is the most urgent of all that are ready; is a less urgent receiver now? */
	movb TCB_PRIORITY(%ebp), %al
	cmpb TCB_PRIORITY(%ecx), %al
	jb less_urgent
most_urgent:
	leal -SWITCH_SIZE(%esp), %eax
	movl %eax, TCB_KERNEL_ESP(%ecx)
	PROBE_ASM l4, thread-switch, "4@%ecx 4@%ebp"
	movl %ebp, current

/* The space. */
	movl TCB_SPACE(%ebp), %esi
	movl TCB_SPACE(%ecx), %edi
	cmpl %esi, %edi
	je same_space
	movl %esi, visible_space
	movl SPACE_SMALL_SLOT(%esi), %eax
	cmpl SPACE_SMALL_SLOT(%edi), %eax
	jne other_segments
segments_loaded:
	testl %eax, %eax
	jnz small_switch
	cmpl %esi, loaded_space
	je small_switch
	movl SPACE_CR3(%esi), %eax
	movl %esi, loaded_space
	movl %eax, %cr3
	PROBE_ASM l4, tlb-flush, "4@%esi"
switched:
	PROBE_ASM l4, switch-space, "4@%edi 4@%esi"

/* The stack for the next entry, the thread's own segments, the floating-point unit. */
same_space:
	leal TCB_SIZE(%ebp), %eax
	movl %eax, tss + TSS_ESP0
	movb TCB_HAS_EXTRAS(%ebp), %al
	orb has_thread_extras, %al
	jnz other_extras
extras_loaded:
	cmpl %ebp, fpu_owner
	setne %al
	cmpb %al, fpu_traps
	jne other_fpu

/* To the receiver's user: result in EAX, source in ESI:EDI, words in EDX and EBX; ECX and EBP are its own. */
leave:
	cmpb $0, TCB_KERNEL_RPC(%ebp)
	jne leave_by_stack
	leal TCB_SIZE - TRAP_SIZE(%ebp), %esp
	movl TCB_ID_LOW(%ecx), %esi
	movl TCB_ID_HIGH(%ecx), %edi
	movl TRAP_ECX(%esp), %ecx
	movl TRAP_EBP(%esp), %ebp
	movw TRAP_GS(%esp), %gs
	movw TRAP_FS(%esp), %fs
	movw TRAP_ES(%esp), %es
	movw TRAP_DS(%esp), %ds
	movl $ERROR_NONE, %eax
	addl $TRAP_EIP, %esp
	jmp return_to_user_iret

open_wait:
	cmpl $0, TCB_SEND_QUEUE(%ecx)
	jne in_c
	cmpb $0, TCB_IRQ_PENDING(%ecx)
	je look_up

/* The way in C, which finds everything as it was. */
in_c:
	movl $KERNEL_DATA, %edx
	movl %edx, %ds
	movl %edx, %es
	cld
	movl %esp, %eax
	call sys_ipc
	jmp return_to_user

closed_wait:
	cmpl $STATE_RECEIVING, TCB_STATE(%ebp)
	jne in_c
	cmpl %edi, TCB_PARTNER_HIGH(%ebp)	/* of the same clan, so the sender's is that of the destination */
	jne in_c
	movl TCB_ID_LOW(%ecx), %eax
	cmpl %eax, TCB_PARTNER_LOW(%ebp)
	je accepts
	jmp in_c

from_anyone:
	movl $INVALID_ID, TCB_PARTNER_LOW(%ecx)
	movl $INVALID_ID, TCB_PARTNER_HIGH(%ecx)
	jmp delivered

less_urgent:
	bsrl ready_words, %esi
	jz most_urgent
	bsrl ready_bits(, %esi, 4), %edi
	shll $READY_WORD_LOG2, %esi
	addl %esi, %edi
	movzbl %al, %eax
	cmpl %eax, %edi
	jbe most_urgent
	movl $KERNEL_DATA, %eax
	movl %eax, %es
	cld
	leal TCB_SIZE - TRAP_SIZE(%ebp), %esi
	movl TCB_ID_LOW(%ecx), %eax
	movl %eax, TRAP_ESI(%esi)
	movl TCB_ID_HIGH(%ecx), %eax
	movl %eax, TRAP_EDI(%esi)
	movl %edx, TRAP_EDX(%esi)
	movl %ebx, TRAP_EBX(%esi)
	movl $ERROR_NONE, TRAP_EAX(%esi)
	movl %ebp, %eax
	call ipc_dispatch
	jmp page_fault_resume

other_segments:
	movl SPACE_USER_SEGMENTS(%esi), %eax
	movl %eax, gdt + USER_SEGMENTS_OFFSET
	movl SPACE_USER_SEGMENTS + 4(%esi), %eax
	movl %eax, gdt + USER_SEGMENTS_OFFSET + 4
	movl SPACE_USER_SEGMENTS + 8(%esi), %eax
	movl %eax, gdt + USER_SEGMENTS_OFFSET + 8
	movl SPACE_USER_SEGMENTS + 12(%esi), %eax
	movl %eax, gdt + USER_SEGMENTS_OFFSET + 12
	movl SPACE_SMALL_SLOT(%esi), %eax
	jmp segments_loaded

small_switch:
	PROBE_ASM l4, small-space-switch, "4@%edi 4@%esi"
	jmp switched

/* Still on the sender's stack, below its switch_frame. */
.macro CALL_C function
	movl $KERNEL_DATA, %eax
	movl %eax, %es
	cld
	leal -SWITCH_SIZE(%esp), %esp
	.cfi_adjust_cfa_offset SWITCH_SIZE
	pushl %ecx
	.cfi_adjust_cfa_offset 4
	pushl %edx
	.cfi_adjust_cfa_offset 4
	movl %ebp, %eax
	call \function
	popl %edx
	.cfi_adjust_cfa_offset -4
	popl %ecx
	.cfi_adjust_cfa_offset -4
	leal SWITCH_SIZE(%esp), %esp
	.cfi_adjust_cfa_offset -SWITCH_SIZE
.endm

other_extras:
	CALL_C descriptors_load_extras
	jmp extras_loaded

other_fpu:
	CALL_C fpu_switch
	jmp leave

/* One page for a thread that waits for it: a pager's reply and wait. Whoever waits for its pager may have something left to
 * do in the kernel, so it goes on where its stack says. */
answer_to_fault:
	cmpl $SEND_MAP, %eax
	jne in_c
	testb $RECEIVE_TIMEOUT_EXPONENT, TRAP_ECX(%esp)
	jnz in_c
	movl $KERNEL_DATA, %eax
	movl %eax, %ds
	cmpl $LAST_SHORT_RECEIVE, %ebp
	ja in_c
	movl current, %ecx
	cmpl $0, TCB_SEND_QUEUE(%ecx)
	jne in_c
	cmpb $0, TCB_IRQ_PENDING(%ecx)
	jne in_c
	LOOK_UP in_c
	cmpl $STATE_PAGE_FAULT_REPLY, TCB_STATE(%ebp)
	jne in_c
	movl TCB_ID_LOW(%ecx), %eax
	cmpl %eax, TCB_PARTNER_LOW(%ebp)	/* the high word, too: the partner of such a call exists */
	jne in_c
	CHECK_TIMEOUT in_c
	movb TCB_PRIORITY(%ebp), %al
	cmpb TCB_PRIORITY(%ecx), %al
	jb in_c
	movl %ebp, %eax
	movl %ebx, %ecx
	call mapping_answer_fault	/* probes ipc-send and map are there */
	testb %al, %al
	jz in_c
	movl current, %ecx
	movl TRAP_EDX(%esp), %edx
	movl TRAP_EBP(%esp), %eax
	movl %eax, TCB_RECEIVE_DESCRIPTOR(%ecx)
	movw $0, TCB_KERNEL_RPC(%ecx)
	addl $STATE_RECEIVING, %eax
	movl %eax, TCB_STATE(%ecx)
	cmpl $STATE_RECEIVING, %eax
	je from_partner
	movl $INVALID_ID, TCB_PARTNER_LOW(%ecx)
	movl $INVALID_ID, TCB_PARTNER_HIGH(%ecx)
answered:
	movl $STATE_READY, TCB_STATE(%ebp)
	PROBE_ASM l4, ipc-receive, TEXT(4@%ebp 4@TCB_ID_LOW(%ecx) 4@TCB_ID_HIGH(%ecx) 4@%edx 4@%ebx 4@$2)
	movl $return_to_user, -SWITCH_SIZE + SWITCH_EIP(%esp)
	jmp most_urgent

from_partner:
	movl %esi, TCB_PARTNER_LOW(%ecx)
	movl %edi, TCB_PARTNER_HIGH(%ecx)
	jmp answered

leave_by_stack:
	movl TCB_KERNEL_ESP(%ebp), %esp
	cmpl $page_fault_resume, SWITCH_EIP(%esp)
	jne to_c
	leal TCB_SIZE - TRAP_SIZE(%ebp), %esp	/* nothing is left, and the result is no error */
	jmp return_to_user

to_c:
	movl $RESULT_MAPPED, TCB_RPC_RESULT(%ebp)
	movl $KERNEL_DATA, %eax
	movl %eax, %es
	cld
	jmp switch_in
ENTRY_END enter_ipc

/* A page fault of a large space becomes a message to its pager, which waits: as above from "delivered" on. The thread goes
 * on at page_fault_resume. sigma0 has no pager that could be found. Everything else goes to exception_entry. */
ENTRY_BEGIN exception_14
	.cfi_adjust_cfa_offset 4
	SAVE_FRAME
	movl $KERNEL_DATA, %eax
	movl %eax, %ds
	testb $3, TRAP_CS(%esp)
	jz fault_in_c
	movl current, %ecx
	movl TCB_SPACE(%ecx), %eax
	movl %cr2, %edx
	cmpl $0, SPACE_SMALL_SLOT(%eax)
	jne fault_in_c
	cmpl $USER_LIMIT, %edx
	jae fault_in_c
	movl TCB_PAGER_LOW(%ecx), %esi
	movl TCB_PAGER_HIGH(%ecx), %edi
	LOOK_UP fault_in_c
	cmpl $STATE_WAITING, TCB_STATE(%ebp)
	jne fault_in_c
	CHECK_TIMEOUT fault_in_c
	movl TRAP_ERROR_CODE(%esp), %eax
	movl TRAP_EIP(%esp), %ebx
	PROBE_ASM l4, page-fault, "4@%ecx 4@%edx 4@%eax 4@%ebx"
	andl $~3, %edx
	andl $FAULT_WRITE, %eax
	orl %eax, %edx
	movl %edx, TCB_WORDS(%ecx)
	movl $WHOLE_SPACE_WINDOW, TCB_RECEIVE_DESCRIPTOR(%ecx)
	movw $PAGER_RPC, TCB_KERNEL_RPC(%ecx)	/* and receive_follows: not */
	movl $STATE_PAGE_FAULT_REPLY, TCB_STATE(%ecx)
	movl %esi, TCB_PARTNER_LOW(%ecx)
	movl %edi, TCB_PARTNER_HIGH(%ecx)
	PROBE_ASM l4, pf-rpc, "4@%ecx 4@%esi 4@%edi 4@%edx 4@%ebx"
	movl $STATE_READY, TCB_STATE(%ebp)
	PROBE_ASM l4, ipc-receive, TEXT(4@%ebp 4@TCB_ID_LOW(%ecx) 4@TCB_ID_HIGH(%ecx) 4@%edx 4@%ebx 4@$0)
	movl $page_fault_resume, -SWITCH_SIZE + SWITCH_EIP(%esp)
	movb TCB_PRIORITY(%ebp), %al
	cmpb TCB_PRIORITY(%ecx), %al
	jb less_urgent
	jmp most_urgent

fault_in_c:
	movl $KERNEL_DATA, %edx
	movl %edx, %es
	cld
	movl %esp, %eax
	movl $VECTOR_PAGE_FAULT, %edx
	call exception_entry
	jmp return_to_user

	nop /* a debugger looks up a caller at its return address minus 1 */
/* The kernel's call is over, or an ipc that was none of the kernel's. */
page_fault_resume:
	movl current, %eax
	cmpb $0, TCB_KERNEL_RPC(%eax)
	je return_to_user
	testl $RESULT_ERROR_MASK, TCB_RPC_RESULT(%eax)
	jz return_to_user
	movl $KERNEL_DATA, %edx
	movl %edx, %es
	cld
	movl %esp, %eax
	call page_fault_failed
	jmp return_to_user
ENTRY_END exception_14

	.section .note.GNU-stack, "", @progbits
