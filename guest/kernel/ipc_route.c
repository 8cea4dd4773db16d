/* SPDX-License-Identifier: MIT
 *
 * Clans & Chiefs in ipc: a message that would cross a clan's border goes to the chief at that border instead, who sees
 * whose it is and for whom; and a chief may pass it on in its sender's name. L4 reference manual, "Clans & Chiefs".
 */
#include "ipc.h"

#include "clans.h"
#include "thread.h"

/* What the chief sees: the message comes from inside its clan if it is on its way out. */
static unsigned char redirection(enum l4_nearest_type type)
{
	return type == L4_OUTER_CLAN ? L4_RESULT_REDIRECTED | L4_RESULT_FROM_INNER : L4_RESULT_REDIRECTED;
}

/* A chief may use another's name only if it stands between the two: one is in its clan, the other is not. */
static bool may_deceive(const struct tcb *self, const struct tcb *destination)
{
	const struct tcb *named = thread_lookup(self->ipc.virtual_sender);
	unsigned task = self->space->task;
	return clans_inside(destination->space, task) != (named && clans_inside(named->space, task));
}

struct tcb *ipc_route(struct tcb *self, struct l4_threadid destination)
{
	struct ipc_parameters *ipc = &self->ipc;
	struct tcb *receiver = thread_lookup(destination);

	ipc->source = self->id;
	ipc->destination = destination;
	ipc->route = 0;
	if (!receiver || receiver == self) {
		return NULL;
	}
	if ((ipc->send_descriptor & L4_SEND_DECEIT) && may_deceive(self, receiver)) {
		ipc->source = ipc->virtual_sender;
		ipc->route |= L4_RESULT_DECEITED;
	}
	if (receiver->id.high == self->id.high) {
		return receiver; /* the same chief: within a clan everything goes directly */
	}
	enum l4_nearest_type type;
	struct l4_threadid nearest = clans_nearest(self, destination, &type);
	if (!same_id(nearest, destination)) {
		ipc->route |= redirection(type);
		receiver = thread_lookup(nearest);
	}
	return receiver == self ? NULL : receiver;
}
