/* SPDX-License-Identifier: MIT
 *
 * lthread_ex_regs: creation, cancelling, and the values that come back.
 */
#include "check.h"

enum { NEW_THREAD = 9, NO_PAGER_ADDRESS = 0x50000000 };

static volatile unsigned seen_result;

static void wait_for_message(void)
{
	seen_result = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER).result;
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

static void send_to_main(void)
{
	l4_ipc_send(main_thread, L4_SEND_SHORT, 0, 0, L4_NEVER);
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

static void touch_nothing(void)
{
	*(volatile unsigned *)NO_PAGER_ADDRESS = 1;
}

/* Where a cancelled thread is put: EAX is still the result of the system call that was cancelled. */
void after_cancel(void);
__asm__("	.globl after_cancel\n"
	"	.type after_cancel, @function\n"
	"after_cancel:\n"
	"	movl %eax, seen_result\n"
	"	pushl $0\n"
	"	call stay_here\n"
	"	.size after_cancel, . - after_cancel\n");

void stay_here(void);
void stay_here(void)
{
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

static struct l4_thread_registers cancel(unsigned lthread)
{
	seen_result = 0xdead;
	struct l4_thread_registers old = l4_lthread_ex_regs(lthread, (unsigned)after_cancel, stack_top(lthread),
							    l4_invalid(), l4_invalid());
	let_others_run();
	return old;
}

void check_threads(void)
{
	struct l4_thread_registers none =
		l4_lthread_ex_regs(NEW_THREAD, L4_UNCHANGED, L4_UNCHANGED, l4_invalid(), l4_invalid());
	check_equal("an absent thread has no values", none.eip, L4_UNCHANGED);

	enum { V86_VALUES = 1u << 31 };
	struct l4_thread_registers v86 =
		l4_lthread_ex_regs(PARTNER | V86_VALUES, 0, 0, l4_invalid(), l4_invalid());
	check_equal("virtual-8086 mode is refused", v86.eip, L4_UNCHANGED);

	start_thread(PARTNER, wait_for_message);
	let_others_run();
	struct l4_thread_registers old =
		l4_lthread_ex_regs(PARTNER, L4_UNCHANGED, L4_UNCHANGED, l4_invalid(), l4_invalid());
	check("asking returns the pager", l4_same_thread(old.pager, l4_sigma0()));
	check("asking returns an ESP on its stack",
	      old.esp <= stack_top(PARTNER) && old.esp > stack_top(PARTNER) - STACK_SIZE);
	check_equal("asking cancels nothing", l4_ipc_send(l4_lthread(main_thread, PARTNER), 0, 0, 0, L4_SEND_AT_ONCE),
		    L4_OK);

	start_thread(PARTNER, wait_for_message);
	let_others_run();
	cancel(PARTNER);
	check_equal("a receive is cancelled with 0x40", seen_result, L4_RECEIVE_CANCELED);

	start_thread(PARTNER, send_to_main);
	let_others_run();
	cancel(PARTNER);
	check_equal("a send is cancelled with 0x50", seen_result, L4_SEND_CANCELED);
	check_equal("the cancelled sender is out of the queue", l4_ipc_wait(0, L4_RECEIVE_AT_ONCE).result,
		    L4_RECEIVE_TIMEOUT);

	l4_lthread_ex_regs(PARTNER, (unsigned)touch_nothing, stack_top(PARTNER), l4_invalid(), main_thread);
	struct l4_message fault = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	check_equal("the new pager gets the page fault", fault.w0, NO_PAGER_ADDRESS | 2);
	old = cancel(PARTNER);
	check_equal("a cancelled page fault returns the faulting EIP", old.eip, fault.w1);
	check_equal("its pager's answer comes too late", l4_ipc_send(fault.source, 0, 0, 0, L4_SEND_AT_ONCE),
		    L4_SEND_TIMEOUT);
	stop_thread(PARTNER);
}
