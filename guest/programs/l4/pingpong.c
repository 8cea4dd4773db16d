/* SPDX-License-Identifier: MIT
 *
 * Ping-pong: round trips of a short message between two threads of one task, then between two tasks. Everything
 * here is one call and one reply_and_wait, so that a debugger shows the shortest path of a message.
 */
#include <l4/ipc.h>

#include "console.h"
#include "tasks.h"

enum { ROUNDS = 1000, PAGER_THREAD = 1, PONG_THREAD = 2 };

static void pong(void)
{
	struct l4_message message = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		message = l4_ipc_reply_and_wait(message.source, L4_SEND_SHORT, message.w0 + 1, message.w1,
						L4_RECEIVE_SHORT, L4_NEVER);
	}
}

static unsigned long long time_stamp(void)
{
	unsigned long long cycles;
	__asm__ volatile("rdtsc" : "=A"(cycles));
	return cycles;
}

static int ping(const char *name, struct l4_threadid partner)
{
	unsigned count = 0;
	unsigned long long start = 0;
	/* The first round brings in the pages. */
	for (unsigned round = 0; round <= ROUNDS; round++) {
		if (round == 1) {
			start = time_stamp();
		}
		struct l4_message reply =
			l4_ipc_call(partner, L4_SEND_SHORT, round, ~round, L4_RECEIVE_SHORT, L4_NEVER);
		if (l4_error(reply.result) != L4_OK || reply.w0 != round + 1 || reply.w1 != ~round) {
			print("pingpong %s: round %u failed with %x\n", name, round, reply.result);
			return 1;
		}
		count += round > 0;
	}
	unsigned cycles = (unsigned)(time_stamp() - start);
	print("pingpong %s: %u round trips\n", name, count);
	print("cycles a round trip: %u\n", cycles / ROUNDS);
	return 0;
}

int main(void)
{
	int failures = ping("two threads", start_thread(PONG_THREAD, pong));
	struct l4_threadid task = start_task(FIRST_TASK, pong, start_thread(PAGER_THREAD, serve_page_faults));
	failures += ping("two tasks", task);
	delete_task(task);
	print("pingpong done\n");
	return failures;
}
