/* SPDX-License-Identifier: MIT
 *
 * Ping-pong between two tasks that are in small spaces, one of them, or none: what a switch of address spaces costs
 * when it is a matter of segments, and when it loads CR3 and empties the TLB.
 */
#include <l4/ipc.h>
#include <l4/syscalls.h>

#include "console.h"
#include "tasks.h"

enum {
	ROUNDS = 1000,
	WARM_UP = 10, /* rounds that bring in the pages and the directory entries */
	PAGER_THREAD = 1,
	PING_TASK = FIRST_TASK,
	PONG_TASK = FIRST_TASK + 1,
	PRIORITY = 16,
};

/* A row of the measurement, and the small spaces of its two tasks; 0: large. */
static const struct pairing {
	const char *name;
	unsigned ping_space, pong_space;
} pairings[] = {
	{"small to small", 1, 2},
	{"small to large", 1, 0},
	{"large to small", 0, 2},
	{"large to large", 0, 0},
};

static const struct pairing *volatile pairing;
static struct l4_threadid pong_thread;
static struct l4_threadid root;

static void pong(void)
{
	struct l4_message message = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		message = l4_ipc_reply_and_wait(message.source, L4_SEND_SHORT, message.w0 + 1, message.w1,
						L4_RECEIVE_SHORT, L4_NEVER);
	}
}

static unsigned play(unsigned rounds)
{
	unsigned good = 0;
	for (unsigned round = 0; round < rounds; round++) {
		struct l4_message reply =
			l4_ipc_call(pong_thread, L4_SEND_SHORT, round, ~round, L4_RECEIVE_SHORT, L4_NEVER);
		good += reply.result == L4_OK && reply.w0 == round + 1 && reply.w1 == ~round;
	}
	return good;
}

/* Prints by itself, so that between the two lines only these two tasks run. */
static void ping(void)
{
	l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	play(WARM_UP);
	print("%s: begin\n", pairing->name);
	unsigned good = play(ROUNDS);
	print("%s: %u round trips\n", pairing->name, good);
	l4_ipc_call(root, L4_SEND_SHORT, good, 0, L4_RECEIVE_SHORT, L4_NEVER);
}

static struct l4_threadid start_in(unsigned task, thread_function *function, unsigned space)
{
	struct l4_threadid id = start_task(task, function, l4_lthread(root, PAGER_THREAD));
	l4_thread_schedule(id, l4_schedule_param(PRIORITY, 0, 0) | l4_small_space(space), l4_invalid());
	return id;
}

int main(void)
{
	unsigned failures = 0;
	root = l4_myself();
	start_thread(PAGER_THREAD, serve_page_faults);
	for (unsigned i = 0; i < sizeof pairings / sizeof pairings[0]; i++) {
		pairing = &pairings[i];
		pong_thread = start_in(PONG_TASK, pong, pairing->pong_space);
		struct l4_threadid ping_thread = start_in(PING_TASK, ping, pairing->ping_space);
		failures += l4_ipc_call(ping_thread, L4_SEND_SHORT, 0, 0, L4_RECEIVE_SHORT, L4_NEVER).w0 != ROUNDS;
		delete_task(ping_thread);
		delete_task(pong_thread);
	}
	print("small_spaces done\n");
	return failures != 0;
}
