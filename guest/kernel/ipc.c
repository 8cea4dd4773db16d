/* SPDX-License-Identifier: MIT
 *
 * The system call ipc: a state machine of two phases, send and receive, either of which may be absent. L4 reference
 * manual, "IPC". What travels is in message.c; how a thread that waits is made to stop waiting is in ipc_end.c.
 *
 * A message is delivered into the receiver's user registers at once, so a thread that has become ready has nothing
 * left to do but return to user mode. The one exception is receive_follows: its message was fetched from the send
 * queue while something for its own receive phase was waiting already.
 */
#include "ipc.h"

#include <l4/probes.h>

#include "clans.h"
#include "console.h"
#include "interrupt.h"
#include "message.h"
#include "schedule.h"
#include "send_queue.h"
#include "system_calls.h"
#include "thread.h"
#include "timeout.h"

/* From these values on a descriptor means "no such phase". */
#define FIRST_NIL_SEND_DESCRIPTOR 0xbfc00000u
#define FIRST_NIL_RECEIVE_DESCRIPTOR USER_LIMIT
#define DESCRIPTOR_FLAGS 3u

static bool sends(const struct ipc_parameters *ipc)
{
	return ipc->send_descriptor < FIRST_NIL_SEND_DESCRIPTOR;
}

static bool receives(const struct ipc_parameters *ipc)
{
	return ipc->receive_descriptor < FIRST_NIL_RECEIVE_DESCRIPTOR;
}

static bool is_open(const struct ipc_parameters *ipc)
{
	return (ipc->receive_descriptor & L4_RECEIVE_OPEN) != 0;
}

static bool accepts(const struct tcb *receiver, const struct tcb *sender)
{
	switch (receiver->state) {
	case THREAD_WAITING: return true;
	case THREAD_RECEIVING:
	case THREAD_PAGE_FAULT_REPLY: return same_id(receiver->partner, sender->id);
	default: return false;
	}
}

/* Kinds of message that this kernel does not do yet. */
static bool is_unsupported_send(const struct tcb *self, const struct tcb *receiver)
{
	if (self->ipc.send_descriptor & ~DESCRIPTOR_FLAGS) {
		NOT_YET("long message (send)");
		return true;
	}
	if (receiver->id.high == self->id.high) {
		return false; /* the same chief: within a clan everything goes directly, and deceit is ignored */
	}
	enum l4_nearest_type type;
	struct l4_threadid nearest = clans_nearest(self, receiver->id, &type);
	if (!l4_same_task(nearest, receiver->id)) {
		NOT_YET("redirection to a chief");
		return true;
	}
	if ((self->ipc.send_descriptor & L4_SEND_DECEIT) && type != L4_SAME_CLAN) {
		NOT_YET("deceit");
		return true;
	}
	return false;
}

static bool is_unsupported_receive(const struct ipc_parameters *ipc)
{
	if ((ipc->receive_descriptor & ~DESCRIPTOR_FLAGS) && !(ipc->receive_descriptor & L4_RECEIVE_MAP)) {
		NOT_YET("long message (receive buffer)");
		return true;
	}
	return false;
}

/* L4_OK, or why nothing can be sent; nobody has been told anything yet. */
static enum l4_completion_code check_send(const struct tcb *self, struct l4_threadid destination,
					  struct tcb **receiver)
{
	*receiver = thread_lookup(destination);
	if (!*receiver || *receiver == self) {
		return L4_NOT_EXISTING;
	}
	return is_unsupported_send(self, *receiver) ? L4_SEND_CUT : L4_OK;
}

/* True: the message is with its receiver and the receive phase may begin. False: this ipc is over.
 * woken is the receiver, if it was waiting. */
static bool send_phase(struct tcb *self, struct l4_threadid destination, struct tcb **woken)
{
	struct tcb *receiver;
	enum l4_completion_code error = check_send(self, destination, &receiver);
	if (error != L4_OK) {
		ipc_complete(self, error);
		return false;
	}
	if (accepts(receiver, self)) {
		*woken = receiver;
		return message_deliver(self, receiver);
	}
	struct timeout timeout = timeout_send(self->ipc.timeouts);
	if (timeout_at_once(timeout)) {
		ipc_complete(self, L4_SEND_TIMEOUT);
		return false;
	}
	send_queue_append(receiver, self);
	self->state = self->ipc.kernel_rpc ? THREAD_PAGE_FAULT_SEND : THREAD_SENDING;
	self->partner = destination;
	timeout_set(self, timeout);
	thread_block(NULL);
	return self->ipc.receive_follows;
}

/* The thread, running or not, starts to wait for a message. */
static void begin_waiting(struct tcb *thread, struct l4_threadid source)
{
	thread->partner = is_open(&thread->ipc) ? l4_invalid() : source;
	if (thread->ipc.kernel_rpc) {
		thread->state = THREAD_PAGE_FAULT_REPLY;
	} else {
		thread->state = is_open(&thread->ipc) ? THREAD_WAITING : THREAD_RECEIVING;
	}
	timeout_set(thread, timeout_receive(thread->ipc.timeouts));
}

/* A queued sender's message has been fetched: on with its ipc. */
static void continue_sender(struct tcb *sender, bool delivered)
{
	bool goes_on = delivered && receives(&sender->ipc);
	if (delivered && !goes_on) {
		ipc_complete(sender, L4_OK);
	}
	if (goes_on && !sender->send_queue && !sender->irq_pending &&
	    !timeout_at_once(timeout_receive(sender->ipc.timeouts)) && !is_unsupported_receive(&sender->ipc)) {
		begin_waiting(sender, sender->partner);
		return;
	}
	sender->ipc.receive_follows = goes_on;
	ready_add(sender);
}

/* L4_OK, or why there is nothing to wait for. */
static enum l4_completion_code check_receive(const struct tcb *self, struct l4_threadid source)
{
	if (is_unsupported_receive(&self->ipc)) {
		return L4_RECEIVE_CUT;
	}
	bool sleep = l4_is_nil(source) || l4_is_irq(source);
	return is_open(&self->ipc) || sleep || thread_lookup(source) ? L4_OK : L4_NOT_EXISTING;
}

/* The processor goes to whom the send phase has woken, if that is due although this thread is ready. */
static void stay_ready(struct tcb *woken, struct tcb *self)
{
	if (woken && (woken->priority > self->priority || !receives(&self->ipc))) {
		thread_hand_over(woken);
	} else {
		reschedule();
	}
}

static void receive_phase(struct tcb *self, struct l4_threadid source, struct tcb *woken)
{
	self->ipc.receive_follows = false;
	enum l4_completion_code error = check_receive(self, source);
	if (error != L4_OK) {
		ipc_complete(self, error);
		stay_ready(woken, self);
		return;
	}
	bool open = is_open(&self->ipc);
	if (self->irq_pending && (open || l4_is_irq(source))) {
		ipc_deliver_irq(self, self->irq_id - 1);
		stay_ready(woken, self);
		return;
	}
	struct tcb *sender = open ? self->send_queue : send_queue_find(self, source);
	if (sender) {
		send_queue_remove(self, sender);
		timeout_cancel(sender);
		continue_sender(sender, message_deliver(sender, self));
		stay_ready(woken, self);
		return;
	}
	if (timeout_at_once(timeout_receive(self->ipc.timeouts))) {
		ipc_complete(self, L4_RECEIVE_TIMEOUT);
		stay_ready(woken, self);
		return;
	}
	begin_waiting(self, source);
	thread_block(woken);
}

void ipc_perform(struct tcb *self, struct l4_threadid partner)
{
	struct tcb *woken = NULL;
	self->ipc.receive_follows = false;
	if (sends(&self->ipc)) {
		if (!self->ipc.kernel_rpc) {
			L4_PROBE7("l4", "ipc-send", self, partner.low, partner.high, self->ipc.send_descriptor,
				  self->ipc.receive_descriptor, self->ipc.words[0], self->ipc.words[1]);
		}
		if (!send_phase(self, partner, &woken)) {
			stay_ready(woken, self);
			return;
		}
	} else if (receives(&self->ipc) && !is_open(&self->ipc) &&
		   timeout_at_once(timeout_receive(self->ipc.timeouts)) && interrupt_control(self, partner)) {
		return;
	}
	if (receives(&self->ipc)) {
		receive_phase(self, partner, woken);
	} else {
		ipc_complete(self, L4_OK);
		stay_ready(woken, self);
	}
}

unsigned ipc_page_fault(struct tcb *self, unsigned w0, unsigned w1)
{
	self->ipc = (struct ipc_parameters){
		.send_descriptor = L4_SEND_SHORT,
		.receive_descriptor = l4_receive_window(L4_WHOLE_SPACE),
		.timeouts = L4_NEVER,
		.words = {w0, w1},
		.kernel_rpc = true,
	};
	L4_PROBE5("l4", "pf-rpc", self, self->pager.low, self->pager.high, w0, w1);
	ipc_perform(self, self->pager);
	return self->ipc.rpc_result;
}

void sys_ipc(struct trap_frame *frame)
{
	struct tcb *self = current;
	self->ipc = (struct ipc_parameters){
		.send_descriptor = frame->eax,
		.receive_descriptor = frame->ebp,
		.timeouts = frame->ecx,
		.words = {frame->edx, frame->ebx},
	};
	ipc_perform(self, (struct l4_threadid){frame->esi, frame->edi});
}
