/* SPDX-License-Identifier: MIT
 *
 * Small address spaces: assignment, page faults and unmapping inside, leaving by every kind of access beyond the
 * limit, and that nothing but speed tells a program where it is.
 */
#include "exceptions.h"
#include "worker.h"

enum {
	SLOT_SIZE = L4_SMALL_SPACE_MEGABYTES << 20,
	INSIDE = SLOT_SIZE - 2 * L4_PAGE_SIZE,
	ON_THE_EDGE = SLOT_SIZE - 2,
	BEYOND = SLOT_SIZE + 0x1000000,
	LOW_PRIORITY = 10,
	SECOND_TASK = FIRST_TASK + 1,
	MOVES = 40,
};

static unsigned do_nothing(void)
{
	return 0;
}

static unsigned read_inside(void)
{
	return *(volatile unsigned *)INSIDE;
}

static unsigned read_on_the_edge(void)
{
	return *(volatile unsigned *)ON_THE_EDGE;
}

static unsigned write_beyond(void)
{
	*(volatile unsigned *)BEYOND = 1234;
	return *(volatile unsigned *)BEYOND;
}

/* EBP as base means the stack segment: #SS, not #GP. */
static unsigned read_beyond_by_ebp(void)
{
	unsigned value;
	__asm__ volatile("pushl %%ebp\n\tmovl %1, %%ebp\n\tmovl (%%ebp), %0\n\tpopl %%ebp"
			 : "=a"(value)
			 : "i"(BEYOND)
			 : "memory");
	return value;
}

static unsigned call_beyond(void)
{
	((void (*)(void))BEYOND)();
	return 1;
}

static unsigned copy_across_the_edge(void)
{
	unsigned source = SLOT_SIZE - 64, destination = INSIDE, count = 32;
	__asm__ volatile("rep movsl" : "+S"(source), "+D"(destination), "+c"(count) : : "memory");
	return count == 0 ? source : 0;
}

static unsigned provoke_exceptions(void)
{
	catch_exceptions();
	PROVOKE("ud2", "i"(0));
	unsigned first = exception_vector;
	PROVOKE("int $0x80", "i"(0));
	return first == WITHOUT_CODE && exception_vector == WITH_CODE ? exception_error : 0;
}

static void check_assignment(void)
{
	struct l4_threadid worker = worker_start(0);
	check_equal("a new task is large", small_space_of(worker), 0);
	for (unsigned number = 1; number <= L4_SMALL_SPACES; number++) {
		set_small_space(worker, MAIN_PRIORITY, number);
		worker_run(do_nothing);
		check_equal("a task runs in a small space", small_space_of(worker), number);
	}
	struct l4_threadid second = start_task(SECOND_TASK, echo, pager_thread);
	set_small_space(second, MAIN_PRIORITY, L4_SMALL_SPACES);
	check("an occupied one goes to the new owner",
	      small_space_of(worker) == 0 && small_space_of(second) == L4_SMALL_SPACES);
	check_equal("the new owner runs", l4_ipc_call(second, L4_SEND_SHORT, 1, 0, L4_RECEIVE_SHORT, L4_NEVER).w0, 2);
	delete_task(second);
	set_small_space(worker, MAIN_PRIORITY, L4_SMALL_SPACES);
	check_equal("the dead leave theirs clean", worker_run(read_inside), MARKER);
	check_equal("other parameters leave a task where it is",
		    l4_thread_schedule(worker, l4_schedule_param(MAIN_PRIORITY, 10, 10), l4_invalid()).param >> 8 & 0xff,
		    l4_small_space(L4_SMALL_SPACES) >> 8);
	check_equal("it is there still", small_space_of(worker), L4_SMALL_SPACES);
	worker_stop();
}

static void check_page_faults(void)
{
	struct l4_threadid worker = worker_start(1);
	check_equal("a page is mapped into a small space", worker_run(read_inside), MARKER);
	check_equal("its pager sees the address within the space", worker_fault_address, INSIDE);
	worker_run(read_inside);
	check_equal("one fault is enough", worker_faults, 1);
	worker_take_marker();
	worker_run(read_inside);
	check_equal("an unmapped page is gone from a small space at once", worker_faults, 2);
	check_equal("a page fault moves nobody", small_space_of(worker), 1);
	worker_stop();
}

/* Table, handler and frame lie in the small space. */
static void check_exceptions_inside(void)
{
	struct l4_threadid worker = worker_start(1);
	check_equal("exceptions come to the handler in a small space", worker_run(provoke_exceptions), 0x80 * 8 + 2);
	check_equal("and move nobody", small_space_of(worker), 1);
	worker_stop();
}

static void check_leaving(const char *name, worker_job *job, unsigned expected)
{
	struct l4_threadid worker = worker_start(2);
	unsigned value = worker_run(job);
	check_equal(name, value, expected);
	check("... and makes the task large", small_space_of(worker) == 0 && worker_faults > 0);
	worker_stop();
}

static volatile unsigned steps, mistakes;

/* Stack, data and code, so that a wrong base for one instruction would be seen. */
static void compute(void)
{
	for (;;) {
		volatile unsigned numbers[20];
		unsigned sum = 0;
		for (unsigned i = 0; i < 20; i++) {
			numbers[i] = i;
		}
		for (unsigned i = 0; i < 20; i++) {
			sum += numbers[i];
		}
		mistakes += sum != 190;
		steps++;
	}
}

/* The task is moved while it computes, at moments that it cannot choose. */
static void check_moving(void)
{
	struct l4_threadid task = start_task(FIRST_TASK, compute, pager_thread);
	unsigned moves_without_steps = 0;
	for (unsigned i = 0; i < MOVES; i++) {
		unsigned before = steps;
		set_small_space(task, LOW_PRIORITY, i % 4);
		l4_sleep(3000 + 100 * i);
		moves_without_steps += steps == before;
	}
	check("large, small and large again: the task computes on", moves_without_steps == 0 && mistakes == 0);
	delete_task(task);
}

void check_small_spaces(void)
{
	check_assignment();
	check_page_faults();
	check_exceptions_inside();
	check_moving();
}

void check_leaving_small_spaces(void)
{
	check_leaving("an access across the end of a small space succeeds", read_on_the_edge, MARKER);
	check_leaving("so does a write beyond", write_beyond, 1234);
	check_leaving("a read beyond by the stack segment", read_beyond_by_ebp, MARKER);
	check_leaving("a call beyond", call_beyond, 1);
	check_leaving("a string instruction across the end", copy_across_the_edge, SLOT_SIZE + 64);
	check("a task moves itself", set_small_space(main_thread, MAIN_PRIORITY, 3) && small_space_of(main_thread) == 3);
	check("and out again", l4_clock(kernel_info_page()) != 0 && small_space_of(main_thread) == 0);
}
