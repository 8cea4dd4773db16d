/* SPDX-License-Identifier: MIT
 *
 * The transfer of a short message: two words in registers, which are one flexpage if the map flag is set; and how a
 * message of any kind arrives. L4 reference manual, "IPC: register messages, map messages".
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

/* Who gets a message in somebody else's name is told whose it was to be. */
static void receive_destination(struct tcb *receiver, struct l4_threadid destination)
{
	if (!receiver->ipc.kernel_rpc) {
		receiver->user_frame->ecx = destination.low;
		receiver->user_frame->ebp = destination.high;
	}
}

static void wake(struct tcb *receiver)
{
	timeout_cancel(receiver);
	ready_add(receiver);
}

l4_fpage message_window(const struct tcb *receiver)
{
	unsigned descriptor = receiver->ipc.receive_descriptor;
	if (is_buffer(descriptor)) {
		return receiver->ipc.receive_header.receive_window;
	}
	return descriptor & L4_RECEIVE_MAP ? descriptor : 0;
}

/* The receiver's result. */
static unsigned transfer_mapping(const struct tcb *sender, const struct tcb *receiver)
{
	struct send_fpage item = {sender->ipc.words[0], sender->ipc.words[1]};
	l4_fpage window = message_window(receiver);
	if (!(sender->ipc.send_descriptor & L4_SEND_MAP)) {
		return L4_OK;
	}
	if (!fpage_is_valid(window)) {
		return L4_RECEIVE_CUT;
	}
	if (!fpage_is_valid(item.fpage)) {
		return L4_OK;
	}
	return fpage_map(sender->space, receiver->space, item, window, false) ? L4_RESULT_MAPPED : L4_RECEIVE_MAP_FAILED;
}

/* More than the two words, for a receiver that has no room for more. */
static bool is_cut(const struct tcb *sender)
{
	unsigned dope = sender->ipc.send_header.send_dope;
	return is_message(sender->ipc.send_descriptor) && (l4_dope_dwords(dope) > 2 || l4_dope_strings(dope) > 0);
}

bool message_finish(struct tcb *sender, struct tcb *receiver, unsigned result)
{
	const struct ipc_parameters *ipc = &sender->ipc;
	enum l4_completion_code error = l4_error(result);

	result |= ipc->route;
	receive_words(receiver, ipc->source, ipc->words[0], ipc->words[1]);
	if (ipc->route) {
		receive_destination(receiver, ipc->destination);
	}
	ipc_complete(receiver, result);
	wake(receiver);
	L4_PROBE6("l4", "ipc-receive", receiver, ipc->source.low, ipc->source.high, ipc->words[0], ipc->words[1],
		  result);
	if (error != L4_OK) {
		ipc_complete(sender, error | L4_RESULT_SEND_PHASE);
	}
	return error == L4_OK;
}

bool message_deliver(struct tcb *sender, struct tcb *receiver)
{
	unsigned result = transfer_mapping(sender, receiver);
	if (l4_error(result) == L4_OK && is_cut(sender)) {
		result |= L4_RECEIVE_CUT;
	}
	return message_finish(sender, receiver, result);
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
