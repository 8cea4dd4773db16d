/* SPDX-License-Identifier: MIT
 *
 * lthread_ex_regs on a thread that is in a call which the kernel makes for it: of its page fault, of an exception whose
 * frame finds no stack, of its preempter. A new EIP ends the call; what comes back is the user's instruction, and
 * all other registers are as they were there.
 */
#include "check.h"

#include <stddef.h>

enum { NOBODYS = 0x50000000, NOBODYS_STACK = 0x50002000 };

/* In the order of PUSHA; ESP is its own. */
struct registers {
	unsigned edi, esi, ebp, esp, ebx, edx, ecx, eax;
};
static const struct registers known = {
	.edi = 1, .esi = 2, .ebp = 3, .ebx = 4, .edx = NOBODYS, .ecx = 6, .eax = 7,
};
struct l4_idt_gate gates_of_raise[L4_IDT_GATES];
struct registers seen_registers;

/* Each loads the known registers, but for ESP, and is stopped at its last instruction. note_registers is where it is put. */
void fault(void);
void spin(void);
void raise(void);
extern char fault_here[], spin_here[], raise_here[], note_registers[];
__asm__(".macro KNOWN_REGISTERS\n"
	"	movl $1, %edi\n"
	"	movl $2, %esi\n"
	"	movl $3, %ebp\n"
	"	movl $4, %ebx\n"
	"	movl $0x50000000, %edx\n"
	"	movl $6, %ecx\n"
	"	movl $7, %eax\n"
	".endm\n"
	"	.type fault, @function\n"
	"fault:	KNOWN_REGISTERS\n"
	"fault_here:\n"
	"	movl (%edx), %eax\n"
	"	.type spin, @function\n"
	"spin:	KNOWN_REGISTERS\n"
	"spin_here:\n"
	"	jmp spin_here\n"
	"	.type raise, @function\n"
	"raise:	leal gates_of_raise, %eax\n"
	"	pushl %eax\n"
	"	pushw $255\n"
	"	movl %esp, %eax\n"
	"	lidt (%eax)\n"
	"	movl $0x50002000, %esp\n"
	"	KNOWN_REGISTERS\n"
	"raise_here:\n"
	"	ud2\n"
	"note_registers:\n"
	"	movl %esp, seen_registers + 12\n"
	"	movl $seen_registers + 32, %esp\n"
	"	pushl %eax\n"
	"	pushl %ecx\n"
	"	pushl %edx\n"
	"	pushl %ebx\n"
	"	subl $4, %esp\n"
	"	pushl %ebp\n"
	"	pushl %esi\n"
	"	pushl %edi\n"
	"	movl $stacks_end_of_notes, %esp\n"
	"	pushl $0\n"
	"	call wait_after_note\n"
	"	.bss\n"
	"	.balign 16\n"
	"	.skip 1024\n"
	"stacks_end_of_notes:\n"
	"	.text\n");

void wait_after_note(void);
void wait_after_note(void)
{
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

static struct l4_threadid partner(void)
{
	return l4_lthread(main_thread, PARTNER);
}

static unsigned state(void)
{
	return l4_thread_schedule(partner(), L4_UNCHANGED, l4_invalid()).param >> 16 & 15;
}

static void start(thread_function *function)
{
	l4_lthread_ex_regs(PARTNER, (unsigned)function, stack_top(PARTNER), l4_nil(), main_thread);
}

static struct l4_thread_registers ask(void)
{
	return l4_lthread_ex_regs(PARTNER, L4_UNCHANGED, L4_UNCHANGED, l4_invalid(), l4_invalid());
}

/* Cancelled there: EIP and ESP are those of the instruction, the others the known ones. */
static void check_cancelling(const char *name, const char *instruction, unsigned esp)
{
	seen_registers = (struct registers){.eax = 0xdead};
	struct l4_thread_registers old = l4_lthread_ex_regs(PARTNER, (unsigned)note_registers, L4_UNCHANGED,
							    l4_invalid(), l4_invalid());
	let_others_run();
	check(name, old.eip == (unsigned)instruction && old.esp == esp);
	struct registers expected = known;
	expected.esp = esp;
	const unsigned *seen = &seen_registers.edi, *wanted = &expected.edi;
	bool same = true;
	for (unsigned i = 0; i < sizeof known / sizeof *seen; i++) {
		same = same && seen[i] == wanted[i];
	}
	check("no other register is changed", same);
}

static struct l4_message receive(void)
{
	return l4_ipc_receive(partner(), L4_RECEIVE_SHORT, l4_receive_timeout_us(200000));
}

static void check_page_faults(void)
{
	start(fault);
	struct l4_message message = receive();
	check_equal("a page fault is a call to the pager", message.w0, NOBODYS);
	struct l4_thread_registers asked = ask();
	check("asking returns the instruction", asked.eip == (unsigned)fault_here && asked.esp == stack_top(PARTNER));
	check_equal("and cancels nothing", state(), L4_STATE_RECEIVING + L4_STATE_PAGER_RPC);
	l4_lthread_ex_regs(PARTNER, L4_UNCHANGED, stack_top(PARTNER) - 16, l4_invalid(), l4_invalid());
	check_equal("nor does a new ESP", l4_ipc_send(partner(), L4_SEND_SHORT, 0, 0, L4_SEND_AT_ONCE), L4_OK);
	check_equal("an answer without a page: the instruction faults again", receive().w0, NOBODYS);
	check_cancelling("a new EIP cancels the call", fault_here, stack_top(PARTNER) - 16);
	check_equal("the pager's answer finds nobody", l4_ipc_send(partner(), L4_SEND_SHORT, 0, 0, L4_SEND_AT_ONCE),
		    L4_SEND_TIMEOUT);
	start(fault);
	let_others_run();
	check_equal("its pager has not fetched it yet", state(), L4_STATE_PENDING_SEND);
	check_cancelling("it is cancelled all the same", fault_here, stack_top(PARTNER));
	check_equal("and does not come any more", l4_ipc_wait(L4_RECEIVE_SHORT, L4_RECEIVE_AT_ONCE).result,
		    L4_RECEIVE_TIMEOUT);
}

static void give_up_table(void)
{
	l4_load_idt(NULL);
	wait_after_note();
}

static void check_exception(void)
{
	for (unsigned vector = 0; vector < L4_IDT_GATES; vector++) {
		gates_of_raise[vector] = l4_make_gate(wait_after_note);
	}
	start(raise);
	struct l4_message message = receive();
	check("the exception's frame finds no stack",
	      (message.w0 & ~3u) == NOBODYS_STACK - 12 && message.w1 == (unsigned)raise_here);
	check_cancelling("a new EIP cancels the exception", raise_here, NOBODYS_STACK);
	start_thread(PARTNER, give_up_table);
	let_others_run();
}

static void check_preempter(void)
{
	start(spin);
	l4_thread_schedule(partner(), l4_schedule_param(MAIN_PRIORITY, 10, 10), main_thread);
	check_equal("the preempter is called", receive().w1, (unsigned)spin_here);
	check_equal("asking cancels nothing", ask().eip, (unsigned)spin_here);
	check_equal("it waits still", state(), L4_STATE_RECEIVING + L4_STATE_EXTERNAL_PREEMPTER_RPC);
	check_cancelling("a new EIP cancels the call", spin_here, stack_top(PARTNER));
	l4_thread_schedule(partner(), l4_schedule_param(MAIN_PRIORITY, 10, 10), l4_nil());
}

void check_cancelled_calls(void)
{
	check_page_faults();
	check_exception();
	check_preempter();
	stop_thread(PARTNER);
}
