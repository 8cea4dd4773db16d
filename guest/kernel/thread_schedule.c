/* SPDX-License-Identifier: MIT
 *
 * The system call thread_schedule: priority, time slice and external preempter of a thread that the caller may
 * control, the small space of its task, and what the thread is doing. L4 reference manual, "thread_schedule".
 */
#include <l4/syscalls.h>

#include "clock.h"
#include "schedule.h"
#include "small_space.h"
#include "system_calls.h"
#include "thread.h"

enum {
	MAX_TIMESLICE = 127000,
	STATE_SHIFT = 16,
	SMALL_SHIFT = 8,
	SMALL_MASK = 0xff,
	SMALL_UNCHANGED = 0xff, /* and so does 0 */
	SMALL_TOO_LARGE = 0x80,
	LARGEST_EXPONENT = 15,
};

/* What the manual calls ts. */
static const unsigned char states[] = {
	[THREAD_INACTIVE] = L4_STATE_DEAD,
	[THREAD_READY] = L4_STATE_RUNNING,
	[THREAD_SENDING] = L4_STATE_PENDING_SEND,
	[THREAD_RECEIVING] = L4_STATE_RECEIVING,
	[THREAD_WAITING] = L4_STATE_WAITING,
	[THREAD_PAGE_FAULT_SEND] = L4_STATE_PENDING_SEND,
	[THREAD_PAGE_FAULT_REPLY] = L4_STATE_RECEIVING,
	[THREAD_PREEMPTION_SEND] = L4_STATE_PENDING_SEND,
	[THREAD_PREEMPTION_REPLY] = L4_STATE_RECEIVING,
	[THREAD_TRANSFERRING] = L4_STATE_RECEIVING,
	[THREAD_DEAD] = L4_STATE_DEAD,
};

struct time_word {
	unsigned mantissa, exponent;
};

/* mantissa * 4^(15 - exponent) microseconds, rounded down. */
static struct time_word encode(microseconds time)
{
	struct time_word word = {0, LARGEST_EXPONENT};
	while (word.exponent > 1 && time > 0xff) {
		time >>= 2;
		word.exponent--;
	}
	word.mantissa = (unsigned)time & 0xff;
	return word;
}

/* Who waits for the answer to one of the kernel's calls says to which. */
static unsigned state_of(const struct tcb *thread)
{
	bool answers = thread->state == THREAD_PAGE_FAULT_REPLY || thread->state == THREAD_PREEMPTION_REPLY;
	return states[thread->state] + (answers ? thread->ipc.kernel_rpc : 0u);
}

static unsigned describe(const struct tcb *thread)
{
	struct time_word slice = encode((unsigned)thread->timeslice);
	return slice.mantissa << 24 | slice.exponent << 20 | state_of(thread) << STATE_SHIFT |
	       small_space_byte(thread->space) << SMALL_SHIFT | thread->priority;
}

static void set_timeslice(struct tcb *thread, unsigned mantissa, unsigned exponent)
{
	if (mantissa == 0 && exponent == 0) {
		return; /* unchanged */
	}
	microseconds slice = (microseconds)mantissa << 2 * (LARGEST_EXPONENT - exponent);
	thread->timeslice = slice > MAX_TIMESLICE ? MAX_TIMESLICE : (int)slice;
	if (!schedule_runs_on_own_slice(thread)) {
		thread->timeslice_left = thread->timeslice;
	}
}

static unsigned small_of(unsigned param)
{
	return param >> SMALL_SHIFT & SMALL_MASK;
}

static void set_parameters(struct tcb *thread, unsigned param)
{
	unsigned priority = param & 0xff;
	set_timeslice(thread, param >> 24, param >> 20 & 0xf);
	schedule_set_priority(thread, priority ? priority : 1); /* enters the ring, if it can run now */
	if (small_of(param) != 0 && small_of(param) != SMALL_UNCHANGED) {
		small_space_choose(thread->space, small_of(param));
	}
}

/* Not the idle thread, which has no user level. Both the priority that it has and the one that it would get must be within
 * the caller's reach, and the small byte name a size. */
static bool may_control(const struct tcb *self, const struct tcb *thread, unsigned param)
{
	return thread && thread->user_frame && thread->priority <= self->max_controlled_priority &&
	       (param == L4_UNCHANGED ||
		((param & 0xff) <= self->max_controlled_priority && small_of(param) != SMALL_TOO_LARGE));
}

void sys_thread_schedule(struct trap_frame *frame)
{
	unsigned param = frame->eax;
	struct tcb *thread = thread_lookup((struct l4_threadid){frame->esi, frame->edi});
	if (!may_control(current, thread, param)) {
		frame->eax = L4_UNCHANGED;
		return;
	}
	struct l4_threadid preempter = {frame->ebx, frame->ebp};
	struct l4_threadid partner = thread->state == THREAD_WAITING ? l4_invalid() : thread->partner;
	microseconds remaining = thread->wakeup_time > clock_now() ? thread->wakeup_time - clock_now() : 0;
	struct time_word wakeup = thread->wakeup_time ? encode(remaining) : (struct time_word){0, 0};

	frame->eax = describe(thread);
	frame->ebx = thread->external_preempter.low;
	frame->ebp = thread->external_preempter.high;
	frame->esi = partner.low;
	frame->edi = partner.high;
	frame->ecx = (unsigned)thread->cpu_time;
	frame->edx = wakeup.mantissa << 24 | wakeup.exponent << 20 | (unsigned)(thread->cpu_time >> 32 & 0xffff);
	if (!l4_is_invalid(preempter)) {
		thread->external_preempter = preempter;
	}
	if (param != L4_UNCHANGED) {
		set_parameters(thread, param);
		reschedule();
	}
}
