/* SPDX-License-Identifier: MIT
 *
 * Timeouts of ipc: what the timeout word means, and the list of threads that will be woken.
 */
#pragma once

#include "tcb.h"

struct timeout {
	bool never;
	microseconds duration; /* 0: at once */
};

struct timeout timeout_send(l4_timeouts timeouts);
struct timeout timeout_receive(l4_timeouts timeouts);

/* The limits for the page-fault messages of a long message: of faults in the receiver's space, by the sender's word,
 * and of faults in the sender's space, by the receiver's. */
l4_timeouts timeout_send_fault(l4_timeouts timeouts);
l4_timeouts timeout_receive_fault(l4_timeouts timeouts);

static inline bool timeout_at_once(struct timeout timeout)
{
	return !timeout.never && timeout.duration == 0;
}

/* The thread is about to block: it will be woken (ipc_end_waiting) when the time has come. */
void timeout_set(struct tcb *thread, struct timeout timeout);
void timeout_cancel(struct tcb *thread);

/* Wakes everyone whose time has come. */
void timeout_expire(microseconds now);
