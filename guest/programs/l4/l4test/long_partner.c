/* SPDX-License-Identifier: MIT
 *
 * The partner task, the source task, and the pager of both.
 */
#include "long_partner.h"

enum { NOTHING, SEND_BACK, PEEK, SOURCE_TASK = FIRST_TASK + 1, URGENT = 100, STATE_SHIFT = 16, STATE_MASK = 15 };

struct long_message long_out, long_in;
struct l4_message long_received;
volatile unsigned long_sender_result;
volatile unsigned long_faults, long_fault_eip;
volatile bool long_pager_answers = true;
volatile bool long_seen_in_the_middle;

static struct l4_threadid partner, source;
static volatile unsigned receive_descriptor;
static unsigned char page[L4_PAGE_SIZE] __attribute__((aligned(4096)));

static void serve_partner(void)
{
	for (;;) {
		long_received = l4_ipc_wait(receive_descriptor, L4_NEVER);
		unsigned value = 0;
		if (l4_error(long_received.result) == L4_OK && long_received.w0 == SEND_BACK) {
			long_sender_result = l4_ipc_send(main_thread, (unsigned)&long_out, 11, 22, L4_NEVER);
			continue;
		}
		if (l4_error(long_received.result) == L4_OK && long_received.w0 == PEEK) {
			value = *(volatile unsigned char *)long_received.w1;
		}
		l4_ipc_send(long_received.source, L4_SEND_SHORT, value, 0, L4_SEND_AT_ONCE);
	}
}

/* Our own memory one-to-one, and the page at SCRATCH and above, if it answers there. */
static void serve_faults(void)
{
	struct l4_message fault = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		unsigned address = fault.w0 & L4_PAGE_MASK;
		volatile unsigned char *from = address < SCRATCH ? (unsigned char *)address : page;
		if (address >= SCRATCH) {
			long_faults++;
			long_fault_eip = fault.w1;
		}
		if (address >= SCRATCH && !long_pager_answers) {
			fault = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
			continue;
		}
		*from |= 0;
		fault = l4_ipc_reply_and_wait(fault.source, L4_SEND_MAP, address,
					      l4_make_fpage((unsigned)from, L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE),
					      L4_RECEIVE_SHORT, L4_SEND_AT_ONCE);
	}
}

void long_start(void)
{
	receive_descriptor = (unsigned)&long_in;
	long_pager_answers = true;
	start_thread(LONG_PAGER, serve_faults);
	partner = start_task(FIRST_TASK, serve_partner, l4_lthread(main_thread, LONG_PAGER));
	let_others_run();
}

void long_restart(void)
{
	delete_task(partner);
	long_start();
}

void long_stop(void)
{
	delete_task(partner);
	stop_thread(LONG_PAGER);
}

static void set_descriptor(unsigned descriptor)
{
	receive_descriptor = descriptor;
	l4_ipc_call(partner, L4_SEND_SHORT, NOTHING, 0, L4_RECEIVE_SHORT, L4_NEVER);
}

void long_receive_short(void)
{
	set_descriptor(L4_RECEIVE_SHORT);
}

void long_receive_buffer(void)
{
	set_descriptor((unsigned)&long_in);
}

/* The header is read when the receive begins: once more round the loop. */
static unsigned send(unsigned descriptor, unsigned w0, unsigned w1, l4_timeouts timeouts)
{
	l4_ipc_call(partner, L4_SEND_SHORT, NOTHING, 0, L4_RECEIVE_SHORT, L4_NEVER);
	let_others_run();
	unsigned result = l4_ipc_call(partner, descriptor, w0, w1, L4_RECEIVE_SHORT, timeouts).result;
	let_others_run(); /* after an error the partner does not answer */
	return result;
}

unsigned long_send(l4_timeouts timeouts)
{
	return send((unsigned)&long_out, 11, 22, timeouts);
}

unsigned long_send_map(l4_timeouts timeouts)
{
	return send((unsigned)&long_out | L4_SEND_MAP, long_out.words[0], long_out.words[1], timeouts);
}

unsigned long_send_back(l4_timeouts timeouts)
{
	l4_ipc_send(partner, L4_SEND_SHORT, SEND_BACK, 0, L4_NEVER);
	return l4_ipc_receive(partner, (unsigned)&long_in, timeouts).result;
}

unsigned long_peek(unsigned address)
{
	return l4_ipc_call(partner, L4_SEND_SHORT, PEEK, address, L4_RECEIVE_SHORT, L4_NEVER).w0;
}

static void sleep_for_ever(void)
{
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

void long_send_to_main(void)
{
	struct l4_message answer =
		l4_ipc_call(main_thread, (unsigned)&long_out, 11, 22, L4_RECEIVE_SHORT, L4_NEVER);
	long_sender_result = answer.result == L4_OK ? answer.w0 : answer.result;
	sleep_for_ever();
}

void long_send_to_partner(void)
{
	long_sender_result = l4_ipc_send(partner, (unsigned)&long_out, 11, 22, L4_NEVER);
	sleep_for_ever();
}

/* EAX is the result of the call that was ended. */
__asm__("	.globl long_after_cancel\n"
	"	.type long_after_cancel, @function\n"
	"long_after_cancel:\n"
	"	movl %eax, long_sender_result\n"
	"	pushl $0\n"
	"	call stay_here\n"
	"	.size long_after_cancel, . - long_after_cancel\n");

/* Sends whenever main asks it to. */
static void serve_source(void)
{
	for (;;) {
		struct l4_message order = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
		unsigned result = l4_ipc_call(partner, (unsigned)&long_out, 11, 22, L4_RECEIVE_SHORT, L4_NEVER).result;
		l4_ipc_send(order.source, L4_SEND_SHORT, result, 0, L4_SEND_AT_ONCE);
	}
}

void long_start_source(void)
{
	source = start_task(SOURCE_TASK, serve_source, l4_lthread(main_thread, LONG_PAGER));
	long_seen_in_the_middle = false;
}

unsigned long_source_send(void)
{
	return l4_ipc_call(source, L4_SEND_SHORT, 0, 0, L4_RECEIVE_SHORT, L4_NEVER).w0;
}

/* It waits openly before and after; in between it receives from one partner. */
static void watch(void)
{
	while (!long_seen_in_the_middle) {
		l4_sleep(2000);
		unsigned param = l4_thread_schedule(partner, L4_UNCHANGED, l4_invalid()).param;
		long_seen_in_the_middle = (param >> STATE_SHIFT & STATE_MASK) == L4_STATE_RECEIVING;
	}
	sleep_for_ever();
}

void long_watch(void)
{
	struct l4_threadid watcher = start_thread(LONG_WATCHER, watch);
	l4_thread_schedule(watcher, l4_schedule_param(URGENT, 0, 0), l4_invalid());
}

void long_stop_source(void)
{
	stop_thread(LONG_WATCHER);
	delete_task(source);
}
