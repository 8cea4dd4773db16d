/* SPDX-License-Identifier: MIT
 *
 * Small address spaces of other sizes than the kernel starts with: one size for all of them, chosen by the byte that names
 * a slot.
 */
#include "exceptions.h"
#include "worker.h"

#include <stddef.h>

enum {
	SECOND_TASK = FIRST_TASK + 1,
	SMALLEST = 4, /* megabytes */
	LARGEST = 256,
	ALL = 512,
	SIXTEEN = 16,
	PROGRAM_END = 8, /* this program fits into so many */
	MEGABYTE = 1 << 20,
	LAST_INSIDE = SIXTEEN * MEGABYTE - L4_PAGE_SIZE,
	FIRST_OUTSIDE = SIXTEEN * MEGABYTE,
	USER_LIMIT = 0xc0000000,
	PAGE_FAULT_BY_USER = 4,
};

static unsigned read_last(void)
{
	return *(volatile unsigned *)LAST_INSIDE;
}

static unsigned read_outside(void)
{
	return *(volatile unsigned *)FIRST_OUTSIDE;
}

static unsigned do_nothing(void)
{
	return 0;
}

static unsigned ask(struct l4_threadid thread)
{
	return l4_thread_schedule(thread, L4_UNCHANGED, l4_invalid()).param & 0xff00;
}

/* False: refused. */
static bool choose(struct l4_threadid thread, unsigned byte)
{
	unsigned param = l4_schedule_param(MAIN_PRIORITY, 10, 10) | byte;
	return l4_thread_schedule(thread, param, l4_invalid()).param != L4_UNCHANGED;
}

static unsigned call_twice(struct l4_threadid thread)
{
	l4_ipc_call(thread, L4_SEND_SHORT, 1, 0, L4_RECEIVE_SHORT, L4_NEVER);
	return l4_ipc_call(thread, L4_SEND_SHORT, 1, 0, L4_RECEIVE_SHORT, L4_NEVER).w0;
}

static void check_sizes(struct l4_threadid worker)
{
	bool all_run = true, all_are_there = true;
	for (unsigned size = PROGRAM_END; size <= LARGEST; size *= 2) {
		unsigned byte = l4_small_space_of(size, ALL / size - 1);
		all_are_there = all_are_there && choose(worker, byte) && ask(worker) == byte;
		all_run = all_run && worker_run(do_nothing) == 0 && ask(worker) == byte;
	}
	check("the last slot of each size is taken", all_are_there);
	check("and a task runs in it", all_run);
}

void check_small_space_sizes(void)
{
	struct l4_threadid worker = worker_start(1);
	struct l4_threadid second = start_task(SECOND_TASK, echo, pager_thread);
	set_small_space(second, MAIN_PRIORITY, 2);
	check("two tasks are small", call_twice(second) == 2 && ask(worker) == l4_small_space(1) &&
					     ask(second) == l4_small_space(2));
	check("one gets a space of 16 MB", choose(worker, l4_small_space_of(SIXTEEN, 3)));
	check_equal("and says so", ask(worker), l4_small_space_of(SIXTEEN, 3));
	check_equal("the other is large then", ask(second), 0);
	check_equal("and runs", call_twice(second), 2);
	check_equal("the last page of the 16 MB is there", worker_run(read_last), MARKER);
	choose(second, l4_small_space_of(SIXTEEN, 30));
	check("both are small again", call_twice(second) == 2 && ask(worker) == l4_small_space_of(SIXTEEN, 3) &&
					      ask(second) == l4_small_space_of(SIXTEEN, 30));
	check("512 MB are refused", !choose(worker, l4_small_space_of(ALL, 0)));
	check("255 leaves a task where it is", choose(worker, 0xff00) && ask(worker) == l4_small_space_of(SIXTEEN, 3));
	check_sizes(worker);
	check("slot 0 of another size makes all large",
	      choose(second, l4_small_space_of(PROGRAM_END, 0)) && ask(worker) == 0 && ask(second) == 0);
	delete_task(second);
	worker_stop();
	check("back to 64 MB", set_small_space(main_thread, MAIN_PRIORITY, 0));
}

/* The error code of an exception, behind the small spaces' first megabytes. */
static unsigned error_behind(unsigned megabytes)
{
	PROVOKE("movl (%0), %%eax", "r"(USER_LIMIT + megabytes * MEGABYTE));
	return exception_vector == WITH_CODE ? exception_error & PAGE_FAULT_BY_USER : ~0u;
}

void check_leaving_small_space_sizes(void)
{
	struct l4_threadid worker = worker_start(0);
	catch_exceptions();
	check_equal("a large space ends behind slot 0 of 64 MB", error_behind(63) | error_behind(64) << 8,
		    PAGE_FAULT_BY_USER);
	choose(worker, l4_small_space_of(SIXTEEN, 2));
	check_equal("of 16 MB now", error_behind(15) | error_behind(16) << 8, PAGE_FAULT_BY_USER);
	check_equal("an access behind 16 MB succeeds", worker_run(read_outside), MARKER);
	check_equal("... and makes the task large", ask(worker), 0);
	choose(worker, l4_small_space_of(SMALLEST, 9));
	check("who does not fit into 4 MB is large again at once", worker_run(do_nothing) == 0 && ask(worker) == 0);
	worker_stop();
	set_small_space(main_thread, MAIN_PRIORITY, 0);
	l4_load_idt(NULL);
}
