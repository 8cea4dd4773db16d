/* SPDX-License-Identifier: MIT
 *
 * The transfer of one message between two threads that have met.
 */
#pragma once

#include "tcb.h"

/* The result of a thread's ipc: to its user registers, or to rpc_result for a page-fault RPC. */
void ipc_complete(struct tcb *thread, unsigned result);

/* Carries what is left of a message: a mapping and the words, or only words if the rest is cut. The receiver becomes
 * ready. False: both have an error. Not for messages that are long (long_message.h). */
bool message_deliver(struct tcb *sender, struct tcb *receiver);

/* The end of every message: words, source and result for the receiver, which becomes ready. False: the result has an
 * error, which the sender has now, too. */
bool message_finish(struct tcb *sender, struct tcb *receiver, unsigned result);

/* Where the receiver takes mappings; not valid (fpage_is_valid): nowhere. */
l4_fpage message_window(const struct tcb *receiver);

/* Descriptors that are addresses, of messages and of receive buffers. */
static inline bool is_message(unsigned send_descriptor)
{
	return (send_descriptor & ~3u) != 0;
}

static inline bool is_buffer(unsigned receive_descriptor)
{
	return (receive_descriptor & ~3u) != 0 && !(receive_descriptor & L4_RECEIVE_MAP);
}
