/* SPDX-License-Identifier: MIT
 * The server's threads: one for everything that processes want, one for bottom halves, one for each interrupt.
 */
#include <l4/sigma0.h>

#include "l4_port.h"
#include "printk.h"

struct server_thread server_threads[SERVER_THREADS] = {
	{ "main", LTHREAD_MAIN },
	{ "bottom half", LTHREAD_BOTTOM_HALF },
	{ "timer interrupt", LTHREAD_TIMER },
	{ "serial interrupt", LTHREAD_SERIAL },
	{ "disk interrupt", LTHREAD_DISK },
};

struct l4_threadid server;

void thread_begin(void);

void set_priority(struct l4_threadid thread, enum priority priority)
{
	struct l4_schedule_result old = l4_thread_schedule(thread, L4_UNCHANGED, l4_invalid());
	unsigned slice = old.param & 0xFFF00000u; /* mantissa and exponent stay as they are */

	if (old.param == L4_UNCHANGED ||
	    l4_thread_schedule(thread, slice | (unsigned)priority, l4_invalid()).param == L4_UNCHANGED) {
		panic("the kernel refuses to set a thread's priority");
	}
}

/* The stack as thread_begin finds it: the function, where it would return to (nowhere), its argument. */
void server_thread_start(enum server_lthread lthread, enum priority priority, char *stack_end,
			 void (*entry)(unsigned), unsigned argument)
{
	unsigned *stack = (unsigned *)stack_end - 3;

	stack[0] = (unsigned)entry;
	stack[1] = 0;
	stack[2] = argument;
	l4_lthread_ex_regs(lthread, (unsigned)thread_begin, (unsigned)stack, l4_invalid(), l4_sigma0());
	set_priority(l4_lthread(server, lthread), priority);
}
