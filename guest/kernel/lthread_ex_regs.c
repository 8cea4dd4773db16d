/* SPDX-License-Identifier: MIT
 *
 * The system call lthread_ex_regs: reads and sets a thread's ESP, EIP, pager and preempter within the caller's task,
 * creates the thread if need be, and cancels what it waits for. L4 reference manual, "lthread_ex_regs".
 */
#include <l4/syscalls.h>

#include "ipc.h"
#include "schedule.h"
#include "system_calls.h"
#include "thread.h"

#define V86_MODE 0x80000000u

static void exchange_word(unsigned *word, unsigned *given)
{
	unsigned old = *word;
	if (*given != L4_UNCHANGED) {
		*word = *given;
	}
	*given = old;
}

/* The high word says whether the pair is valid (EBP or EDI is -1: unchanged). */
static void exchange_id(struct l4_threadid *id, unsigned *low, unsigned *high)
{
	struct l4_threadid old = *id;
	if (*high != L4_ID_INVALID) {
		*id = (struct l4_threadid){*low, *high};
	}
	*low = old.low;
	*high = old.high;
}

/* A thread of the task that does not exist yet starts when it is given an EIP. */
static struct tcb *find_or_create(struct tcb *self, unsigned lthread, unsigned eip)
{
	struct tcb *thread = self->space->threads[lthread];
	if (thread || eip == L4_UNCHANGED) {
		return thread;
	}
	thread = thread_create(self->space, lthread, self);
	if (thread) {
		ready_add(thread);
	}
	return thread;
}

void sys_lthread_ex_regs(struct trap_frame *frame)
{
	struct tcb *self = current;
	unsigned lthread = frame->eax & (L4_LTHREADS - 1);
	struct tcb *thread = frame->eax & V86_MODE ? NULL : find_or_create(self, lthread, frame->edx);
	if (!thread) {
		/* There is none and none can be made. */
		frame->eax = frame->ecx = frame->edx = L4_UNCHANGED;
		frame->ebx = frame->ebp = frame->esi = frame->edi = L4_ID_INVALID;
		return;
	}
	if (thread != self && frame->edx != L4_UNCHANGED) {
		ipc_cancel(thread);
		thread_reset_stack(thread);
	}
	struct trap_frame *target = thread->user_frame;
	exchange_word(&target->eip, &frame->edx);
	exchange_word(&target->esp, &frame->ecx);
	exchange_id(&thread->internal_preempter, &frame->ebx, &frame->ebp);
	exchange_id(&thread->pager, &frame->esi, &frame->edi);
	frame->eax = target->eflags;
}
