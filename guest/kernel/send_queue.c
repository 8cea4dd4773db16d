/* SPDX-License-Identifier: MIT
 *
 * The queue of senders, linked through send_next. L4 reference manual, "IPC: pending senders".
 */
#include "ipc.h"

void send_queue_append(struct tcb *receiver, struct tcb *sender)
{
	struct tcb **link = &receiver->send_queue;
	while (*link) {
		link = &(*link)->send_next;
	}
	sender->send_next = NULL;
	*link = sender;
}

void send_queue_remove(struct tcb *receiver, struct tcb *sender)
{
	struct tcb **link = &receiver->send_queue;
	while (*link && *link != sender) {
		link = &(*link)->send_next;
	}
	if (*link) {
		*link = sender->send_next;
		sender->send_next = NULL;
	}
}

struct tcb *send_queue_find(const struct tcb *receiver, struct l4_threadid sender)
{
	struct tcb *thread = receiver->send_queue;
	while (thread && !same_id(thread->ipc.source, sender)) {
		thread = thread->send_next;
	}
	return thread;
}
