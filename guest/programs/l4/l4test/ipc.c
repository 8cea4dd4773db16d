/* SPDX-License-Identifier: MIT
 *
 * Short messages: the five combinations, the order of queued senders, and the errors of absent partners.
 */
#include "check.h"

static void send_its_number(void)
{
	unsigned lthread = l4_lthread_of(l4_myself());
	l4_ipc_send(main_thread, L4_SEND_SHORT, lthread, 0, L4_NEVER);
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

/* Calls main and stores what the answer was. */
static volatile unsigned call_result;

static void call_main(void)
{
	struct l4_message answer = l4_ipc_call(main_thread, L4_SEND_SHORT, 5, 6, L4_RECEIVE_SHORT, L4_NEVER);
	call_result = answer.result == L4_OK ? answer.w0 + answer.w1 : answer.result;
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

static void check_combinations(void)
{
	struct l4_threadid partner = start_thread(PARTNER, echo);
	struct l4_message answer = l4_ipc_call(partner, L4_SEND_SHORT, 41, 99, L4_RECEIVE_SHORT, L4_NEVER);
	check("call returns the answer's words", answer.w0 == 42 && answer.w1 == 100);
	check("call returns the source", l4_same_thread(answer.source, partner));
	check_equal("call completes with 0", answer.result, L4_OK);

	check_equal("send completes with 0", l4_ipc_send(partner, L4_SEND_SHORT, 1, 2, L4_NEVER), L4_OK);

	partner = start_thread(PARTNER, call_main);
	struct l4_message request = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	check("wait receives from anyone", l4_same_thread(request.source, partner) && request.w0 == 5);
	unsigned result = l4_ipc_send(partner, L4_SEND_SHORT, 30, 12, L4_SEND_AT_ONCE);
	check_equal("a caller can be answered with timeout 0", result, L4_OK);
	let_others_run();
	check_equal("the caller has the answer", call_result, 42);
}

static void check_queue(void)
{
	start_thread(PARTNER, send_its_number);
	let_others_run();
	start_thread(OTHER, send_its_number);
	let_others_run();
	struct l4_threadid third = start_thread(THIRD, send_its_number);
	let_others_run();
	struct l4_message message = l4_ipc_receive(third, L4_RECEIVE_SHORT, L4_NEVER);
	check_equal("a closed receive takes its partner out of the queue", message.w0, THIRD);
	message = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	check_equal("an open receive takes the first in the queue", message.w0, PARTNER);
	message = l4_ipc_wait(L4_RECEIVE_SHORT, L4_RECEIVE_AT_ONCE);
	check_equal("a queued sender is received with timeout 0", message.w0, OTHER);
}

static void send_to_partner(void)
{
	l4_ipc_send(l4_lthread(main_thread, PARTNER), L4_SEND_SHORT, 0, 0, L4_NEVER);
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

/* Who calls waits for one partner: others in its queue do not keep it from that. */
static void check_caller_with_a_queue(void)
{
	struct l4_threadid caller = start_thread(PARTNER, call_main);
	let_others_run();
	start_thread(OTHER, send_to_partner);
	let_others_run();
	l4_ipc_receive(caller, L4_RECEIVE_SHORT, L4_NEVER);
	unsigned result = l4_ipc_send(caller, L4_SEND_SHORT, 30, 12, L4_SEND_AT_ONCE);
	check_equal("a queued caller with others in its queue is answered with timeout 0", result, L4_OK);
	stop_thread(OTHER);
}

static volatile unsigned has_sent;

static void send_and_say_so(void)
{
	l4_ipc_send(main_thread, L4_SEND_SHORT, 0, 0, L4_NEVER);
	has_sent = 1;
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

static void receive_once(void)
{
	l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

/* The answer wakes an urgent thread, the receive phase a more urgent one. */
static void check_urgent_sender(void)
{
	struct l4_threadid waiting = start_thread(PARTNER, receive_once);
	l4_thread_schedule(waiting, l4_schedule_param(MAIN_PRIORITY + 1, 0, 0), l4_invalid());
	struct l4_threadid urgent = start_thread(OTHER, send_and_say_so);
	has_sent = 0;
	l4_thread_schedule(urgent, l4_schedule_param(MAIN_PRIORITY + 2, 0, 0), l4_invalid());
	l4_ipc_reply_and_wait(waiting, L4_SEND_SHORT, 0, 0, L4_RECEIVE_SHORT, L4_NEVER);
	check_equal("a more urgent sender runs when its message is fetched", has_sent, 1);
	l4_thread_schedule(urgent, l4_schedule_param(MAIN_PRIORITY, 0, 0), l4_invalid());
	l4_thread_schedule(waiting, l4_schedule_param(MAIN_PRIORITY, 0, 0), l4_invalid());
}

static void check_absent_partners(void)
{
	struct l4_threadid nobody = l4_make_id(UNUSED_TASK, 3, 1, L4_TASK_ROOT, 0, 0);
	check_equal("send to an absent thread", l4_ipc_send(nobody, 0, 0, 0, L4_NEVER), L4_NOT_EXISTING);
	check_equal("send to nil", l4_ipc_send(l4_nil(), 0, 0, 0, L4_NEVER), L4_NOT_EXISTING);
	check_equal("send to oneself", l4_ipc_send(main_thread, 0, 0, 0, L4_NEVER), L4_NOT_EXISTING);
	struct l4_threadid old = l4_make_id(L4_TASK_ROOT, 0, 7, L4_TASK_ROOT, 0, 0);
	check_equal("send to a wrong version", l4_ipc_send(old, 0, 0, 0, L4_NEVER), L4_NOT_EXISTING);
	check_equal("receive from an absent thread", l4_ipc_receive(nobody, 0, L4_NEVER).result, L4_NOT_EXISTING);
}

void check_ipc(void)
{
	check_combinations();
	check_queue();
	check_caller_with_a_queue();
	check_urgent_sender();
	check_absent_partners();
	stop_thread(PARTNER);
	stop_thread(OTHER);
	stop_thread(THIRD);
}
