/* SPDX-License-Identifier: MIT
 *
 * Until the kernel's memory is used up, and back: operations fail with their codes, and nothing is lost.
 */
#include "client.h"
#include "exceptions.h"

enum { FIRST = 200, MAXIMUM = 1800, ENOUGH_FOR_ALL = 16 << 20, UNTOUCHED = 12 << 20 };

static struct l4_threadid tasks[MAXIMUM];

/* The pager of these is no pager: so they stop at their first instruction, and each takes as much as any other. */
static unsigned fill_memory(void)
{
	for (unsigned count = 0; count < MAXIMUM; count++) {
		struct l4_threadid id = l4_make_id(FIRST + count, 0, 1, L4_TASK_ROOT, 0, 0);
		tasks[count] = l4_task_new(id, 255, 0, 0, l4_lthread(main_thread, PARTNER));
		if (l4_is_nil(tasks[count])) {
			return count;
		}
	}
	return MAXIMUM;
}

static void empty_memory(unsigned count)
{
	while (count-- > 0) {
		delete_task(tasks[count]);
	}
}

/* Each needs a page table of the client's. */
static unsigned map_until_it_fails(void)
{
	enum { TRIES = 64, TABLE_SPAN = 4 << 20 };
	static unsigned char page[L4_PAGE_SIZE] __attribute__((aligned(4096)));
	page[0] = 1;
	for (unsigned i = 0; i < TRIES; i++) {
		unsigned result =
			client_map(SCRATCH + i * TABLE_SPAN, l4_make_fpage((unsigned)page, L4_PAGE_SIZE_LOG2, 0));
		if (l4_error(result) == L4_SEND_MAP_FAILED) {
			return result;
		}
	}
	return L4_OK;
}

/* Its page table is missing, and sigma0's, too. */
static void touch_far_away(void)
{
	catch_exceptions();
	PROVOKE("movl (%0), %%eax", "r"(UNTOUCHED));
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

void check_memory_exhaustion(void)
{
	struct l4_memory_range kernel_data = kernel_info_page()->kernel_data;
	bool enough = kernel_data.high - kernel_data.low > ENOUGH_FOR_ALL;
	stop_thread(PARTNER);
	client_error = L4_OK;
	client_start(L4_WHOLE_SPACE);
	client_set_window(l4_receive_window(L4_WHOLE_SPACE)); /* it waits */
	unsigned first = fill_memory();
	check("task_new fails when the kernel's memory is used up", first > 100 && (first < MAXIMUM) == !enough);
	check_equal("mapping fails with 0x70, if there is no page table", map_until_it_fails(),
		    enough ? L4_OK : L4_SEND_MAP_FAILED);
	let_others_run();
	check_equal("the receiver is told", client_error, enough ? L4_OK : L4_RECEIVE_MAP_FAILED);
	start_thread(PARTNER, touch_far_away);
	let_others_run();
	check_equal("a page fault that nothing can be mapped for is an exception", exception_vector,
		    enough ? 0 : WITH_CODE);
	unsigned more = l4_lthread_ex_regs(50, (unsigned)echo, stack_top(20), l4_invalid(), l4_sigma0()).eip;
	check("lthread_ex_regs survives it", more == L4_UNCHANGED || more == 0);
	empty_memory(first);
	client_stop();
	unsigned second = fill_memory();
	check("all of it comes back when the tasks are deleted", second >= first);
	empty_memory(second);
	check("sigma0 has survived it", l4_sigma0_get_frame(UNTOUCHED, UNTOUCHED));
}
