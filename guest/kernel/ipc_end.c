/* SPDX-License-Identifier: MIT
 *
 * How waiting ends without a message: by cancelling (lthread_ex_regs), by the clock, by the death of a partner.
 * L4 reference manual, "IPC: completion codes".
 */
#include "ipc.h"

#include "long_message.h"
#include "message.h"
#include "schedule.h"
#include "thread.h"
#include "timeout.h"

static bool is_sending(const struct tcb *thread)
{
	return thread->state == THREAD_SENDING || thread->state == THREAD_PAGE_FAULT_SEND ||
	       thread->state == THREAD_PREEMPTION_SEND;
}

/* From its partner alone. */
static bool is_in_closed_wait(const struct tcb *thread)
{
	return thread->state == THREAD_RECEIVING || thread->state == THREAD_PAGE_FAULT_REPLY ||
	       thread->state == THREAD_PREEMPTION_REPLY;
}

static bool is_receiving(const struct tcb *thread)
{
	return thread->state == THREAD_WAITING || is_in_closed_wait(thread);
}

void ipc_leave_queue(struct tcb *thread)
{
	struct tcb *receiver = is_sending(thread) ? thread_lookup(thread->partner) : NULL;
	if (receiver) {
		send_queue_remove(receiver, thread);
	}
}

void ipc_end_waiting(struct tcb *thread, enum l4_completion_code code)
{
	timeout_cancel(thread);
	if (is_sending(thread)) {
		ipc_leave_queue(thread);
		ipc_complete(thread, code | L4_RESULT_SEND_PHASE);
		ready_add(thread);
	} else if (is_receiving(thread)) {
		ipc_complete(thread, code);
		ready_add(thread);
	}
}

void ipc_cancel(struct tcb *thread)
{
	if (thread->state == THREAD_DEAD) {
		ready_add(thread);
		return;
	}
	if (thread->transfer.partner) {
		long_message_abort(thread);
		return;
	}
	if (thread->ipc.receive_follows) {
		thread->ipc.receive_follows = false;
		ipc_complete(thread, L4_RECEIVE_CANCELED);
	}
	ipc_end_waiting(thread, L4_RECEIVE_CANCELED);
}

void ipc_withdraw(struct tcb *thread)
{
	if (thread->transfer.partner) {
		long_message_abort(thread);
	}
	ipc_leave_queue(thread);
	while (thread->send_queue) {
		struct tcb *sender = thread->send_queue;
		send_queue_remove(thread, sender);
		timeout_cancel(sender);
		ipc_complete(sender, L4_NOT_EXISTING);
		ready_add(sender);
	}
}

void ipc_forget_task(const struct space *space)
{
	for (struct tcb *thread = thread_list; thread; thread = thread->thread_next) {
		if (is_in_closed_wait(thread) && l4_same_task(thread->partner, space->id)) {
			ipc_end_waiting(thread, L4_NOT_EXISTING);
		}
	}
}

void ipc_shut_down(struct tcb *self)
{
	self->state = THREAD_DEAD;
	self->partner = l4_nil();
	thread_block(NULL);
}
