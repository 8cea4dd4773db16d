/* SPDX-License-Identifier: MIT
 *
 * Preempters: whom a thread calls when its time slice ends, what they see, and how the call can be ended otherwise.
 */
#include "check.h"

static volatile unsigned counter;

static void count(void)
{
	for (;;) {
		counter++;
	}
}

static struct l4_threadid partner(void)
{
	return l4_lthread(main_thread, PARTNER);
}

static struct l4_message receive(void)
{
	return l4_ipc_receive(partner(), L4_RECEIVE_SHORT, l4_receive_timeout_us(200000));
}

static unsigned state(void)
{
	return l4_thread_schedule(partner(), L4_UNCHANGED, l4_invalid()).param >> 16 & 15;
}

static void set_internal(struct l4_threadid preempter)
{
	l4_lthread_ex_regs(PARTNER, L4_UNCHANGED, L4_UNCHANGED, preempter, l4_invalid());
}

static void set_external(struct l4_threadid preempter)
{
	l4_thread_schedule(partner(), l4_schedule_param(MAIN_PRIORITY, 10, 10), preempter);
}

static void check_external(void)
{
	set_external(main_thread);
	struct l4_message message = receive();
	check_equal("a thread calls its external preempter when its slice ends", l4_error(message.result), L4_OK);
	check("with its ESP", message.w0 <= stack_top(PARTNER) && message.w0 > stack_top(PARTNER) - STACK_SIZE);
	check("and its EIP", message.w1 - (unsigned)count < 64);
	check_equal("it waits for the answer", state(), L4_STATE_RECEIVING + L4_STATE_EXTERNAL_PREEMPTER_RPC);
	unsigned before = counter;
	let_others_run();
	check_equal("and does not run meanwhile", counter, before);
	check_equal("the answer comes with timeout 0", l4_ipc_send(partner(), L4_SEND_SHORT, 1, 2, L4_SEND_AT_ONCE), L4_OK);
	let_others_run();
	check("it goes on", counter != before);
	check_equal("until its next slice ends", l4_error(receive().result), L4_OK);
}

static void check_both(void)
{
	set_internal(main_thread);
	l4_ipc_send(partner(), L4_SEND_SHORT, 0, 0, L4_SEND_AT_ONCE);
	receive();
	check_equal("the internal preempter comes first", state(), L4_STATE_RECEIVING + L4_STATE_INTERNAL_PREEMPTER_RPC);
	l4_ipc_send(partner(), L4_SEND_SHORT, 0, 0, L4_SEND_AT_ONCE);
	receive();
	check_equal("then the external one", state(), L4_STATE_RECEIVING + L4_STATE_EXTERNAL_PREEMPTER_RPC);
}

/* It hangs in the external preempter's call. */
static void check_cancel(void)
{
	struct l4_thread_registers old =
		l4_lthread_ex_regs(PARTNER, (unsigned)count, stack_top(PARTNER), l4_nil(), l4_invalid());
	check("lthread_ex_regs ends the call and returns the user's EIP", old.eip - (unsigned)count < 64);
	check("and the internal preempter", l4_same_thread(old.preempter, main_thread));
	unsigned before = counter;
	set_external(l4_make_id(UNUSED_TASK, 0, 1, L4_TASK_ROOT, 0, 0));
	l4_sleep(40000);
	check("a preempter that does not exist preempts nobody", counter != before);
}

void check_preempters(void)
{
	start_thread(PARTNER, count);
	check_external();
	check_both();
	check_cancel();
	set_external(l4_nil());
	stop_thread(PARTNER);
}
