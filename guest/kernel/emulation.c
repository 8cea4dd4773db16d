/* SPDX-License-Identifier: MIT
 *
 * Privileged instructions that the kernel carries out for user threads, and the silent reload of segment registers.
 * L4 reference manual, "Exceptions": LIDT [EAX] sets the thread's own exception table.
 */
#include "emulation.h"

#include <l4/syscalls.h>

#include "debug_registers.h"
#include "string.h"
#include "thread_segment.h"
#include "user_memory.h"

/* Row by row: the instruction's bytes, and what is done. */
struct emulated_instruction {
	unsigned char bytes[3];
	unsigned char last_mask; /* of the third byte's bits, which must agree; the others are operands */
	bool (*emulate)(struct tcb *self, struct trap_frame *frame, unsigned last_byte);
};

/* The limit is not looked at: the table always has 32 gates. */
static bool load_idt(struct tcb *self, struct trap_frame *frame, unsigned last_byte)
{
	(void)last_byte;
	enum { TABLE_SIZE = L4_IDT_GATES * sizeof(struct l4_idt_gate), OFFSET_OF_BASE = 2 };
	unsigned base;
	if (!user_read(self, &base, frame->eax + OFFSET_OF_BASE, sizeof base)) {
		return false;
	}
	self->user_idt = base < USER_LIMIT - TABLE_SIZE ? base : 0;
	return true;
}

static const struct emulated_instruction instructions[] = {
	{{0x0f, 0x01, 0x18}, 0xff, load_idt},         /* LIDT [EAX] */
	{{0x0f, 0x21, 0}, 0, debug_register_read},    /* MOV r32, DRx */
	{{0x0f, 0x23, 0}, 0, debug_register_write},   /* MOV DRx, r32 */
};

bool emulate_instruction(struct tcb *self, struct trap_frame *frame)
{
	unsigned char bytes[sizeof instructions[0].bytes];
	if (!user_read(self, bytes, frame->eip, sizeof bytes)) {
		return false;
	}
	for (unsigned i = 0; i < sizeof instructions / sizeof instructions[0]; i++) {
		const struct emulated_instruction *row = &instructions[i];
		if (memcmp(bytes, row->bytes, 2) == 0 && (bytes[2] & row->last_mask) == row->bytes[2] &&
		    row->emulate(self, frame, bytes[2])) {
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
