/* SPDX-License-Identifier: MIT
 * Top halves as L4 threads: each waits for its interrupt's message, runs the top half, acknowledges the 8259 (the
 * µ-kernel does not), and only then lets the bottom-half thread know (Figure 2 of the SOSP'97 paper).
 */
#include "interrupt.h"
#include "arch.h"
#include "ia32.h"
#include "l4_port.h"
#include "printk.h"

#define MASTER 0x20
#define SLAVE 0xA0
#define SLAVE_LINE 2
#define OCW2_SPECIFIC_EOI 0x60
#define OCW3_READ_IN_SERVICE 0x0B
#define LINES 8
#define STACK_BYTES 4096

struct interrupt_thread {
	unsigned irq;
	enum server_lthread lthread;
	void (*top_half)(void);
	char stack[STACK_BYTES] __attribute__((aligned(16)));
};

static struct interrupt_thread threads[] = {
	{ .irq = 0, .lthread = LTHREAD_TIMER },
	{ .irq = 3, .lthread = LTHREAD_SERIAL },
	{ .irq = 14, .lthread = LTHREAD_DISK },
};

static bool in_top_half;

static void unmask(unsigned irq)
{
	unsigned short mask_port = (irq < LINES ? MASTER : SLAVE) + 1;
	unsigned flags = critical_enter();

	out8(mask_port, in8(mask_port) & (unsigned char)~(1u << irq % LINES));
	critical_leave(flags);
}

/* With interrupts off. The slave's line at the master ends when nothing of the slave is in service any more: the
 * µ-kernel's clock is on the slave too. */
static void end_of_interrupt(unsigned irq)
{
	out8(irq < LINES ? MASTER : SLAVE, OCW2_SPECIFIC_EOI | (unsigned char)(irq % LINES));
	if (irq >= LINES) {
		out8(SLAVE, OCW3_READ_IN_SERVICE);
		if (in8(SLAVE) == 0) {
			out8(MASTER, OCW2_SPECIFIC_EOI | SLAVE_LINE);
		}
	}
}

static void associate(unsigned irq)
{
	struct l4_message answer = l4_ipc_receive(l4_irq_id(irq), L4_RECEIVE_SHORT, L4_RECEIVE_AT_ONCE);

	if (l4_error(answer.result) != L4_RECEIVE_TIMEOUT) {
		panic("an interrupt is not to be had");
	}
}

static void interrupt_thread(unsigned index)
{
	struct interrupt_thread *self = &threads[index];

	associate(self->irq);
	unmask(self->irq);
	for (;;) {
		l4_ipc_receive(l4_irq_id(self->irq), L4_RECEIVE_SHORT, L4_NEVER);
		interrupts_off();
		in_top_half = true;
		self->top_half();
		in_top_half = false;
		end_of_interrupt(self->irq);
		if (bottom_half_pending()) {
			bottom_half_raise();
		}
		interrupts_on();
	}
}

void arch_interrupt_start(unsigned irq, void (*top_half)(void))
{
	for (unsigned i = 0; i < COUNT_OF(threads); i++) {
		if (threads[i].irq == irq) {
			threads[i].top_half = top_half;
			server_thread_start(threads[i].lthread, PRIORITY_TOP_HALF,
					    threads[i].stack + STACK_BYTES, interrupt_thread, i);
			return;
		}
	}
	panic("no thread is there for this interrupt");
}

void arch_bottom_half_raise(void)
{
	if (!in_top_half) {
		bottom_half_raise();
	}
}
