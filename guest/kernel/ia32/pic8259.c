/* SPDX-License-Identifier: MIT
 *
 * The Intel 8259A pair of a PC. Drivers end their interrupts themselves, perhaps late, so the clock must get through
 * beside any that is in service: the second controller's line is made the most urgent of the first, and special
 * fully nested mode lets the clock interrupt its own controller's others. Data sheet, "ICW1..4" and "OCW1..3".
 */
#include "../pic8259.h"

#include "../clock.h"
#include "cpu.h"

enum {
	MASTER = 0x20,
	SLAVE = 0xa0,
	LINES = 8,
	ICW1_CASCADED = 0x11, /* initialize, ICW4 follows */
	ICW3_MASTER = 1 << PIC_CASCADE_IRQ,
	ICW3_SLAVE = PIC_CASCADE_IRQ,
	ICW4_8086 = 0x01,
	ICW4_SPECIAL_FULLY_NESTED = 0x10,
	OCW2_SPECIFIC_END = 0x60,
	OCW2_SET_LOWEST = 0xc0,
	OCW3_READ_IN_SERVICE = 0x0b,
	SPURIOUS_LINE = 7,
};

static void initialize(unsigned short port, unsigned char vector, unsigned char icw3, unsigned char icw4)
{
	port_out(port, ICW1_CASCADED);
	port_out(port + 1, vector);
	port_out(port + 1, icw3);
	port_out(port + 1, icw4);
}

static unsigned short controller(unsigned irq)
{
	return irq < LINES ? MASTER : SLAVE;
}

void pic_initialize(void)
{
	initialize(MASTER, VECTOR_IRQ_BASE, ICW3_MASTER, ICW4_8086 | ICW4_SPECIAL_FULLY_NESTED);
	initialize(SLAVE, VECTOR_IRQ_BASE + LINES, ICW3_SLAVE, ICW4_8086);
	/* The line above the lowest, counted round, is the most urgent. */
	port_out(MASTER, OCW2_SET_LOWEST | (PIC_CASCADE_IRQ - 1));
	port_out(MASTER + 1, (unsigned char)~(1u << PIC_CASCADE_IRQ));
	port_out(SLAVE + 1, (unsigned char)~(1u << (CLOCK_IRQ - LINES)));
}

void pic_mask(unsigned irq)
{
	unsigned short port = controller(irq) + 1;
	port_out(port, port_in(port) | (unsigned char)(1u << irq % LINES));
}

static unsigned char in_service(unsigned short port)
{
	port_out(port, OCW3_READ_IN_SERVICE);
	return port_in(port);
}

void pic_end_of_interrupt(unsigned irq)
{
	port_out(controller(irq), (unsigned char)(OCW2_SPECIFIC_END | irq % LINES));
	/* The master's cascade line ends when nothing of the slave is in service any more. */
	if (irq >= LINES && in_service(SLAVE) == 0) {
		port_out(MASTER, OCW2_SPECIFIC_END | PIC_CASCADE_IRQ);
	}
}

bool pic_is_spurious(unsigned irq)
{
	if (irq % LINES != SPURIOUS_LINE || in_service(controller(irq)) & 1 << SPURIOUS_LINE) {
		return false;
	}
	if (irq >= LINES && in_service(SLAVE) == 0) {
		port_out(MASTER, OCW2_SPECIFIC_END | PIC_CASCADE_IRQ);
	}
	return true;
}
