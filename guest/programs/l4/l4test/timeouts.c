/* SPDX-License-Identifier: MIT
 *
 * Timeouts of both phases: 0 and finite (never is everywhere else).
 */
#include "check.h"

enum { WAIT = 50000, TOLERANCE = 4000 };

static unsigned elapsed_since(unsigned long long start)
{
	return (unsigned)(l4_clock(kernel_info_page()) - start);
}

static bool about(unsigned elapsed)
{
	return elapsed + TOLERANCE >= WAIT && elapsed <= 2 * WAIT;
}

void check_timeouts(void)
{
	stop_thread(PARTNER);
	struct l4_threadid busy = l4_lthread(main_thread, PARTNER);
	unsigned long long start = l4_clock(kernel_info_page());
	struct l4_message sleep = l4_ipc_receive(l4_nil(), 0, l4_receive_timeout_us(WAIT));
	check_equal("a sleep ends with a receive timeout", sleep.result, L4_RECEIVE_TIMEOUT);
	check("a sleep lasts about as long as asked", about(elapsed_since(start)));

	check_equal("send with timeout 0 to a busy thread", l4_ipc_send(busy, 0, 0, 0, L4_SEND_AT_ONCE),
		    L4_SEND_TIMEOUT);
	start = l4_clock(kernel_info_page());
	check_equal("send with a finite timeout to a busy thread",
		    l4_ipc_send(busy, 0, 0, 0, l4_send_timeout_us(WAIT)), L4_SEND_TIMEOUT);
	check("it waited about as long as asked", about(elapsed_since(start)));

	check_equal("receive with timeout 0", l4_ipc_receive(busy, 0, L4_RECEIVE_AT_ONCE).result, L4_RECEIVE_TIMEOUT);
	check_equal("wait with timeout 0", l4_ipc_wait(0, L4_RECEIVE_AT_ONCE).result, L4_RECEIVE_TIMEOUT);
	check_equal("receive with a finite timeout", l4_ipc_receive(busy, 0, l4_receive_timeout_us(WAIT)).result,
		    L4_RECEIVE_TIMEOUT);
	start_thread(PARTNER, echo);
	let_others_run();
	check_equal("a receive timeout follows a good send",
		    l4_ipc_reply_and_wait(l4_sigma0(), 0, 1, 0, 0, l4_receive_timeout_us(WAIT) | L4_SEND_AT_ONCE).result &
			    L4_RESULT_SEND_PHASE,
		    0);
	stop_thread(PARTNER);
}
