/* SPDX-License-Identifier: MIT
 * The one thread that runs bottom halves. It is woken by a message only if it waits, and wakes the main thread by
 * a message only if that waits; cli makes looking and waiting one step, since L4 gives IF back with the thread.
 */
#include "arch.h"
#include "ia32.h"
#include "interrupt.h"
#include "l4_port.h"

#define STACK_BYTES 4096

static char stack[STACK_BYTES] __attribute__((aligned(16)));
static bool is_waiting;
static bool main_wanted; /* a process has become ready since the main thread was last told */

static void wait_for_top_half(void)
{
	interrupts_off();
	while (!bottom_half_pending()) {
		is_waiting = true;
		l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	}
	interrupts_on();
}

static void tell_main(void)
{
	unsigned flags = critical_enter();

	if (main_wanted && main_is_waiting) {
		main_is_waiting = false;
		main_wanted = false;
		l4_ipc_send(server, L4_SEND_SHORT, 0, 0, L4_SEND_AT_ONCE);
	}
	critical_leave(flags);
}

static void bottom_half_thread(unsigned unused)
{
	(void)unused;
	for (;;) {
		wait_for_top_half();
		bottom_half_run();
		tell_main();
	}
}

void bottom_half_start(void)
{
	server_thread_start(LTHREAD_BOTTOM_HALF, PRIORITY_BOTTOM_HALF, stack + STACK_BYTES, bottom_half_thread, 0);
}

/* With interrupts off. */
void bottom_half_raise(void)
{
	if (is_waiting) {
		is_waiting = false;
		l4_ipc_send(l4_lthread(server, LTHREAD_BOTTOM_HALF), L4_SEND_SHORT, 0, 0, L4_SEND_AT_ONCE);
	}
}

/* The main thread looks before it waits, so only a bottom half has somebody to tell. */
void arch_wakeup(void) { main_wanted |= main_is_waiting; }
