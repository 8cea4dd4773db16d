/* SPDX-License-Identifier: MIT
 *
 * Interrupts as messages: association, and the timer 8254 (IRQ 0) as a source.
 */
#include "check.h"
#include "ports.h"

enum {
	TIMER_IRQ = 0,
	CLOCK_IRQ = 8,
	PIC = 0x20,
	PIC_MASK = 0x21,
	END_OF_INTERRUPT = 0x20,
	TIMER_MODE = 0x43,
	TIMER_CHANNEL_0 = 0x40,
	TIMER_RATE_GENERATOR = 0x34,
	TIMER_DIVISOR = 11932, /* 100 Hz */
	RECEIVED = 5,
};

static volatile unsigned partner_result;

static unsigned associate(unsigned irq)
{
	return l4_ipc_receive(l4_irq_id(irq), L4_RECEIVE_SHORT, L4_RECEIVE_AT_ONCE).result;
}

static void associate_timer(void)
{
	partner_result = associate(TIMER_IRQ);
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

void check_interrupts(void)
{
	out(TIMER_MODE, TIMER_RATE_GENERATOR);
	out(TIMER_CHANNEL_0, TIMER_DIVISOR & 0xff);
	out(TIMER_CHANNEL_0, TIMER_DIVISOR >> 8);
	check_equal("the clock's interrupt is the kernel's", associate(CLOCK_IRQ), L4_NOT_EXISTING);
	check_equal("a free interrupt is associated", associate(TIMER_IRQ), L4_RECEIVE_TIMEOUT);
	start_thread(PARTNER, associate_timer);
	let_others_run();
	check_equal("nobody else can have it", partner_result, L4_NOT_EXISTING);

	unsigned received = 0;
	out(PIC_MASK, in(PIC_MASK) & ~(1 << TIMER_IRQ));
	unsigned long long start = l4_clock(kernel_info_page());
	for (unsigned i = 0; i < RECEIVED; i++) {
		struct l4_message message = l4_ipc_receive(l4_irq_id(TIMER_IRQ), L4_RECEIVE_SHORT, L4_NEVER);
		received += message.result == L4_OK && l4_same_thread(message.source, l4_irq_id(TIMER_IRQ));
		out(PIC, END_OF_INTERRUPT);
	}
	unsigned elapsed = (unsigned)(l4_clock(kernel_info_page()) - start);
	check_equal("interrupts come as messages", received, RECEIVED);
	check("at the timer's rate", elapsed > 30000 && elapsed < 150000);
	check("the kernel info page knows the processor's frequency by now",
	      kernel_info_page()->processor_hertz > 1000000);

	let_others_run();
	l4_sleep(20000);
	struct l4_message message = l4_ipc_wait(L4_RECEIVE_SHORT, L4_RECEIVE_AT_ONCE);
	check("one that came meanwhile is pending", message.source.low == TIMER_IRQ + 1 && message.result == L4_OK);
	out(PIC, END_OF_INTERRUPT);
	check_equal("timeout 0 from nil gives it up", l4_ipc_receive(l4_nil(), 0, L4_RECEIVE_AT_ONCE).result,
		    L4_RECEIVE_TIMEOUT);
	start_thread(PARTNER, associate_timer);
	let_others_run();
	check_equal("then somebody else can have it", partner_result, L4_RECEIVE_TIMEOUT);
	stop_thread(PARTNER);
	out(PIC, END_OF_INTERRUPT);
}
