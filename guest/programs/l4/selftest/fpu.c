/* SPDX-License-Identifier: MIT
 *
 * The floating-point registers are each thread's own.
 */
#include "check.h"

static void compute(void)
{
	for (;;) {
		__asm__ volatile("fninit\n\tfldz\n\tfldz\n\tfldz" : : : "memory");
	}
}

void check_fpu(void)
{
	unsigned value = 0;
	unsigned short control = 0x0f7f;
	unsigned short after = 0;
	struct l4_threadid partner = start_thread(PARTNER, compute);
	let_others_run();
	__asm__ volatile("fninit\n\tfldcw %0\n\tfld1\n\tfldpi" : : "m"(control));
	l4_thread_switch(partner);
	let_others_run();
	__asm__ volatile("fstp %%st(0)\n\tfistpl %0\n\tfnstcw %1" : "=m"(value), "=m"(after));
	check_equal("the stack of the floating-point unit survives a switch", value, 1);
	check_equal("and so does its control word", after, control);
	stop_thread(PARTNER);
}
