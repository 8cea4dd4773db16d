/* SPDX-License-Identifier: MIT
 *
 * The timeout word (L4 reference manual, "IPC: timeouts"; m * 4^(15-e) microseconds, e = 0 means never) and the
 * list of sleepers, sorted by the time of their wakeup.
 */
#include "timeout.h"

#include <l4/probes.h>

#include "clock.h"
#include "ipc.h"

static struct tcb *wakeup_list;

static struct timeout decode(unsigned mantissa, unsigned exponent)
{
	return (struct timeout){.never = exponent == 0, .duration = (microseconds)mantissa << 2 * (15 - exponent)};
}

struct timeout timeout_send(l4_timeouts timeouts)
{
	return decode(timeouts >> 16 & 0xff, timeouts >> 4 & 0xf);
}

struct timeout timeout_receive(l4_timeouts timeouts)
{
	return decode(timeouts >> 24, timeouts & 0xf);
}

/* 4^(15-p) microseconds, 0 for p = 15; as a limit of both phases of a message. */
static l4_timeouts fault_timeouts(unsigned exponent)
{
	unsigned mantissa = exponent < 15 ? 1 : 0;
	return l4_send_timeout(mantissa, exponent) | l4_receive_timeout(mantissa, exponent);
}

l4_timeouts timeout_send_fault(l4_timeouts timeouts)
{
	return fault_timeouts(timeouts >> 12 & 0xf);
}

l4_timeouts timeout_receive_fault(l4_timeouts timeouts)
{
	return fault_timeouts(timeouts >> 8 & 0xf);
}

void timeout_set(struct tcb *thread, struct timeout timeout)
{
	if (timeout.never) {
		return;
	}
	thread->wakeup_time = clock_now() + timeout.duration;
	struct tcb **link = &wakeup_list;
	while (*link && (*link)->wakeup_time <= thread->wakeup_time) {
		link = &(*link)->wakeup_next;
	}
	thread->wakeup_link = link;
	thread->wakeup_next = *link;
	if (*link) {
		(*link)->wakeup_link = &thread->wakeup_next;
	}
	*link = thread;
}

void timeout_cancel(struct tcb *thread)
{
	if (thread->wakeup_time == 0) {
		return;
	}
	thread->wakeup_time = 0;
	*thread->wakeup_link = thread->wakeup_next;
	if (thread->wakeup_next) {
		thread->wakeup_next->wakeup_link = thread->wakeup_link;
	}
	thread->wakeup_next = NULL;
}

void timeout_expire(microseconds now)
{
	while (wakeup_list && wakeup_list->wakeup_time <= now) {
		struct tcb *thread = wakeup_list;
		timeout_cancel(thread);
		L4_PROBE1("l4", "wakeup", thread);
		ipc_end_waiting(thread, L4_RECEIVE_TIMEOUT);
	}
}
