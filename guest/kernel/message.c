/* SPDX-License-Identifier: MIT
 *
 * The transfer of a message: two words in registers, and one flexpage if the map flag is set. L4 reference manual,
 * "IPC: register messages, map messages".
 */
#include "message.h"

#include <l4/probes.h>

#include "fpage.h"
#include "ipc.h"
#include "schedule.h"
#include "timeout.h"

void ipc_complete(struct tcb *thread, unsigned result)
{
	if (thread->ipc.kernel_rpc) {
		thread->ipc.rpc_result = result;
	} else {
		thread->user_frame->eax = result;
	}
}

static void receive_words(struct tcb *receiver, struct l4_threadid source, unsigned w0, unsigned w1)
{
	if (!receiver->ipc.kernel_rpc) {
		struct trap_frame *frame = receiver->user_frame;
		frame->edx = w0;
		frame->ebx = w1;
		frame->esi = source.low;
		frame->edi = source.high;
	}
}

static void wake(struct tcb *receiver)
{
	timeout_cancel(receiver);
	ready_add(receiver);
}

/* The receiver's result; its error class, if any, is the sender's too. */
static unsigned transfer_mappings(struct tcb *sender, struct tcb *receiver)
{
	if (!(sender->ipc.send_descriptor & L4_SEND_MAP)) {
		return L4_OK;
	}
	if (!(receiver->ipc.receive_descriptor & L4_RECEIVE_MAP)) {
		return L4_RECEIVE_CUT;
	}
	struct send_fpage item = {sender->ipc.words[0], sender->ipc.words[1]};
	l4_fpage receive_window = receiver->ipc.receive_descriptor;
	if (!fpage_is_valid(item.fpage)) {
		return L4_OK;
	}
	if (!fpage_is_valid(receive_window)) {
		return L4_RECEIVE_CUT;
	}
	return fpage_map(sender->space, receiver->space, item, receive_window) ? L4_RESULT_MAPPED
									       : L4_RECEIVE_MAP_FAILED;
}

bool message_deliver(struct tcb *sender, struct tcb *receiver)
{
	unsigned w0 = sender->ipc.words[0], w1 = sender->ipc.words[1];
	unsigned result = transfer_mappings(sender, receiver);
	enum l4_completion_code error = l4_error(result);

	receive_words(receiver, sender->id, w0, w1);
	ipc_complete(receiver, result);
	wake(receiver);
	L4_PROBE6("l4", "ipc-receive", receiver, sender->id.low, sender->id.high, w0, w1, result);
	if (error != L4_OK) {
		ipc_complete(sender, error | L4_RESULT_SEND_PHASE);
	}
	return error == L4_OK;
}

bool ipc_waits_for_irq(const struct tcb *thread)
{
	return thread->state == THREAD_WAITING ||
	       (thread->state == THREAD_RECEIVING && l4_is_irq(thread->partner));
}

void ipc_deliver_irq(struct tcb *thread, unsigned irq)
{
	thread->irq_pending = false;
	receive_words(thread, l4_irq_id(irq), irq + 1, 0);
	ipc_complete(thread, L4_OK);
	wake(thread);
	L4_PROBE2("l4", "irq-ipc", irq, thread);
}
