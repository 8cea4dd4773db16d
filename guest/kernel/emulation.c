/* SPDX-License-Identifier: MIT
 *
 * Privileged instructions that the kernel carries out for user threads, and the silent reload of segment registers.
 * L4 reference manual, "Exceptions": LIDT [EAX] sets the thread's own exception table.
 */
#include "emulation.h"

#include <l4/syscalls.h>

#include "string.h"
#include "thread_segment.h"
#include "user_memory.h"

/* Row by row: the instruction's bytes, and what is done. */
struct emulated_instruction {
	unsigned char bytes[3];
	bool (*emulate)(struct tcb *self, struct trap_frame *frame);
};

/* The limit is not looked at: the table always has 32 gates. */
static bool load_idt(struct tcb *self, struct trap_frame *frame)
{
	enum { TABLE_SIZE = L4_IDT_GATES * sizeof(struct l4_idt_gate), OFFSET_OF_BASE = 2 };
	unsigned base;
	if (!user_read(self, &base, frame->eax + OFFSET_OF_BASE, sizeof base)) {
		return false;
	}
	self->user_idt = base < USER_LIMIT - TABLE_SIZE ? base : 0;
	return true;
}

static const struct emulated_instruction instructions[] = {
	{{0x0f, 0x01, 0x18}, load_idt}, /* LIDT [EAX] */
};

bool emulate_instruction(struct tcb *self, struct trap_frame *frame)
{
	unsigned char bytes[sizeof instructions[0].bytes];
	if (!user_read(self, bytes, frame->eip, sizeof bytes)) {
		return false;
	}
	for (unsigned i = 0; i < sizeof instructions / sizeof instructions[0]; i++) {
		if (memcmp(bytes, instructions[i].bytes, sizeof bytes) == 0 && instructions[i].emulate(self, frame)) {
			frame->eip += sizeof bytes;
			return true;
		}
	}
	return false;
}

static bool reload(struct tcb *self, unsigned short *selector)
{
	if (*selector == USER_DATA || thread_segment_find(self, *selector)) {
		return false;
	}
	*selector = USER_DATA;
	return true;
}

bool reload_segments(struct tcb *self, struct trap_frame *frame)
{
	bool ds = reload(self, &frame->ds);
	bool es = reload(self, &frame->es);
	bool fs = reload(self, &frame->fs);
	bool gs = reload(self, &frame->gs);
	return ds || es || fs || gs;
}
