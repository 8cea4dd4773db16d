/* SPDX-License-Identifier: MIT
 *
 * Preemption messages. When its own time slice ends, a thread calls its internal preempter (lthread_ex_regs) and then its
 * external one (thread_schedule), with ESP and EIP as words, and goes on when it has their answers, whatever they are. L4
 * reference manual, "Preemption RPC". A thread that ran on a slice which others gave it has no preemption of its own, and
 * one in the middle of a system call is in no state to send anything: they only give way.
 */
#include "ipc.h"
#include "schedule.h"

static void call(struct tcb *self, enum kernel_rpc rpc, struct l4_threadid preempter, const struct trap_frame *frame)
{
	if (!l4_is_nil(preempter) && !l4_is_invalid(preempter)) {
		ipc_preemption(self, rpc, preempter, frame->esp, frame->eip);
	}
}

void preempt(struct tcb *self, const struct trap_frame *frame)
{
	if (from_user_mode(frame) && self->timeslice > 0 && schedule_runs_on_own_slice(self)) {
		call(self, RPC_INTERNAL_PREEMPTER, self->internal_preempter, frame);
		call(self, RPC_EXTERNAL_PREEMPTER, self->external_preempter, frame);
	}
	thread_yield();
}
