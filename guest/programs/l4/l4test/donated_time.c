/* SPDX-License-Identifier: MIT
 *
 * Threads without a time slice (thread_schedule with m_t = 0 and e_t not 0): when they run, for how long, and what keeps
 * them waiting although they are ready.
 */
#include "check.h"

enum { HIGH_PRIORITY = 20, LOW_PRIORITY = 10, LONG_SLICE_EXPONENT = 9, STEPS = 4 };

static volatile unsigned counter, wakeups;
static volatile unsigned counter_at[STEPS];

static struct l4_threadid partner(void)
{
	return l4_lthread(main_thread, PARTNER);
}

/* The old parameter word. */
static unsigned set_slice(struct l4_threadid thread, unsigned priority, unsigned mantissa, unsigned exponent)
{
	return l4_thread_schedule(thread, l4_schedule_param(priority, mantissa, exponent), l4_invalid()).param;
}

static unsigned take_slice(unsigned lthread, unsigned priority)
{
	return set_slice(l4_lthread(main_thread, lthread), priority, 0, 10);
}

static unsigned ask(void)
{
	return l4_thread_schedule(partner(), L4_UNCHANGED, l4_invalid()).param;
}

static void count(void)
{
	for (;;) {
		counter++;
	}
}

static void count_on_message(void)
{
	l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	count();
}

static void count_after_sleep(void)
{
	l4_sleep(10000);
	count();
}

static bool runs(void)
{
	unsigned before = counter;
	l4_sleep(30000);
	return counter != before;
}

static bool runs_on_a_switch(void)
{
	unsigned before = counter;
	l4_thread_switch(partner());
	return counter != before;
}

static void check_parameters(void)
{
	start_thread(PARTNER, count);
	check("a thread is left without a time slice", take_slice(PARTNER, MAIN_PRIORITY) != L4_UNCHANGED);
	check("and says so: m_t is 0, e_t is not", ask() >> 24 == 0 && (ask() >> 20 & 15) != 0);
	l4_sleep(20000); /* what it had begun */
	check_equal("it is ready", ask() >> 16 & 15, L4_STATE_RUNNING);
	check("but does not run", !runs());
	check("thread_switch gives it time", runs_on_a_switch());
	check("which ends", !runs());
	start_thread(PARTNER, count);
	check("lthread_ex_regs gives it none", !runs());
	set_slice(partner(), MAIN_PRIORITY, 10, 10);
	check("with a time slice it runs", runs());
}

static void check_messages(void)
{
	start_thread(PARTNER, count_on_message); /* with a slice still */
	let_others_run();
	take_slice(PARTNER, MAIN_PRIORITY);
	unsigned before = counter;
	l4_ipc_send(partner(), L4_SEND_SHORT, 0, 0, L4_NEVER);
	check("a message brings the sender's time", counter != before);
	check("not more", !runs());

	take_slice(PARTNER, HIGH_PRIORITY);
	start_thread(PARTNER, count_after_sleep);
	runs_on_a_switch();
	take_slice(PARTNER, HIGH_PRIORITY);
	check("a timeout brings none", !runs());
	check_equal("it is ready since", ask() >> 16 & 15, L4_STATE_RUNNING);
	check("and waits for time", runs_on_a_switch());
}

static void spin(void)
{
	for (;;) {
	}
}

/* Main calls a thread that is less urgent than another one which is ready. */
static void check_urgency(void)
{
	set_slice(partner(), MAIN_PRIORITY, 10, 10);
	start_thread(PARTNER, count_on_message);
	let_others_run();
	take_slice(PARTNER, LOW_PRIORITY);
	start_thread(OTHER, spin);
	set_slice(l4_lthread(main_thread, OTHER), LOW_PRIORITY + 1, 10, 10);
	unsigned before = counter;
	l4_ipc_call(partner(), L4_SEND_SHORT, 0, 0, L4_RECEIVE_SHORT, l4_receive_timeout_us(50000));
	check_equal("a message to a less urgent one: others go first", counter, before);
	set_slice(l4_lthread(main_thread, OTHER), MAIN_PRIORITY, 10, 10);
	stop_thread(OTHER);
	l4_sleep(20000);
	check("what came with the message is not lost", counter != before);
	check("nor more", !runs());
}

/* More urgent than who runs on donated time. */
static void wake_up_again_and_again(void)
{
	for (;;) {
		l4_sleep(10000);
		counter_at[wakeups % STEPS] = counter;
		wakeups++;
	}
}

static void check_preemption(void)
{
	set_slice(main_thread, MAIN_PRIORITY, 25, LONG_SLICE_EXPONENT); /* 102 ms */
	start_thread(PARTNER, count);
	take_slice(PARTNER, MAIN_PRIORITY);
	start_thread(OTHER, wake_up_again_and_again);
	set_slice(l4_lthread(main_thread, OTHER), HIGH_PRIORITY, 10, 10);
	l4_sleep(20000);
	l4_thread_switch(l4_nil()); /* a new slice begins */
	wakeups = 0;
	check("a long slice is given", runs_on_a_switch());
	check("more urgent threads run meanwhile", wakeups >= STEPS);
	bool went_on = true;
	for (unsigned i = 1; i < STEPS; i++) {
		went_on = went_on && counter_at[i] != counter_at[i - 1];
	}
	check("and it goes on with the rest", went_on);
	check("until there is none", !runs());
	stop_thread(OTHER);
	set_slice(main_thread, MAIN_PRIORITY, 10, 10);
}

static void ask_the_server(void)
{
	for (;;) {
		struct l4_message request = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
		struct l4_message reply = l4_ipc_call(l4_lthread(main_thread, OTHER), L4_SEND_SHORT, request.w0, 0,
						      L4_RECEIVE_SHORT, L4_NEVER);
		l4_ipc_send(main_thread, L4_SEND_SHORT, reply.w0, 0, L4_NEVER);
	}
}

/* Answers when it has finished something else, and is more urgent than who asks. */
static void serve_late(void)
{
	for (;;) {
		l4_sleep(20000);
		struct l4_message request = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
		l4_ipc_send(request.source, L4_SEND_SHORT, request.w0 + 1, 0, L4_SEND_AT_ONCE);
	}
}

static void check_servers(void)
{
	set_slice(partner(), MAIN_PRIORITY, 10, 10);
	start_thread(PARTNER, ask_the_server);
	start_thread(OTHER, serve_late);
	let_others_run();
	take_slice(PARTNER, LOW_PRIORITY);
	struct l4_message reply =
		l4_ipc_call(partner(), L4_SEND_SHORT, 6, 0, L4_RECEIVE_SHORT, l4_receive_timeout_us(500000));
	check("who waits for a busy server keeps the rest of the slice", reply.result == L4_OK && reply.w0 == 7);
	stop_thread(OTHER);
}

void check_donated_time(void)
{
	check_parameters();
	check_messages();
	check_urgency();
	check_preemption();
	check_servers();
	set_slice(partner(), MAIN_PRIORITY, 10, 10);
	stop_thread(PARTNER);
}
