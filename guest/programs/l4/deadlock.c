/* SPDX-License-Identifier: MIT
 *
 * Three philosophers in three tasks call each other in a circle: each waits to send to one that is sending itself, so none
 * ever receives. At "the circle is closed" a debugger shows who waits for whom. A fourth thread, the watchman, sees from
 * thread_schedule that all of them have a pending send, and ends it by cancelling one; a second circle, in which one
 * has a time limit, ends by itself.
 */
#include <l4/ipc.h>

#include "console.h"
#include "tasks.h"

enum { PAGER_THREAD = 1, PHILOSOPHERS = 3, SECOND = 1, LIMIT_MICROSECONDS = 50000, STACK_OF_SECOND = 8 };

static struct l4_threadid root, pager;
static struct l4_threadid circle[PHILOSOPHERS];
static volatile l4_timeouts limit;
static volatile unsigned is_closed;

/* The main thread calls its neighbour; when that ends, whatever the end was, it reports. */
static void call_neighbour(void)
{
	unsigned self = l4_task_of(l4_myself()) - FIRST_TASK;
	struct l4_message answer = l4_ipc_call(circle[(self + 1) % PHILOSOPHERS], L4_SEND_SHORT, self, 0,
					       L4_RECEIVE_SHORT, self == 0 ? limit : L4_NEVER);
	l4_ipc_send(root, L4_SEND_SHORT, l4_error(answer.result), self, L4_NEVER);
	/* Free at last: whoever calls is answered. */
	for (;;) {
		struct l4_message caller = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
		l4_ipc_send(caller.source, L4_SEND_SHORT, 0, 0, L4_SEND_AT_ONCE);
	}
}

/* A second thread of each task, which can cancel the first: only within a task lthread_ex_regs works. */
static void cancel_first(void)
{
	l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	struct l4_thread_registers now = l4_lthread_ex_regs(0, L4_UNCHANGED, L4_UNCHANGED, l4_invalid(), l4_invalid());
	l4_lthread_ex_regs(0, now.eip, now.esp, l4_invalid(), l4_invalid());
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

static void philosopher(void)
{
	unsigned self = l4_task_of(l4_myself()) - FIRST_TASK;
	l4_lthread_ex_regs(SECOND, (unsigned)cancel_first, stack_top(STACK_OF_SECOND + self), l4_invalid(),
			   pager);
	while (!is_closed) {
		l4_sleep(2000);
	}
	call_neighbour();
}

static unsigned pending_sends(void)
{
	unsigned count = 0;
	for (unsigned i = 0; i < PHILOSOPHERS; i++) {
		unsigned state = l4_thread_schedule(circle[i], L4_UNCHANGED, l4_invalid()).param >> 16 & 15;
		count += state == L4_STATE_PENDING_SEND;
	}
	return count;
}

static void start_circle(l4_timeouts time_limit)
{
	is_closed = 0;
	limit = time_limit;
	for (unsigned i = 0; i < PHILOSOPHERS; i++) {
		circle[i] = start_task(FIRST_TASK + i, philosopher, pager);
	}
	is_closed = 1;
	while (pending_sends() < PHILOSOPHERS) {
		l4_sleep(2000);
	}
	print("the circle is closed: %u pending sends\n", pending_sends());
}

static void report(void)
{
	for (unsigned i = 0; i < PHILOSOPHERS; i++) {
		struct l4_message message = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
		print("philosopher %u: %s\n", message.w1,
		      message.w0 == L4_OK		? "has its answer"
		      : message.w0 == L4_SEND_CANCELED ? "was cancelled"
		      : message.w0 == L4_SEND_TIMEOUT	? "gave up"
							: "has another error");
	}
}

static void delete_circle(void)
{
	for (unsigned i = 0; i < PHILOSOPHERS; i++) {
		delete_task(circle[i]);
	}
}

int main(void)
{
	root = l4_myself();
	pager = start_thread(PAGER_THREAD, serve_page_faults);
	start_circle(L4_NEVER);
	l4_sleep(100000);
	print("a tenth of a second later: %u pending sends\n", pending_sends());
	l4_ipc_send(l4_lthread(circle[0], SECOND), L4_SEND_SHORT, 0, 0, L4_NEVER);
	report();
	delete_circle();
	start_circle(l4_send_timeout_us(LIMIT_MICROSECONDS));
	report();
	delete_circle();
	print("deadlock done\n");
	return 0;
}
