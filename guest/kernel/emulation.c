/* SPDX-License-Identifier: MIT
 *
 * Privileged instructions that the kernel carries out for user threads, and the silent reload of segment registers.
 * L4 reference manual, "Exceptions": LIDT [EAX] sets the thread's own exception table. Pentium manual, volume 3, appendix A:
 * the time stamp and the two performance counters, which all threads share.
 */
#include "emulation.h"

#include <l4/syscalls.h>

#include "debug_registers.h"
#include "ia32/cpu.h"
#include "string.h"
#include "thread_segment.h"
#include "user_memory.h"

/* Row by row: the instruction's bytes, and what is done. */
struct emulated_instruction {
	unsigned char length, bytes[3];
	unsigned char last_mask; /* of the last byte's bits, which must agree; the others are operands */
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

/* RDMSR and WRMSR of what only measures, on Intel's family 5; what the processor might refuse is refused before. */
static bool counters(struct tcb *self, struct trap_frame *frame, unsigned last_byte)
{
	(void)self;
	enum { WRMSR = 0x30, TIME_STAMP = 0x10, EVENT_SELECT = 0x11, COUNTER_1 = 0x13, INTEL = 0x756e6547, FAMILY_5 = 5 };
	enum { SELECTIONS = 0x01ff01ff, COUNTER_HIGH = 0xff };
	bool selects = frame->ecx == EVENT_SELECT;
	if (frame->ecx < TIME_STAMP || frame->ecx > COUNTER_1 || cpuid(0).ebx != INTEL ||
	    (cpuid(CPUID_FEATURES).eax >> 8 & 0xf) != FAMILY_5) {
		return false;
	}
	if (last_byte != WRMSR) {
		msr_read(frame->ecx, &frame->eax, &frame->edx);
		return true;
	}
	if (frame->ecx == TIME_STAMP || frame->edx > (selects ? 0 : COUNTER_HIGH) ||
	    (selects && frame->eax & ~(unsigned)SELECTIONS)) {
		return false;
	}
	msr_write(frame->ecx, frame->eax, frame->edx);
	return true;
}

static const struct emulated_instruction instructions[] = {
	{2, {0x0f, 0x30}, 0xff, counters},             /* WRMSR */
	{2, {0x0f, 0x32}, 0xff, counters},             /* RDMSR */
	{3, {0x0f, 0x01, 0x18}, 0xff, load_idt},       /* LIDT [EAX] */
	{3, {0x0f, 0x21, 0}, 0, debug_register_read},  /* MOV r32, DRx */
	{3, {0x0f, 0x23, 0}, 0, debug_register_write}, /* MOV DRx, r32 */
};

bool emulate_instruction(struct tcb *self, struct trap_frame *frame)
{
	for (unsigned i = 0; i < sizeof instructions / sizeof instructions[0]; i++) {
		const struct emulated_instruction *row = &instructions[i];
		unsigned char bytes[sizeof row->bytes], last = row->length - 1;
		if (!user_read(self, bytes, frame->eip, row->length)) {
			return false;
		}
		if (memcmp(bytes, row->bytes, last) == 0 && (bytes[last] & row->last_mask) == row->bytes[last] &&
		    row->emulate(self, frame, bytes[last])) {
			frame->eip += row->length;
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
