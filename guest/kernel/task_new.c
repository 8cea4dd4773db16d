/* SPDX-License-Identifier: MIT
 *
 * The system call task_new: deletes a task, makes it anew, or hands the right to make it to somebody else. L4
 * reference manual, "task_new". Only the task's chief may do so.
 *
 * Deleting lets interrupts in. Meanwhile others may do the same or delete the caller, so after each step everything is looked
 * up again: two threads that have the same task in hand both come to an end, one after the other. What is left when the
 * caller does not go on is a task without threads, for the next task_new, or the one that deletes the chief.
 */
#include <l4/types.h>

#include "ia32/cpu.h"
#include "schedule.h"
#include "space.h"
#include "system_calls.h"
#include "thread.h"

static struct space *first_member(unsigned chief)
{
	for (struct space *space = space_list; space; space = space->space_next) {
		/* The root task is its own chief. */
		if (space->chief == chief && space->task != chief) {
			return space;
		}
	}
	return NULL;
}

/* A chief's death is its clan's. The threads die from the chief inwards, or they would make new members; then, innermost
 * first, the tasks. One step of it: the threads of one task, or a part of its memory. */
static void delete_some(struct space *top)
{
	struct space *victim;
	for (struct space *next = top; next; next = first_member(victim->task)) {
		victim = next;
		if (space_stop(victim)) {
			return;
		}
	}
	task_slots[victim->task].creator = (unsigned short)victim->chief;
	space_delete(victim);
}

static unsigned nest_of_new_task(const struct tcb *self)
{
	return self->space->task == L4_TASK_ROOT ? 0 : l4_nest_of(self->id) + 1;
}

/* The caller is the task's chief, or owns the number of one that is inactive; the site is its own. */
static bool may_control(const struct tcb *self, struct l4_threadid task)
{
	unsigned number = l4_task_of(task);
	struct space *space = space_lookup(number);
	if (number <= L4_TASK_ROOT || number == self->space->task || nest_of_new_task(self) > L4_MAX_NEST ||
	    ((task.high ^ self->id.high) & L4_ID_SITE_MASK)) {
		return false;
	}
	if (space) {
		return space->chief == self->space->task && space->id.high == task.high;
	}
	return task_slots[number].creator == self->space->task;
}

static struct l4_threadid create(struct tcb *self, unsigned number, const struct trap_frame *frame)
{
	unsigned site = self->id.high & L4_ID_SITE_MASK;
	struct space *space = space_create(number, self->space->task, nest_of_new_task(self), site);
	if (!space) {
		return l4_nil();
	}
	space->without_io = self->space->without_io || (frame->eax & L4_TASK_WITHOUT_IO);
	struct tcb *thread = thread_create(space, 0, self);
	if (!thread) {
		space_delete(space);
		return l4_nil();
	}
	unsigned mcp = frame->eax & ~L4_TASK_WITHOUT_IO;
	if (mcp < self->max_controlled_priority) {
		thread->max_controlled_priority = (unsigned char)mcp;
	}
	thread->pager = (struct l4_threadid){frame->ebx, frame->ebp};
	thread->user_frame->esp = frame->ecx;
	thread->user_frame->eip = frame->edx;
	ready_add(thread);
	return thread->id;
}

static struct l4_threadid make_inactive(struct l4_threadid task, unsigned new_chief)
{
	unsigned chief = l4_task_of((struct l4_threadid){new_chief, 0});
	task_slots[l4_task_of(task)].creator = (unsigned short)chief;
	task.high = (task.high & ~((L4_TASKS - 1u) << L4_ID_TASK_SHIFT)) | chief << L4_ID_TASK_SHIFT;
	return task;
}

void sys_task_new(struct trap_frame *frame)
{
	struct tcb *self = current;
	struct l4_threadid task = {frame->esi & L4_ID_TASK_EQUAL_MASK, frame->edi};
	struct l4_threadid result = l4_nil();
	while (may_control(self, task)) {
		struct space *old = space_lookup(l4_task_of(task));
		if (!old) {
			result = frame->ebx == 0 ? make_inactive(task, frame->eax) : create(self, l4_task_of(task), frame);
			break;
		}
		delete_some(old);
		preemption_point();
	}
	frame->esi = result.low;
	frame->edi = result.high;
	reschedule();
}
