/* SPDX-License-Identifier: MIT
 *
 * Whose an interrupt is, and whose message comes first: the edges of association. The 8254 (IRQ 0) is the source; nothing
 * comes from the other lines that are associated here.
 */
#include "check.h"
#include "ports.h"

enum {
	TIMER_IRQ = 0,
	CASCADE_IRQ = 2,
	SILENT_IRQ = 3,
	ANOTHER_IRQ = 5,
	PIC = 0x20,
	PIC_MASK = 0x21,
	END_OF_INTERRUPT = 0x20,
};

static volatile unsigned partner_result, counter;

static void unmask_timer(void)
{
	out(PIC_MASK, in(PIC_MASK) & ~(1 << TIMER_IRQ));
}

static void end_of_interrupt(void)
{
	out(PIC, END_OF_INTERRUPT);
}

static unsigned associate(unsigned irq)
{
	return l4_ipc_receive(l4_irq_id(irq), L4_RECEIVE_SHORT, L4_RECEIVE_AT_ONCE).result;
}

static unsigned dissociate(void)
{
	return l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_RECEIVE_AT_ONCE).result;
}

/* The timer's interrupt comes while this thread waits for something else. */
static void have_timer_pending(void)
{
	l4_sleep(30000);
}

static void begin(void)
{
	associate(TIMER_IRQ);
	unmask_timer();
	have_timer_pending();
}

/* Masked then; one that has come is dropped, and is to be ended all the same. */
static void end(void)
{
	dissociate();
	end_of_interrupt();
}

static bool is_timers(struct l4_message message)
{
	return message.result == L4_OK && l4_same_thread(message.source, l4_irq_id(TIMER_IRQ));
}

static void sleep_for_ever(void)
{
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

static void associate_timer(void)
{
	partner_result = associate(TIMER_IRQ);
	sleep_for_ever();
}

static void associate_silent(void)
{
	partner_result = associate(SILENT_IRQ);
	sleep_for_ever();
}

static void send_to_main(void)
{
	l4_ipc_send(main_thread, L4_SEND_SHORT, 7, 0, L4_NEVER);
	sleep_for_ever();
}

static void count_after_interrupt(void)
{
	associate(TIMER_IRQ);
	unmask_timer();
	l4_ipc_receive(l4_irq_id(TIMER_IRQ), L4_RECEIVE_SHORT, L4_NEVER);
	end_of_interrupt();
	for (;;) {
		counter++;
	}
}

static unsigned result_in_partner(thread_function *function)
{
	partner_result = 0xdead;
	start_thread(PARTNER, function);
	let_others_run();
	return partner_result;
}

static void check_owners(void)
{
	associate(TIMER_IRQ);
	check_equal("another interrupt is associated instead", associate(SILENT_IRQ), L4_RECEIVE_TIMEOUT);
	check_equal("the first is free then", result_in_partner(associate_timer), L4_RECEIVE_TIMEOUT);
	check_equal("one that somebody has is busy", associate(TIMER_IRQ), L4_NOT_EXISTING);
	check_equal("the cascade's does not exist", associate(CASCADE_IRQ), L4_NOT_EXISTING);
	check_equal("nor does a seventeenth", associate(L4_IRQS), L4_NOT_EXISTING);
	start_thread(OTHER, associate_silent);
	let_others_run();
	check_equal("a refusal leaves a thread what it has", partner_result, L4_NOT_EXISTING);
	check_equal("receiving from nil with timeout 0 gives it up", dissociate(), L4_RECEIVE_TIMEOUT);
	start_thread(OTHER, associate_silent);
	let_others_run();
	check_equal("and somebody else gets it", partner_result, L4_RECEIVE_TIMEOUT);
	check_equal("without one a wait for an interrupt ends with its time",
		    l4_ipc_receive(l4_irq_id(SILENT_IRQ), L4_RECEIVE_SHORT, l4_receive_timeout_us(10000)).result,
		    L4_RECEIVE_TIMEOUT);
	start_thread(OTHER, sleep_for_ever);
	result_in_partner(sleep_for_ever);
}

/* A thread keeps its interrupt until it gives it up, whatever lthread_ex_regs makes of it. */
static void give_up(void)
{
	partner_result = dissociate();
	sleep_for_ever();
}

static void check_pending(void)
{
	begin();
	struct l4_message message = l4_ipc_receive(l4_irq_id(TIMER_IRQ), L4_RECEIVE_SHORT, L4_RECEIVE_AT_ONCE);
	check("a pending interrupt comes when it is associated again", is_timers(message));
	end_of_interrupt();
	have_timer_pending();
	check("a wait for another number gets the associated one",
	      is_timers(l4_ipc_receive(l4_irq_id(ANOTHER_IRQ), L4_RECEIVE_SHORT, l4_receive_timeout_us(100000))));
	end_of_interrupt();
	have_timer_pending();
	check_equal("associating another drops what is pending", associate(SILENT_IRQ), L4_RECEIVE_TIMEOUT);
	check_equal("nothing is there then", l4_ipc_wait(L4_RECEIVE_SHORT, L4_RECEIVE_AT_ONCE).result, L4_RECEIVE_TIMEOUT);
	end_of_interrupt();
}

static void check_order(void)
{
	begin();
	struct l4_threadid partner = start_thread(PARTNER, send_to_main);
	let_others_run();
	check("an interrupt comes before a sender that waits", is_timers(l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER)));
	end_of_interrupt();
	have_timer_pending();
	struct l4_message message = l4_ipc_receive(partner, L4_RECEIVE_SHORT, L4_NEVER);
	check("but not to who waits for the sender alone", message.w0 == 7 && l4_same_thread(message.source, partner));
	check("it waits meanwhile", is_timers(l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER)));
	end();
}

static void check_time(void)
{
	struct l4_threadid partner = start_thread(PARTNER, sleep_for_ever);
	let_others_run();
	unsigned none = l4_schedule_param(MAIN_PRIORITY, 0, 10), some = l4_schedule_param(MAIN_PRIORITY, 10, 10);
	l4_thread_schedule(partner, none, l4_invalid());
	start_thread(PARTNER, count_after_interrupt);
	l4_thread_switch(l4_nil()); /* a new slice, to be given */
	l4_thread_switch(partner);
	l4_thread_schedule(partner, none, l4_invalid());
	counter = 0;
	l4_sleep(50000);
	check_equal("to a thread without a time slice an interrupt brings no time", counter, 0);
	l4_thread_switch(partner);
	check("it has got the message", counter != 0);
	l4_thread_schedule(partner, some, l4_invalid());
	result_in_partner(give_up);
	end_of_interrupt();
}

void check_associations(void)
{
	check_owners();
	result_in_partner(give_up);
	start_thread(OTHER, give_up);
	let_others_run();
	check_pending();
	check_order();
	check_time();
	stop_thread(PARTNER);
	stop_thread(OTHER);
}
