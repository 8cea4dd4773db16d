/* SPDX-License-Identifier: MIT
 *
 * Makes and deletes tasks, two at a time: a mapper that gets its pages from this task, and a client that gets the same
 * pages from the mapper. Now the one dies first, now the other. After WARM_UP tasks the kernel has taken all memory that
 * it needs for two; whoever reads its counters at "warm" and at "done" must find the same.
 */
#include <l4/sigma0.h>
#include <stdbool.h>

#include "console.h"
#include "tasks.h"

enum {
	PAGER_THREAD = 1,
	MAPPER_TASK = FIRST_TASK,
	CLIENT_TASK = FIRST_TASK + 1,
	TASKS = 20000,
	WARM_UP = 20,
	REGION = 0x10000000,
	REGION_LOG2 = 14, /* 4 pages, mapped at once */
};

static unsigned char region[1 << REGION_LOG2] __attribute__((aligned(1 << REGION_LOG2)));
static struct l4_threadid root, pager;

/* To the root task, whose main thread waits; it never answers. */
static void report(void)
{
	unsigned sum = *(volatile unsigned char *)REGION + *(volatile unsigned char *)(REGION + L4_PAGE_SIZE);
	l4_ipc_send(root, L4_SEND_SHORT, sum, 0, L4_NEVER);
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

/* The region as a whole where it is the region; the program one-to-one. */
static void serve_from(unsigned own_region)
{
	struct l4_message fault = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		unsigned address = fault.w0 & L4_PAGE_MASK;
		unsigned is_region = address >= REGION;
		volatile unsigned char *touched = (volatile unsigned char *)(is_region ? own_region : address);
		*touched = *touched;
		l4_fpage fpage = l4_make_fpage((unsigned)touched, is_region ? REGION_LOG2 : L4_PAGE_SIZE_LOG2,
					       L4_FPAGE_WRITABLE);
		fault = l4_ipc_reply_and_wait(fault.source, L4_SEND_MAP, is_region ? REGION : address, fpage,
					      L4_RECEIVE_SHORT, L4_SEND_AT_ONCE);
	}
}

static void serve_here(void)
{
	for (unsigned i = 0; i < sizeof region; i += L4_PAGE_SIZE) {
		region[i] = (unsigned char)(i / L4_PAGE_SIZE + 1);
	}
	serve_from((unsigned)region);
}

static void serve_mapped(void)
{
	serve_from(REGION);
}

/* 0: both lived, and the client read what this task has written. */
static int make_and_delete_two(bool mapper_dies_first)
{
	struct l4_threadid mapper = start_task(MAPPER_TASK, serve_mapped, pager);
	struct l4_threadid client = start_task(CLIENT_TASK, report, mapper);
	struct l4_message answer = l4_ipc_receive(client, L4_RECEIVE_SHORT, L4_NEVER);
	delete_task(mapper_dies_first ? mapper : client);
	delete_task(mapper_dies_first ? client : mapper);
	return l4_error(answer.result) != L4_OK || answer.w0 != 1 + 2;
}

int main(void)
{
	int failures = 0;
	root = l4_myself();
	pager = start_thread(PAGER_THREAD, serve_here);
	for (unsigned tasks = 0; tasks < WARM_UP + TASKS; tasks += 2) {
		if (tasks == WARM_UP) {
			print("warm\n");
		}
		failures += make_and_delete_two(tasks % 4 == 0);
	}
	print("done: %u tasks made and deleted\n", TASKS);
	return failures != 0;
}
