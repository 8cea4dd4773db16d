/* SPDX-License-Identifier: MIT
 *
 * The task that runs jobs, and its pager thread.
 */
#include "worker.h"

enum { ALL_OF_IT = L4_PAGE_SIZE / sizeof(unsigned), SLICE_MANTISSA = 10, SLICE_EXPONENT = 10 };

extern char program_start[], program_end[]; /* root.ld */

volatile unsigned worker_faults, worker_fault_address;

static struct l4_threadid worker;
static worker_job *volatile current_job;
static volatile unsigned marker[ALL_OF_IT] __attribute__((aligned(4096)));

static void serve(void)
{
	struct l4_message message = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		unsigned value = current_job();
		message = l4_ipc_reply_and_wait(message.source, L4_SEND_SHORT, value, 0, L4_RECEIVE_SHORT,
						L4_SEND_AT_ONCE);
	}
}

static unsigned page_for(unsigned address)
{
	if (address >= (unsigned)program_start && address < (unsigned)program_end) {
		*(volatile unsigned char *)(address & L4_PAGE_MASK) |= 0;
		return address;
	}
	worker_faults++;
	worker_fault_address = address;
	for (unsigned i = 0; i < ALL_OF_IT; i++) {
		marker[i] = MARKER;
	}
	return (unsigned)marker;
}

static void worker_pager(void)
{
	struct l4_message fault = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		l4_fpage fpage = l4_make_fpage(page_for(fault.w0 & ~3u), L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE);
		fault = l4_ipc_reply_and_wait(fault.source, L4_SEND_MAP, fault.w0 & L4_PAGE_MASK, fpage,
					      L4_RECEIVE_SHORT, L4_SEND_AT_ONCE);
	}
}

unsigned small_space_of(struct l4_threadid thread)
{
	return l4_small_space_number(l4_thread_schedule(thread, L4_UNCHANGED, l4_invalid()).param);
}

bool set_small_space(struct l4_threadid thread, unsigned priority, unsigned small_space)
{
	unsigned param = l4_schedule_param(priority, SLICE_MANTISSA, SLICE_EXPONENT) | l4_small_space(small_space);
	return l4_thread_schedule(thread, param, l4_invalid()).param != L4_UNCHANGED;
}

struct l4_threadid worker_start(unsigned small_space)
{
	worker = start_task(FIRST_TASK, serve, start_thread(WORKER_PAGER, worker_pager));
	set_small_space(worker, MAIN_PRIORITY, small_space);
	worker_faults = 0;
	return worker;
}

void worker_stop(void)
{
	delete_task(worker);
	stop_thread(WORKER_PAGER);
}

unsigned worker_run(worker_job *job)
{
	current_job = job;
	return l4_ipc_call(worker, L4_SEND_SHORT, 0, 0, L4_RECEIVE_SHORT, L4_NEVER).w0;
}

void worker_take_marker(void)
{
	l4_fpage_unmap(l4_make_fpage((unsigned)marker, L4_PAGE_SIZE_LOG2, 0), L4_UNMAP_PAGE | L4_UNMAP_OTHER_SPACES);
}
