/* SPDX-License-Identifier: MIT
 *
 * The system call ipc: a state machine of two phases, send and receive, either of which may be absent. L4 reference
 * manual, "IPC". What travels is in message.c; how a thread that waits is made to stop waiting is in ipc_end.c.
 *
 * A message is delivered into the receiver's user registers at once, so a thread that has become ready has nothing
 * left to do but return to user mode. The one exception is receive_follows: its message was fetched from the send
 * queue while something for its own receive phase was waiting already. Long messages are carried by the sender's
 * thread in any case; the receiver that fetches one wakes it for that.
 */
#include "ipc.h"

#include <l4/probes.h>

#include "fpage.h"
#include "interrupt.h"
#include "long_message.h"
#include "message.h"
#include "schedule.h"
#include "system_calls.h"
#include "thread.h"
#include "timeout.h"
#include "transfer_memory.h"
#include "user_memory.h"

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
	case THREAD_PAGE_FAULT_REPLY:
	case THREAD_PREEMPTION_REPLY: return same_id(receiver->partner, sender->ipc.source);
	default: return false;
	}
}

/* By enum kernel_rpc. */
static const unsigned char sending_states[] = {
	THREAD_SENDING,
	THREAD_PAGE_FAULT_SEND,
	THREAD_PREEMPTION_SEND,
	THREAD_PREEMPTION_SEND,
};
static const unsigned char receiving_states[] = {
	THREAD_RECEIVING,
	THREAD_PAGE_FAULT_REPLY,
	THREAD_PREEMPTION_REPLY,
	THREAD_PREEMPTION_REPLY,
};

/* True: the message is with its receiver and the receive phase may begin. False: this ipc is over.
 * woken is the receiver, if it was waiting. */
static bool send_phase(struct tcb *self, struct l4_threadid destination, struct tcb **woken)
{
	struct tcb *receiver = ipc_route(self, destination);
	if (!receiver) {
		ipc_complete(self, L4_NOT_EXISTING);
		return false;
	}
	if (accepts(receiver, self)) {
		*woken = receiver;
		if (!long_message_is(self, receiver)) {
			return message_deliver(self, receiver);
		}
		long_message_begin(self, receiver);
		return long_message_carry(self);
	}
	struct timeout timeout = timeout_send(self->ipc.timeouts);
	if (timeout_at_once(timeout)) {
		ipc_complete(self, L4_SEND_TIMEOUT);
		return false;
	}
	send_queue_append(receiver, self);
	self->state = sending_states[self->ipc.kernel_rpc];
	self->partner = receiver->id;
	timeout_set(self, timeout);
	transfer_wait(self, NULL);
	if (self->transfer.sends) {
		*woken = self->transfer.partner;
		return long_message_carry(self);
	}
	return self->ipc.receive_follows;
}

/* The thread, running or not, starts to wait for a message. */
static void begin_waiting(struct tcb *thread, struct l4_threadid source)
{
	bool open = is_open(&thread->ipc);
	thread->partner = open ? l4_invalid() : source;
	thread->state = open ? THREAD_WAITING : receiving_states[thread->ipc.kernel_rpc];
	timeout_set(thread, timeout_receive(thread->ipc.timeouts));
}

/* It would not have to wait. Whoever else is in its queue is not what a closed receive waits for. */
static bool something_waits_for(const struct tcb *thread, struct l4_threadid source)
{
	if (is_open(&thread->ipc)) {
		return thread->send_queue || thread->irq_pending;
	}
	return send_queue_find(thread, source) != NULL;
}

/* A queued sender's message has been fetched: on with its ipc. It waits at once if it has to, because the answer may come
 * with timeout 0. */
static void continue_sender(struct tcb *sender, bool delivered)
{
	bool goes_on = delivered && receives(&sender->ipc);
	if (delivered && !goes_on) {
		ipc_complete(sender, L4_OK);
	}
	if (goes_on && !something_waits_for(sender, sender->ipc.destination) &&
	    !timeout_at_once(timeout_receive(sender->ipc.timeouts))) {
		begin_waiting(sender, sender->ipc.destination);
		return;
	}
	sender->ipc.receive_follows = goes_on;
	ready_add(sender);
}

/* L4_OK, or why there is nothing to wait for. */
static enum l4_completion_code check_receive(const struct tcb *self, struct l4_threadid source)
{
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
		if (long_message_is(sender, self)) {
			long_message_begin(sender, self);
			ready_add(sender);
			transfer_wait(self, sender);
			return;
		}
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
	transfer_wait(self, woken);
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

/* What an ipc starts with; all other parameters are set before they are read. */
static void set_parameters(struct tcb *self, unsigned send, unsigned receive, l4_timeouts timeouts, unsigned w0,
			   unsigned w1)
{
	struct ipc_parameters *ipc = &self->ipc;
	ipc->send_descriptor = send;
	ipc->receive_descriptor = receive;
	ipc->timeouts = timeouts;
	ipc->words[0] = w0;
	ipc->words[1] = w1;
}

unsigned ipc_page_fault(struct tcb *self, unsigned w0, unsigned w1, l4_timeouts timeouts)
{
	/* In a long message what the pager maps keeps interrupts waiting: not more than is done at once otherwise. */
	l4_fpage window = self->transfer.partner ? l4_make_fpage(w0, MAPPED_AT_ONCE_LOG2, 0) : L4_WHOLE_SPACE;
	set_parameters(self, L4_SEND_SHORT, l4_receive_window(window), timeouts, w0, w1);
	self->ipc.kernel_rpc = RPC_PAGER;
	L4_PROBE5("l4", "pf-rpc", self, self->pager.low, self->pager.high, w0, w1);
	ipc_perform(self, self->pager);
	return self->ipc.rpc_result;
}

void ipc_preemption(struct tcb *self, enum kernel_rpc rpc, struct l4_threadid preempter, unsigned w0, unsigned w1)
{
	set_parameters(self, L4_SEND_SHORT, L4_RECEIVE_SHORT, L4_NEVER, w0, w1);
	self->ipc.kernel_rpc = (unsigned char)rpc;
	ipc_perform(self, preempter);
}

/* What of an ipc's parameters stands in the user's memory. */
struct fetched {
	struct l4_message_header send_header, receive_header;
	struct l4_threadid virtual_sender;
};

static bool must_fetch(const struct trap_frame *frame)
{
	return (frame->eax < FIRST_NIL_SEND_DESCRIPTOR && (frame->eax & ~(unsigned)L4_SEND_MAP)) ||
	       (frame->ebp < FIRST_NIL_RECEIVE_DESCRIPTOR && is_buffer(frame->ebp));
}

/* The thread may fault meanwhile, and is not in the ipc yet: if it is made to stop waiting for that, it finds in EAX what
 * we put there. */
static enum l4_completion_code fetch(struct tcb *self, struct fetched *fetched, struct trap_frame *frame)
{
	unsigned send = frame->eax, receive = frame->ebp;
	bool sends = send < FIRST_NIL_SEND_DESCRIPTOR;
	frame->eax = sends ? L4_SEND_CANCELED : L4_RECEIVE_CANCELED;
	if (sends && is_message(send) &&
	    !user_read(self, &fetched->send_header, send & ~DESCRIPTOR_FLAGS, sizeof fetched->send_header)) {
		return L4_SEND_RECEIVE_FAULT_TIMEOUT;
	}
	if (sends && (send & L4_SEND_DECEIT) &&
	    !user_read(self, &fetched->virtual_sender, frame->esp, sizeof fetched->virtual_sender)) {
		return L4_SEND_RECEIVE_FAULT_TIMEOUT;
	}
	if (receive < FIRST_NIL_RECEIVE_DESCRIPTOR && is_buffer(receive) &&
	    !user_read(self, &fetched->receive_header, receive & ~DESCRIPTOR_FLAGS, sizeof fetched->receive_header)) {
		return L4_RECEIVE_SEND_FAULT_TIMEOUT;
	}
	frame->eax = send;
	return L4_OK;
}

void sys_ipc(struct trap_frame *frame)
{
	struct tcb *self = current;
	if (must_fetch(frame)) {
		struct fetched fetched;
		enum l4_completion_code error = fetch(self, &fetched, frame);
		if (error != L4_OK) {
			frame->eax = error;
			return;
		}
		self->ipc.send_header = fetched.send_header;
		self->ipc.receive_header = fetched.receive_header;
		self->ipc.virtual_sender = fetched.virtual_sender;
	}
	set_parameters(self, frame->eax, frame->ebp, frame->ecx, frame->edx, frame->ebx);
	self->ipc.kernel_rpc = RPC_NONE;
	ipc_perform(self, (struct l4_threadid){frame->esi, frame->edi});
}
