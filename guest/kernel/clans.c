/* SPDX-License-Identifier: MIT
 *
 * Clans and chiefs, and the system call id_nearest. L4 reference manual, "Clans & Chiefs". A clan is the tasks with
 * the same chief; a message that leaves or enters one goes through its chief.
 */
#include "clans.h"

#include "space.h"
#include "system_calls.h"
#include "thread.h"

static struct l4_threadid chief_of(const struct tcb *self)
{
	struct space *chief = space_lookup(self->space->chief);
	return chief ? chief->id : l4_invalid();
}

struct l4_threadid clans_nearest(const struct tcb *self, struct l4_threadid destination, enum l4_nearest_type *type)
{
	const struct space *mine = self->space;
	const struct tcb *thread = thread_lookup(destination);

	*type = L4_OUTER_CLAN;
	if (!thread) {
		return chief_of(self);
	}
	/* A task of my clan; the root task is its own chief and so a member of the outermost clan. */
	const struct space *space = thread->space;
	if (space == mine || space->chief == mine->chief) {
		*type = L4_SAME_CLAN;
		return destination;
	}
	if (space->task == mine->chief) {
		return destination;
	}
	/* Outward from the destination: the first task that I can reach directly leads to it. */
	while (space && space->chief != space->task) {
		bool member = space->chief == mine->chief;
		if (space->chief == mine->task || member) {
			*type = L4_INNER_CLAN;
			return space == thread->space ? destination : space->id;
		}
		space = space_lookup(space->chief);
	}
	return chief_of(self);
}

bool clans_inside(const struct space *space, unsigned chief)
{
	while (space && space->chief != space->task) {
		if (space->chief == chief) {
			return true;
		}
		space = space_lookup(space->chief);
	}
	return false;
}

void sys_id_nearest(struct trap_frame *frame)
{
	struct l4_threadid destination = {frame->esi, frame->edi};
	enum l4_nearest_type type = L4_SAME_CLAN;
	struct l4_threadid nearest =
		l4_is_nil(destination) ? current->id : clans_nearest(current, destination, &type);
	frame->eax = type;
	frame->esi = nearest.low;
	frame->edi = nearest.high;
}
