/* SPDX-License-Identifier: MIT
 *
 * Debug registers by thread. A thread may watch addresses of its own space only, by the local enable bits; what it watches
 * is not met by the kernel, which reaches user memory through its window.
 */
#include "../debug_registers.h"

#include "../small_space.h"
#include "../thread_segment.h"

enum {
	DR_STATUS = 6,
	DR_CONTROL = 7,
	LOCAL_ENABLES = 0x55,
	CONTROL_MASK = (int)0xffff0155, /* L0 to L3, LE, and kind and length of each */
	KIND_SHIFT = 16,
	KIND_BITS = 4,
	KIND_MASK = 3,
	KIND_PORT = 2, /* not a Pentium's while CR4.DE is clear */
};

/* By the number in an instruction. */
static unsigned *register_of(struct trap_frame *frame, unsigned number)
{
	unsigned *const registers[] = {
		&frame->eax, &frame->ecx, &frame->edx, &frame->ebx, &frame->esp, &frame->ebp, &frame->esi, &frame->edi,
	};
	return registers[number & 7];
}

static unsigned *debug_register(struct tcb *thread, unsigned number)
{
	struct breakpoints *breakpoints = &thread->breakpoints;
	return number < BREAKPOINTS   ? &breakpoints->address[number]
	       : number == DR_STATUS  ? &breakpoints->status
	       : number == DR_CONTROL ? &breakpoints->control
				      : NULL;
}

static bool watches_port(unsigned control)
{
	for (unsigned i = 0; i < BREAKPOINTS; i++) {
		if ((control >> (KIND_SHIFT + KIND_BITS * i) & KIND_MASK) == KIND_PORT) {
			return true;
		}
	}
	return false;
}

bool debug_register_write(struct tcb *self, struct trap_frame *frame, unsigned modrm)
{
	unsigned number = modrm >> 3 & 7;
	unsigned value = *register_of(frame, modrm);
	unsigned *debug = debug_register(self, number);
	if (!debug || (number < BREAKPOINTS && value >= USER_LIMIT) || (number == DR_CONTROL && watches_port(value))) {
		return false;
	}
	*debug = number == DR_CONTROL ? value & (unsigned)CONTROL_MASK : value;
	thread_extras_changed(self);
	return true;
}

bool debug_register_read(struct tcb *self, struct trap_frame *frame, unsigned modrm)
{
	const unsigned *debug = debug_register(self, modrm >> 3 & 7);
	if (debug) {
		*register_of(frame, modrm) = *debug;
	}
	return debug != NULL;
}

void debug_registers_load(const struct tcb *thread)
{
	static bool are_loaded;
	const struct breakpoints *breakpoints = &thread->breakpoints;
	if (!breakpoints->control && !are_loaded) {
		return;
	}
	unsigned linear[BREAKPOINTS], control = breakpoints->control;
	for (unsigned i = 0; i < BREAKPOINTS; i++) {
		linear[i] = space_base(thread->space) + breakpoints->address[i];
		if (breakpoints->address[i] >= space_size(thread->space)) {
			control &= ~(3u << 2 * i);
		}
	}
	are_loaded = (control & LOCAL_ENABLES) != 0;
	__asm__ volatile("movl %0, %%dr7" : : "r"(0));
	if (are_loaded) {
		__asm__ volatile("movl %0, %%dr0\n\tmovl %1, %%dr1\n\tmovl %2, %%dr2\n\tmovl %3, %%dr3\n\tmovl %4, %%dr7"
				 :
				 : "r"(linear[0]), "r"(linear[1]), "r"(linear[2]), "r"(linear[3]), "r"(control));
	}
}

void debug_status_save(struct tcb *self)
{
	__asm__ volatile("movl %%dr6, %0" : "=r"(self->breakpoints.status));
	__asm__ volatile("movl %0, %%dr6" : : "r"(0));
}
