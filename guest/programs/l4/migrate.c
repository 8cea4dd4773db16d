/* SPDX-License-Identifier: MIT
 *
 * Controlled thread migration, built from ipc alone (Ford and Lepreau, "Evolving Mach 3.0 to a migrating thread model"):
 * a computation moves from task to task and takes its state with it, while each task keeps its own memory. A step in a
 * task ends with a message that carries the state and names the next task; a dispatcher in the root task, which every
 * step passes, may refuse a move. The control flow is one: at any time exactly one of the tasks is not waiting.
 */
#include <l4/ipc.h>

#include "console.h"
#include "tasks.h"

enum { PAGER_THREAD = 1, HOMES = 3, STEPS = 9, NO_HOME = HOMES };

static struct l4_threadid root;
static struct l4_threadid homes[HOMES];

/* What a task does with the computation's value when it is there; which task is next, if it wants another one. */
static const struct home {
	const char *name;
	unsigned multiply, add, next;
} rules[HOMES] = {
	{"doubler", 2, 0, 1},
	{"adder", 1, 3, 2},
	{"tripler", 3, 0, 0},
};

/* The state arrives as a message and leaves as one: word 0 is the value, word 1 the wanted next task. */
static void host(void)
{
	unsigned visits = 0; /* stays here, whoever visits */
	unsigned self = l4_task_of(l4_myself()) - FIRST_TASK;
	struct l4_message visitor = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		visits++;
		unsigned value = visitor.w0 * rules[self].multiply + rules[self].add;
		/* A home whose third visitor comes wants to send it where nobody lives. */
		unsigned next = visits == 3 ? (unsigned)NO_HOME : rules[self].next;
		visitor = l4_ipc_reply_and_wait(root, L4_SEND_SHORT, value, next, L4_RECEIVE_SHORT, L4_NEVER);
	}
}

int main(void)
{
	root = l4_myself();
	struct l4_threadid pager = start_thread(PAGER_THREAD, serve_page_faults);
	for (unsigned i = 0; i < HOMES; i++) {
		homes[i] = start_task(FIRST_TASK + i, host, pager);
	}
	unsigned value = 1, here = 0;
	for (unsigned step = 0; step < STEPS; step++) {
		struct l4_message left =
			l4_ipc_call(homes[here], L4_SEND_SHORT, value, 0, L4_RECEIVE_SHORT, L4_NEVER);
		print("step %u at the %s: %u becomes %u\n", step, rules[here].name, value, left.w0);
		value = left.w0;
		if (left.w1 < HOMES) {
			here = left.w1;
		} else {
			print("the %s wants it to go where nobody lives: it comes to the doubler\n", rules[here].name);
			here = 0;
		}
	}
	for (unsigned i = 0; i < HOMES; i++) {
		delete_task(homes[i]);
	}
	print("migrate done: %u\n", value);
	return 0;
}
