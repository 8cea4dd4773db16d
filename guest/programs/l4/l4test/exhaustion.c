/* SPDX-License-Identifier: MIT
 *
 * Until the kernel's memory is used up, and back: operations fail with their codes, and nothing is lost.
 */
#include "check.h"

enum { FIRST = 200, MAXIMUM = 1800, ENOUGH_FOR_ALL = 16 << 20 };

static struct l4_threadid tasks[MAXIMUM];

static void sleep_for_ever(void)
{
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

/* Each task has a directory, page tables and mappings: its first instruction makes it fault them in. */
static unsigned fill_memory(void)
{
	unsigned count = 0;
	while (count < MAXIMUM) {
		struct l4_threadid id = l4_make_id(FIRST + count, 0, 1, L4_TASK_ROOT, 0, 0);
		tasks[count] = l4_task_new(id, 255, stack_top(20), (unsigned)sleep_for_ever, pager_thread);
		if (l4_is_nil(tasks[count])) {
			return count;
		}
		count++;
	}
	return count;
}

static void empty_memory(unsigned count)
{
	while (count-- > 0) {
		delete_task(tasks[count]);
	}
}

void check_memory_exhaustion(void)
{
	unsigned first = fill_memory();
	struct l4_memory_range kernel_data = kernel_info_page()->kernel_data;
	bool enough = kernel_data.high - kernel_data.low > ENOUGH_FOR_ALL;
	check("task_new fails when the kernel's memory is used up", first > 100 && (first < MAXIMUM) == !enough);
	unsigned more = l4_lthread_ex_regs(50, (unsigned)sleep_for_ever, stack_top(20), l4_invalid(), l4_sigma0()).eip;
	check("lthread_ex_regs survives it", more == L4_UNCHANGED || more == 0);
	empty_memory(first);
	unsigned second = fill_memory();
	check("all of it comes back when the tasks are deleted", second + second / 16 >= first);
	empty_memory(second);
}
