/* SPDX-License-Identifier: MIT
 *
 * What the assembly must know of the C types: compiled to text, read by the build, made into generated/offsets.h.
 * No offset is written down by hand anywhere.
 */
#include "../schedule.h"
#include "../space.h"
#include "../tcb.h"
#include "descriptor_tables.h"

#define VALUE(name, value) __asm__ volatile("->" #name " %c0" : : "i"(value))
#define OFFSET(name, type, member) VALUE(name, __builtin_offsetof(type, member))

void offsets(void);

/* ipc_fast.S makes one of the other by adding 1, and clears two flags at once. */
_Static_assert(THREAD_WAITING == THREAD_RECEIVING + L4_RECEIVE_OPEN, "by the descriptor");
_Static_assert(__builtin_offsetof(struct tcb, ipc.receive_follows) == __builtin_offsetof(struct tcb, ipc.kernel_rpc) + 1,
	       "adjacent");

void offsets(void)
{
	OFFSET(TRAP_GS, struct trap_frame, gs);
	OFFSET(TRAP_FS, struct trap_frame, fs);
	OFFSET(TRAP_ES, struct trap_frame, es);
	OFFSET(TRAP_DS, struct trap_frame, ds);
	OFFSET(TRAP_EDI, struct trap_frame, edi);
	OFFSET(TRAP_ESI, struct trap_frame, esi);
	OFFSET(TRAP_EBP, struct trap_frame, ebp);
	OFFSET(TRAP_EBX, struct trap_frame, ebx);
	OFFSET(TRAP_EDX, struct trap_frame, edx);
	OFFSET(TRAP_ECX, struct trap_frame, ecx);
	OFFSET(TRAP_EAX, struct trap_frame, eax);
	OFFSET(TRAP_ERROR_CODE, struct trap_frame, error_code);
	OFFSET(TRAP_EIP, struct trap_frame, eip);
	OFFSET(TRAP_CS, struct trap_frame, cs);
	OFFSET(TRAP_EFLAGS, struct trap_frame, eflags);
	OFFSET(TRAP_ESP, struct trap_frame, esp);
	VALUE(TRAP_SIZE, sizeof(struct trap_frame));
	OFFSET(SWITCH_EBX, struct switch_frame, ebx);
	OFFSET(SWITCH_ESI, struct switch_frame, esi);
	OFFSET(SWITCH_EDI, struct switch_frame, edi);
	OFFSET(SWITCH_EBP, struct switch_frame, ebp);
	OFFSET(SWITCH_EIP, struct switch_frame, eip);
	VALUE(SWITCH_SIZE, sizeof(struct switch_frame));
	OFFSET(TCB_ID_LOW, struct tcb, id.low);
	OFFSET(TCB_ID_HIGH, struct tcb, id.high);
	OFFSET(TCB_STATE, struct tcb, state);
	OFFSET(TCB_SPACE, struct tcb, space);
	OFFSET(TCB_PRIORITY, struct tcb, priority);
	OFFSET(TCB_PARTNER_LOW, struct tcb, partner.low);
	OFFSET(TCB_PARTNER_HIGH, struct tcb, partner.high);
	OFFSET(TCB_SEND_QUEUE, struct tcb, send_queue);
	OFFSET(TCB_WAKEUP_LOW, struct tcb, wakeup_time);
	VALUE(TCB_WAKEUP_HIGH, __builtin_offsetof(struct tcb, wakeup_time) + sizeof(unsigned));
	OFFSET(TCB_KERNEL_ESP, struct tcb, kernel_esp);
	OFFSET(TCB_HAS_EXTRAS, struct tcb, has_extras);
	OFFSET(TCB_IRQ_PENDING, struct tcb, irq_pending);
	OFFSET(TCB_RECEIVE_DESCRIPTOR, struct tcb, ipc.receive_descriptor);
	OFFSET(TCB_KERNEL_RPC, struct tcb, ipc.kernel_rpc);
	OFFSET(TCB_RPC_RESULT, struct tcb, ipc.rpc_result);
	OFFSET(TCB_WORDS, struct tcb, ipc.words);
	OFFSET(TCB_PAGER_LOW, struct tcb, pager.low);
	OFFSET(TCB_PAGER_HIGH, struct tcb, pager.high);
	VALUE(STATE_READY, THREAD_READY);
	VALUE(STATE_RECEIVING, THREAD_RECEIVING);
	VALUE(STATE_WAITING, THREAD_WAITING);
	VALUE(STATE_PAGE_FAULT_REPLY, THREAD_PAGE_FAULT_REPLY);
	VALUE(PAGER_RPC, RPC_PAGER);
	VALUE(SEND_MAP, L4_SEND_MAP);
	VALUE(RESULT_MAPPED, L4_RESULT_MAPPED);
	VALUE(RESULT_ERROR_MASK, L4_RESULT_ERROR_MASK);
	VALUE(WHOLE_SPACE_WINDOW, L4_WHOLE_SPACE | L4_RECEIVE_MAP);
	VALUE(FAULT_WRITE, PAGE_FAULT_WRITE);
	OFFSET(SPACE_CR3, struct space, cr3);
	OFFSET(SPACE_SMALL_SLOT, struct space, small_slot);
	OFFSET(SPACE_USER_SEGMENTS, struct space, user_segments);
	OFFSET(SPACE_THREADS, struct space, threads);
	OFFSET(TASK_SLOT_SPACE, struct task_slot, space);
	VALUE(TASK_SLOT_SIZE, sizeof(struct task_slot));
	VALUE(ID_TASK_SHIFT, L4_ID_TASK_SHIFT);
	VALUE(ID_TASK_MASK, L4_TASKS - 1);
	VALUE(ID_LTHREAD_SHIFT, L4_ID_LTHREAD_SHIFT);
	VALUE(ID_LTHREAD_MASK, L4_LTHREADS - 1);
	VALUE(READY_WORD_LOG2, READY_WORD_BITS_LOG2);
	OFFSET(TSS_ESP0, struct task_state_segment, esp0);
	VALUE(USER_SEGMENTS_OFFSET, USER_DATA & ~7);
}
