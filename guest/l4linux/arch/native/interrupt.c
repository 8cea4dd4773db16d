/* SPDX-License-Identifier: MIT
 * Interrupts on the bare machine: the two 8259A controllers (Intel data sheet), top halves, and bottom halves at
 * the end of the outermost interrupt, with interrupts on.
 */
#include "interrupt.h"
#include "arch.h"
#include "ia32.h"
#include "native.h"
#include "printk.h"

#define MASTER 0x20
#define SLAVE 0xA0
#define SLAVE_LINE 2
#define ICW1 0x11 /* edge triggered, cascade, ICW4 follows */
#define ICW4 0x01 /* 8086 mode */
#define OCW2_SPECIFIC_EOI 0x60

static void (*top_halves[IRQ_COUNT])(void);
static bool in_bottom_half;

void interrupt_controller_start(void)
{
	out8(MASTER, ICW1);
	out8(MASTER + 1, VECTOR_IRQ_BASE);
	out8(MASTER + 1, 1 << SLAVE_LINE);
	out8(MASTER + 1, ICW4);
	out8(SLAVE, ICW1);
	out8(SLAVE + 1, VECTOR_IRQ_BASE + 8);
	out8(SLAVE + 1, SLAVE_LINE);
	out8(SLAVE + 1, ICW4);
	out8(MASTER + 1, (unsigned char)~(1u << SLAVE_LINE));
	out8(SLAVE + 1, 0xFF);
}

void arch_interrupt_start(unsigned irq, void (*top_half)(void))
{
	unsigned short mask_port = (irq < 8 ? MASTER : SLAVE) + 1;
	unsigned flags = critical_enter();

	top_halves[irq] = top_half;
	out8(mask_port, in8(mask_port) & (unsigned char)~(1u << irq % 8));
	critical_leave(flags);
}

static void end_of_interrupt(unsigned irq)
{
	if (irq >= 8) {
		out8(SLAVE, OCW2_SPECIFIC_EOI | (unsigned char)(irq - 8));
		irq = SLAVE_LINE;
	}
	out8(MASTER, OCW2_SPECIFIC_EOI | (unsigned char)irq);
}

/* With interrupts off. */
void interrupt_dispatch(unsigned irq)
{
	if (!top_halves[irq]) {
		printk("linux: spurious interrupt %u\n", irq);
		return;
	}
	top_halves[irq]();
	end_of_interrupt(irq);
	while (bottom_half_pending() && !in_bottom_half) {
		in_bottom_half = true;
		interrupts_on();
		bottom_half_run();
		interrupts_off();
		in_bottom_half = false;
	}
}

/* Nothing to do: interrupt_dispatch() looks at its end. */
void arch_bottom_half_raise(void) {}
