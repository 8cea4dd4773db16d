/* SPDX-License-Identifier: MIT
 * Coroutines: the server has one thread of control, and each process a stack on it. A process that must wait
 * leaves its coroutine for the main loop; a bottom half makes it ready again. The queues are also touched by
 * bottom halves, hence the critical sections.
 */
#include "arch.h"
#include "ia32.h"
#include "memory.h"
#include "printk.h"
#include "probe.h"
#include "process.h"

struct process *current;

static struct coroutine main_coroutine;
static struct process *ready_first;

static void switch_to(struct process *next)
{
	struct process *previous = current;

	if (next && *next->coroutine.stack != COROUTINE_CANARY) {
		panic("a coroutine has overrun its stack");
	}
	PROBE2("coroutine-switch", previous, next);
	current = next;
	arch_coroutine_switch(previous ? &previous->coroutine : &main_coroutine,
			      next ? &next->coroutine : &main_coroutine);
}

static void append(struct process **link, struct process *process)
{
	while (*link) {
		link = &(*link)->queue_next;
	}
	process->queue_next = NULL;
	*link = process;
}

static void detach(struct process **link, struct process *process)
{
	while (*link != process) {
		link = &(*link)->queue_next;
	}
	*link = process->queue_next;
}

void make_ready(struct process *process)
{
	unsigned flags = critical_enter();

	if (process->waiting_on) {
		detach(&process->waiting_on->first, process);
		process->waiting_on = NULL;
	}
	process->state = PROCESS_READY;
	append(&ready_first, process);
	arch_wakeup();
	critical_leave(flags);
}

struct process *take_ready(void)
{
	unsigned flags = critical_enter();
	struct process *process = ready_first;

	if (process) {
		ready_first = process->queue_next;
	}
	critical_leave(flags);
	return process;
}

bool run_coroutine(struct process *process)
{
	process->state = PROCESS_IN_SERVER;
	switch_to(process);
	if (process->state != PROCESS_ZOMBIE) {
		return true;
	}
	frame_free(frame_of(process->coroutine.stack)); /* it could not free what it stood on */
	process->coroutine.stack = NULL;
	if (!process->parent) {
		process_forget(process);
	}
	return false;
}

void leave_coroutine(enum process_state state)
{
	struct process *process = current;

	process->state = state;
	switch_to(NULL);
}

/* The first frame is laid where this coroutine began, far above where it is now. */
void restart_coroutine(void (*start)(struct process *))
{
	struct coroutine old = current->coroutine;

	arch_coroutine_create(&current->coroutine, start, current);
	arch_coroutine_switch(&old, &current->coroutine);
	panic("an abandoned stack has been run");
}

void wait_on(struct wait_queue *queue)
{
	if (!current->fatal_signal) {
		wait_for_certain(queue);
	}
}

void wait_for_certain(struct wait_queue *queue)
{
	append(&queue->first, current);
	current->waiting_on = queue;
	leave_coroutine(PROCESS_BLOCKED);
}

void wait_queue_wake(struct wait_queue *queue)
{
	unsigned flags = critical_enter();

	while (queue->first) {
		make_ready(queue->first);
	}
	critical_leave(flags);
}
