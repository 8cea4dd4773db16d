/* SPDX-License-Identifier: MIT
 *
 * Exceptions to the thread's own table, and what happens without one.
 */
#include "exceptions.h"

#include <stddef.h>

enum { KERNEL_ADDRESS = 0xc0000000, BEYOND_SEGMENT = 0xf0100000, FAR_AWAY = 0x70000000 };

static struct l4_idt_gate table[L4_IDT_GATES];

volatile unsigned exception_vector, exception_error, exception_eip, exception_resume;

void handle_without_code(void);
void handle_with_code(void);
__asm__("	.globl handle_without_code, handle_with_code\n"
	"	.type handle_without_code, @function\n"
	"	.type handle_with_code, @function\n"
	"handle_with_code:\n"
	"	pushl %ss\n" /* the kernel makes the stack flat; what was provoked may have another DS */
	"	popl %ds\n"
	"	popl exception_error\n"
	"	movl $2, exception_vector\n"
	"	jmp 1f\n"
	"handle_without_code:\n"
	"	movl $1, exception_vector\n"
	"1:	popl exception_eip\n"
	"	pushl exception_resume\n"
	"	iret\n");

void catch_exceptions(void)
{
	for (unsigned vector = 0; vector < L4_IDT_GATES; vector++) {
		bool code = vector == 8 || (vector >= 10 && vector <= 14) || vector == 17;
		table[vector] = l4_make_gate(code ? handle_with_code : handle_without_code);
	}
	l4_load_idt(table);
}

static void check_delivery(void)
{
	catch_exceptions();
	PROVOKE("ud2", "i"(0));
	check_equal("an undefined instruction comes to the handler", exception_vector, WITHOUT_CODE);
	PROVOKE("xorl %%edx, %%edx\n\tmovl $1, %%eax\n\tdivl %%edx", "i"(0));
	check_equal("so does a division by zero", exception_vector, WITHOUT_CODE);
	PROVOKE("int $0x80", "i"(0));
	check_equal("int 0x80 is a general protection fault", exception_vector, WITH_CODE);
	check_equal("with error code 0x402", exception_error, 0x402);
	PROVOKE("int $0x20", "i"(0));
	check_equal("an interrupt's vector is not the user's", exception_error, 0x20 * 8 + 2);
	PROVOKE("hlt", "i"(0));
	check("a privileged instruction is one with error code 0",
	      exception_vector == WITH_CODE && exception_error == 0);
	PROVOKE("movl (%0), %%eax", "r"(KERNEL_ADDRESS));
	check("a kernel address is a page fault for the handler",
	      exception_vector == WITH_CODE && (exception_error & 4) != 0);
	PROVOKE("movl (%0), %%eax", "r"(BEYOND_SEGMENT));
	check_equal("an address behind the segment comes to the handler", exception_vector, WITH_CODE);
}

static void check_segments(void)
{
	PROVOKE("pushl %%ds\n\tpushl %%ds\n\tpopl %%es\n\tpushl $0\n\tpopl %%ds\n\tmovl (%0), %%eax\n\tpopl %%es",
		"r"(table));
	check_equal("a null data segment is reloaded silently", exception_vector, 0);
	PROVOKE("pushl $0\n\tpopl %%gs\n\tmovl %%gs:(%0), %%eax", "r"(table));
	check_equal("so is a null GS", exception_vector, 0);
}

static void execute_undefined(void)
{
	__asm__ volatile("ud2");
}

static void sleep_for_ever(void)
{
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

/* A pager that is nobody: the page fault's message fails, and the fault becomes an exception. */
static void fault_without_pager(void)
{
	l4_load_idt(table);
	exception_vector = 0;
	__asm__ volatile("movl $1f, exception_resume\n\tmovl (%0), %%eax\n1:" : : "r"(FAR_AWAY) : "eax", "memory");
	sleep_for_ever();
}

static unsigned state_of(struct l4_threadid thread)
{
	return l4_thread_schedule(thread, L4_UNCHANGED, l4_invalid()).param >> 16 & 15;
}

void check_exceptions(void)
{
	check_delivery();
	check_segments();
	struct l4_threadid partner = start_thread(PARTNER, execute_undefined);
	let_others_run();
	check_equal("a thread without a handler is shut down", state_of(partner), L4_STATE_DEAD);
	start_thread(PARTNER, echo);
	let_others_run();
	check_equal("lthread_ex_regs revives it", state_of(partner), L4_STATE_WAITING);

	l4_lthread_ex_regs(PARTNER, (unsigned)fault_without_pager, stack_top(PARTNER), l4_invalid(), l4_nil());
	let_others_run();
	check_equal("a page fault without a pager is an exception", exception_vector, WITH_CODE);
	/* It has its table still. */
	exception_vector = 0;
	exception_resume = (unsigned)sleep_for_ever;
	l4_lthread_ex_regs(PARTNER, BEYOND_SEGMENT, stack_top(PARTNER), l4_invalid(), l4_invalid());
	let_others_run();
	check("an EIP behind the segment is the thread's own exception",
	      exception_vector == WITH_CODE && exception_eip == BEYOND_SEGMENT);
	stop_thread(PARTNER);
	l4_load_idt(NULL); /* a later exception shall be seen */
}
