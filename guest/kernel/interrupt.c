/* SPDX-License-Identifier: MIT
 *
 * Interrupts as messages. L4 reference manual, "Interrupts" and "IPC: associate interrupt". Associating masks the
 * line; end-of-interrupt and unmasking are the driver's business (it has IOPL 3). The clock's line is the kernel's.
 */
#include "interrupt.h"

#include "clock.h"
#include "ipc.h"
#include "message.h"
#include "pic8259.h"
#include "schedule.h"

static struct tcb *irq_handlers[L4_IRQS];

void interrupt_entry(struct trap_frame *frame, unsigned irq);

void interrupt_dissociate(struct tcb *thread)
{
	if (thread->irq_id) {
		unsigned irq = thread->irq_id - 1;
		pic_mask(irq);
		irq_handlers[irq] = NULL;
		thread->irq_id = 0;
		thread->irq_pending = false;
	}
}

static void associate(struct tcb *self, unsigned irq)
{
	if (irq_handlers[irq] == self) {
		return;
	}
	interrupt_dissociate(self);
	pic_mask(irq);
	irq_handlers[irq] = self;
	self->irq_id = irq + 1;
}

bool interrupt_control(struct tcb *self, struct l4_threadid source)
{
	if (l4_is_nil(source)) {
		interrupt_dissociate(self);
		ipc_complete(self, L4_RECEIVE_TIMEOUT);
		return true;
	}
	if (!l4_is_irq(source)) {
		return false;
	}
	unsigned irq = source.low - 1;
	bool taken = irq_handlers[irq] && irq_handlers[irq] != self;
	if (self->irq_pending && self->irq_id == source.low) {
		ipc_deliver_irq(self, irq);
	} else if (irq == CLOCK_IRQ || irq == PIC_CASCADE_IRQ || taken) {
		ipc_complete(self, L4_NOT_EXISTING);
	} else {
		associate(self, irq);
		ipc_complete(self, L4_RECEIVE_TIMEOUT);
	}
	return true;
}

static void deliver(unsigned irq)
{
	struct tcb *thread = irq_handlers[irq];
	if (!thread) {
		/* Somebody has unmasked a line that nobody serves. */
		pic_mask(irq);
		pic_end_of_interrupt(irq);
	} else if (ipc_waits_for_irq(thread)) {
		ipc_deliver_irq(thread, irq);
		reschedule();
	} else {
		thread->irq_pending = true;
	}
}

void interrupt_entry(struct trap_frame *frame, unsigned irq)
{
	if (pic_is_spurious(irq)) {
		return;
	}
	if (irq == CLOCK_IRQ) {
		pic_end_of_interrupt(irq);
		if (clock_tick()) {
			preempt(current, frame);
		}
	} else {
		deliver(irq);
	}
}
