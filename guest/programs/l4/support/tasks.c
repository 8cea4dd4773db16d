/* SPDX-License-Identifier: MIT
 *
 * Threads and tasks for the programs here. A new task shares this program's memory: its pager maps pages of the
 * root task one-to-one.
 */
#include "tasks.h"

#include <l4/sigma0.h>
#include <stdbool.h>

extern char program_start[], program_end[]; /* root.ld */

enum { STACKS = 32 };

static unsigned char stacks[STACKS][STACK_SIZE] __attribute__((aligned(4096)));

unsigned stack_top(unsigned number)
{
	return (unsigned)stacks[number + 1];
}

struct l4_threadid start_thread(unsigned lthread, thread_function *function)
{
	l4_lthread_ex_regs(lthread, (unsigned)function, stack_top(lthread), l4_invalid(), l4_sigma0());
	return l4_lthread(l4_myself(), lthread);
}

struct l4_threadid start_task(unsigned task, thread_function *function, struct l4_threadid pager)
{
	struct l4_threadid id = l4_make_id(task, 0, 1, L4_TASK_ROOT, 0, 0);
	return l4_task_new(id, 255, stack_top(STACKS - 1 - (task - FIRST_TASK)), (unsigned)function, pager);
}

void delete_task(struct l4_threadid task)
{
	l4_task_new(task, L4_TASK_ROOT << L4_ID_TASK_SHIFT, 0, 0, l4_nil());
}

/* Touched, so that the page is this task's to map. */
static l4_fpage own_page(unsigned address)
{
	volatile unsigned char *byte = (volatile unsigned char *)address;
	*byte = *byte;
	return l4_make_fpage(address, L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE);
}

void serve_page_faults(void)
{
	struct l4_message fault = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		unsigned address = fault.w0 & ~3u;
		bool ours = address >= (unsigned)program_start && address < (unsigned)program_end;
		if (l4_error(fault.result) != L4_OK || !ours) {
			fault = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
			continue;
		}
		fault = l4_ipc_reply_and_wait(fault.source, L4_SEND_MAP, address & L4_PAGE_MASK, own_page(address),
					      L4_RECEIVE_SHORT, L4_SEND_AT_ONCE);
	}
}
