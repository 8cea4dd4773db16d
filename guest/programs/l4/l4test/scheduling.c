/* SPDX-License-Identifier: MIT
 *
 * Priorities, time slices, thread_switch and thread_schedule.
 */
#include "check.h"

enum { LOW_PRIORITY = 10, HIGH_PRIORITY = 20 };

static volatile unsigned counters[2];
static volatile unsigned order[4];
static volatile unsigned events;

static void count_0(void)
{
	for (;;) {
		counters[0]++;
	}
}

static void count_1(void)
{
	for (;;) {
		counters[1]++;
	}
}

static void note_on_message(void)
{
	for (;;) {
		l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
		order[events++ % 4] = 1;
	}
}

static unsigned set_priority(unsigned lthread, unsigned priority)
{
	return l4_thread_schedule(l4_lthread(main_thread, lthread), l4_schedule_param(priority, 10, 10), l4_invalid())
		.param;
}

static unsigned ask(struct l4_threadid thread)
{
	return l4_thread_schedule(thread, L4_UNCHANGED, l4_invalid()).param;
}

static unsigned state_of(unsigned lthread)
{
	return ask(l4_lthread(main_thread, lthread)) >> 16 & 15;
}

static void check_round_robin(void)
{
	start_thread(PARTNER, count_0);
	start_thread(OTHER, count_1);
	l4_sleep(100000);
	check("two spinning threads share the processor", counters[0] > 0 && counters[1] > 0);
	check_equal("a spinning thread is running", state_of(PARTNER), L4_STATE_RUNNING);
	set_priority(OTHER, LOW_PRIORITY);
	l4_sleep(20000);
	unsigned before = counters[1];
	l4_sleep(50000);
	check_equal("a less urgent thread does not run beside a spinning one", counters[1], before);
	stop_thread(PARTNER);
	l4_sleep(20000);
	check("it runs when the other has stopped", counters[1] != before);
	struct l4_schedule_result used =
		l4_thread_schedule(l4_lthread(main_thread, OTHER), L4_UNCHANGED, l4_invalid());
	check("its processor time is counted", used.time_low > 0);
	set_priority(OTHER, MAIN_PRIORITY);
	stop_thread(OTHER);
}

static void check_preemption(void)
{
	struct l4_threadid partner = start_thread(PARTNER, note_on_message);
	let_others_run();
	set_priority(PARTNER, HIGH_PRIORITY);
	events = 0;
	l4_ipc_send(partner, L4_SEND_SHORT, 0, 0, L4_NEVER);
	order[events++ % 4] = 2;
	check("a message to a more urgent thread preempts", order[0] == 1 && order[1] == 2);
	set_priority(PARTNER, LOW_PRIORITY);
	events = 0;
	l4_ipc_send(partner, L4_SEND_SHORT, 0, 0, L4_NEVER);
	order[events++ % 4] = 2;
	check_equal("a message to a less urgent one does not", order[0], 2);
	let_others_run();
	check_equal("it has run meanwhile", order[1], 1);
	set_priority(PARTNER, MAIN_PRIORITY);
}

void check_scheduling(void)
{
	check_equal("my priority is 16", ask(main_thread) & 0xff, MAIN_PRIORITY);
	check_equal("an absent thread has no parameters", ask(l4_make_id(UNUSED_TASK, 0, 1, 4, 0, 0)), L4_UNCHANGED);
	check_round_robin();
	check_preemption();
	start_thread(OTHER, echo);
	let_others_run();
	check_equal("a thread in an open wait is waiting", state_of(OTHER), L4_STATE_WAITING);
	stop_thread(OTHER);
	check_equal("a thread in a closed receive is receiving", state_of(OTHER), L4_STATE_RECEIVING);

	counters[0] = 0;
	struct l4_threadid partner = start_thread(PARTNER, count_0);
	unsigned before = counters[0];
	l4_thread_switch(partner);
	check("thread_switch gives the processor to a thread", counters[0] != before);
	before = counters[0];
	l4_thread_switch(l4_nil());
	check("thread_switch to nil yields", counters[0] != before);
	stop_thread(PARTNER);
}
