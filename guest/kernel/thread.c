/* SPDX-License-Identifier: MIT
 *
 * Thread control blocks: creation, look-up by id, deletion. L4 reference manual, "Unique Ids" and "Tasks and
 * Threads". A TCB and its kernel stack are one block; its space holds the table that finds it.
 */
#include "thread.h"

#include <l4/probes.h>

#include "console.h"
#include "fpu.h"
#include "ia32/cpu.h"
#include "interrupt.h"
#include "ipc.h"
#include "memory.h"
#include "schedule.h"
#include "timeout.h"

_Static_assert(sizeof(struct tcb) < TCB_SIZE / 4, "most of the block must be stack");

struct tcb *thread_list;
static struct slab tcb_slab = {.object_size = TCB_SIZE};

void return_to_user(void);

struct tcb *thread_lookup_low(unsigned low)
{
	struct l4_threadid id = {low, 0};
	struct space *space = space_lookup(l4_task_of(id));
	struct tcb *thread = space ? space->threads[l4_lthread_of(id)] : NULL;
	return thread && thread->id.low == low ? thread : NULL;
}

struct tcb *thread_lookup(struct l4_threadid id)
{
	struct tcb *thread = thread_lookup_low(id.low);
	return thread && thread->id.high == id.high ? thread : NULL;
}

static struct tcb *allocate(struct space *space, unsigned lthread)
{
	struct tcb *thread = slab_allocate(&tcb_slab);
	if (!thread) {
		return NULL;
	}
	thread->id = l4_lthread(space->id, lthread);
	thread->space = space;
	thread->internal_preempter = l4_invalid();
	thread->external_preempter = l4_invalid();
	thread->thread_next = thread_list;
	thread->thread_link = &thread_list;
	if (thread_list) {
		thread_list->thread_link = &thread->thread_next;
	}
	thread_list = thread;
	space->threads[lthread] = thread;
	return thread;
}

void thread_reset_stack(struct tcb *thread)
{
	struct switch_frame *frame = (struct switch_frame *)thread->user_frame - 1;
	*frame = (struct switch_frame){.eip = (unsigned)return_to_user};
	thread->kernel_esp = frame;
}

struct tcb *thread_create(struct space *space, unsigned lthread, const struct tcb *creator)
{
	struct tcb *thread = allocate(space, lthread);
	if (!thread) {
		return NULL;
	}
	thread->user_frame = (struct trap_frame *)((char *)thread + TCB_SIZE) - 1;
	*thread->user_frame = (struct trap_frame){
		.gs = USER_DATA,
		.fs = USER_DATA,
		.es = USER_DATA,
		.ds = USER_DATA,
		.cs = USER_CODE,
		.ss = USER_DATA,
		.eflags = EFLAGS_RESERVED | EFLAGS_INTERRUPT |
			  (space->without_io ? 0 : EFLAGS_IOPL_3),
	};
	thread_reset_stack(thread);
	thread->priority = creator->priority;
	thread->max_controlled_priority = creator->max_controlled_priority;
	thread->timeslice = creator->timeslice;
	thread->timeslice_left = creator->timeslice;
	L4_PROBE1("l4", "thread-create", thread);
	return thread;
}

struct tcb *thread_create_idle(struct space *space, void (*entry)(void))
{
	struct tcb *thread = allocate(space, 0);
	if (!thread) {
		panic("no memory for the idle thread");
	}
	/* One word more than the frame: the "return address" of entry, which never returns. */
	struct switch_frame *frame = (struct switch_frame *)((char *)thread + TCB_SIZE - sizeof(unsigned)) - 1;
	*frame = (struct switch_frame){.eip = (unsigned)entry};
	thread->kernel_esp = frame;
	thread->state = THREAD_READY;
	return thread;
}

void thread_delete(struct tcb *thread)
{
	L4_PROBE1("l4", "thread-delete", thread);
	ipc_withdraw(thread);
	timeout_cancel(thread);
	ready_remove(thread);
	interrupt_dissociate(thread);
	fpu_release(thread);
	schedule_forget(thread);
	*thread->thread_link = thread->thread_next;
	if (thread->thread_next) {
		thread->thread_next->thread_link = thread->thread_link;
	}
	thread->space->threads[l4_lthread_of(thread->id)] = NULL;
	thread->state = THREAD_INACTIVE;
	slab_free(&tcb_slab, thread);
}
