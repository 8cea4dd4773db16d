/* SPDX-License-Identifier: MIT
 *
 * The chapters in order, and what they share.
 */
#include <stddef.h>

#include "check.h"

static unsigned failures;
struct l4_threadid main_thread;
struct l4_threadid pager_thread;

void check(const char *name, bool condition)
{
	print("%s %s\n", condition ? "ok" : "FAIL", name);
	failures += !condition;
}

void check_equal(const char *name, unsigned value, unsigned expected)
{
	check(name, value == expected);
	if (value != expected) {
		print("  it is %x, not %x\n", value, expected);
	}
}

const struct l4_kernel_info *kernel_info_page(void)
{
	return (const struct l4_kernel_info *)INFO_PAGE;
}

void let_others_run(void)
{
	l4_sleep(10000);
}

static void wait_for_ever(void)
{
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

void stop_thread(unsigned lthread)
{
	start_thread(lthread, wait_for_ever);
	let_others_run();
}

void echo(void)
{
	struct l4_message message = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		message = l4_ipc_reply_and_wait(message.source, L4_SEND_SHORT, message.w0 + 1, message.w1 + 1,
						L4_RECEIVE_SHORT, L4_SEND_AT_ONCE);
	}
}

typedef void chapter(void);

static chapter *const chapters[] = {
	check_superpages, check_sigma0,     check_ids,          check_ipc,        check_timeouts,     check_mapping,
	check_unmap,      check_threads,      check_tasks,      check_scheduling,   check_donated_time, check_preempters,
	check_cancelled_calls, check_exceptions, check_debug_registers, check_counters,
	check_interrupts, check_associations, check_hostile,      check_memory_exhaustion, check_fpu,   check_small_spaces,
	check_small_space_sizes,
	check_long_messages, check_clans,     NULL,
};

static chapter *const limit_chapters[] = {
	check_leaving_small_spaces, check_leaving_small_space_sizes, check_segment_extension, check_protection, NULL,
};

static void run(chapter *const *list)
{
	while (*list) {
		(*list++)();
	}
}

int main(void)
{
	main_thread = l4_myself();
	pager_thread = start_thread(PAGER, serve_page_faults);
	run(chapters);
	if (segment_limits_are_checked()) {
		print("segment limits:\n");
		run(limit_chapters);
	}
	print("l4test: %u failures\n", failures);
	return failures != 0;
}
