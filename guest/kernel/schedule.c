/* SPDX-License-Identifier: MIT
 *
 * The dispatcher: ready rings, the choice of the next thread, and the one function that switches. L4 reference
 * manual, "Scheduling". Time-slice donation is a pointer to the thread whose slice is being used up. A thread without a
 * slice of its own takes over the rest of the one that came with the processor; it is in its ring as long as that lasts.
 */
#include "schedule.h"

#include <l4/probes.h>

#include "descriptors.h"
#include "fpu.h"
#include "ia32/cpu.h"
#include "paging.h"
#include "system_calls.h"
#include "thread.h"

enum { WORD_BITS = 1 << READY_WORD_BITS_LOG2 };

struct tcb *current;
struct tcb *ready_queues[PRIORITIES];

unsigned ready_bits[READY_WORDS];
unsigned ready_words;

static struct tcb *idle_thread;
static struct tcb *slice_owner;

void switch_stack(struct switch_frame **save, struct switch_frame *next);

void ready_add(struct tcb *thread)
{
	thread->state = THREAD_READY;
	if (thread->ready_next) {
		return;
	}
	struct tcb *first = ready_queues[thread->priority];
	if (first) {
		thread->ready_next = first;
		thread->ready_previous = first->ready_previous;
		first->ready_previous->ready_next = thread;
		first->ready_previous = thread;
	} else {
		thread->ready_next = thread->ready_previous = thread;
		ready_queues[thread->priority] = thread;
		ready_bits[thread->priority / WORD_BITS] |= 1u << thread->priority % WORD_BITS;
		ready_words |= 1u << thread->priority / WORD_BITS;
	}
}

void ready_remove(struct tcb *thread)
{
	if (!thread->ready_next) {
		return;
	}
	struct tcb **first = &ready_queues[thread->priority];
	if (thread->ready_next == thread) {
		*first = NULL;
		unsigned word = thread->priority / WORD_BITS;
		ready_bits[word] &= ~(1u << thread->priority % WORD_BITS);
		if (ready_bits[word] == 0) {
			ready_words &= ~(1u << word);
		}
	} else {
		thread->ready_next->ready_previous = thread->ready_previous;
		thread->ready_previous->ready_next = thread->ready_next;
		if (*first == thread) {
			*first = thread->ready_next;
		}
	}
	thread->ready_next = thread->ready_previous = NULL;
}

void schedule_set_priority(struct tcb *thread, unsigned priority)
{
	ready_remove(thread);
	thread->priority = (unsigned char)priority;
	if (thread->state == THREAD_READY) {
		ready_add(thread);
	}
}

/* Ready, and with time to run, which every thread with a time slice has, and the idle thread never. */
static bool is_runnable(const struct tcb *thread)
{
	return thread->state == THREAD_READY && thread->timeslice_left > 0;
}

/* The processor was passed to a thread that has no slice: the rest of the giver's is its own, in the giver's place, and the
 * giver goes to the end with a new one. */
static void take_over_slice(struct tcb *thread)
{
	struct tcb *giver = slice_owner;
	if (thread->timeslice_left > 0 || thread == giver) {
		return;
	}
	thread->timeslice_left = giver->timeslice_left;
	giver->timeslice_left = giver->timeslice;
	slice_owner = thread;
	schedule_set_priority(giver, giver->priority);
	if (thread->state == THREAD_READY) {
		ready_add(thread);
		ready_queues[thread->priority] = thread;
	}
}

/* Of all that can run, the running one too. */
static struct tcb *most_urgent(void)
{
	if (current->timeslice_left <= 0) {
		take_over_slice(current);
	}
	if (is_runnable(current)) {
		ready_add(current);
	}
	while (ready_words) {
		unsigned word = highest_bit(ready_words);
		struct tcb *head = ready_queues[word * WORD_BITS + highest_bit(ready_bits[word])];
		if (is_runnable(head)) {
			return head;
		}
		ready_remove(head);
	}
	return idle_thread;
}

/* If the running thread is ready, it is in its ring. */
static void thread_switch_to(struct tcb *next)
{
	struct tcb *from = current;
	if (next == from) {
		return;
	}
	L4_PROBE2("l4", "thread-switch", from, next);
	space_switch(next->space);
	descriptors_load_thread(next);
	fpu_switch(next);
	current = next;
	switch_stack(&from->kernel_esp, next->kernel_esp);
}

static void dispatch(struct tcb *next)
{
	slice_owner = next;
	thread_switch_to(next);
}

void thread_block(struct tcb *next)
{
	struct tcb *urgent = most_urgent();
	if (next && next->priority >= urgent->priority) {
		thread_switch_to(next);
	} else {
		take_over_slice(next ? next : current);
		dispatch(urgent);
	}
}

void ipc_dispatch(struct tcb *receiver)
{
	ready_add(receiver);
	thread_block(receiver);
}

void thread_hand_over(struct tcb *next)
{
	struct tcb *urgent = most_urgent();
	if (next->priority >= urgent->priority) {
		thread_switch_to(next);
	} else if (urgent->priority > current->priority) {
		dispatch(urgent);
	}
}

void reschedule(void)
{
	struct tcb *urgent = most_urgent();
	if (current == idle_thread || urgent->priority > current->priority) {
		dispatch(urgent);
	}
}

void thread_yield(void)
{
	slice_owner = current;
	current->timeslice_left = current->timeslice;
	schedule_set_priority(current, current->priority);
	dispatch(most_urgent());
}

bool schedule_runs_on_own_slice(const struct tcb *thread)
{
	return slice_owner == thread;
}

bool schedule_tick(unsigned elapsed)
{
	current->cpu_time += elapsed;
	take_over_slice(current);
	if (current != idle_thread) {
		slice_owner->timeslice_left -= (int)elapsed;
		if (slice_owner->timeslice_left <= 0) {
			slice_owner->timeslice_left = slice_owner->timeslice;
			return true;
		}
	}
	reschedule();
	return false;
}

void schedule_forget(const struct tcb *thread)
{
	if (slice_owner == thread) {
		take_over_slice(current);
		slice_owner = current;
	}
}

void schedule_start(struct tcb *idle)
{
	struct switch_frame *boot_stack;
	idle_thread = slice_owner = current = idle;
	switch_stack(&boot_stack, idle->kernel_esp);
	__builtin_unreachable();
}

void sys_thread_switch(struct trap_frame *frame)
{
	struct tcb *next = thread_lookup_low(frame->esi);
	if (next && next != current && next->state == THREAD_READY && next != idle_thread) {
		if (is_runnable(current)) {
			ready_add(current);
		}
		thread_switch_to(next);
	} else {
		thread_yield();
	}
}
