/* SPDX-License-Identifier: MIT
 *
 * Lazy switching of x87 (and, where CPUID says so, SSE) state. Pentium manual, volume 3, "Numeric coprocessor":
 * CR0.TS makes the next floating-point instruction raise #NM.
 */
#include "../fpu.h"

#include "../memory.h"
#include "cpu.h"

/* The FXSAVE image, which has to be aligned to 16 bytes; FNSAVE needs the first 108. */
struct fpu_state {
	unsigned char image[512];
} __attribute__((aligned(16)));

enum { MXCSR_DEFAULT = 0x1f80 };

static struct slab fpu_slab = {.object_size = sizeof(struct fpu_state)};
bool fpu_traps = true;
struct tcb *fpu_owner;
static bool has_fxsave;

void fpu_initialize(void)
{
	unsigned features = cpuid(CPUID_FEATURES).edx;
	has_fxsave = (features & CPUID_FXSAVE) != 0;
	if (has_fxsave) {
		cr4_set(CR4_FXSAVE | (features & CPUID_SSE ? CR4_SIMD_EXCEPTIONS : 0));
	}
	cr0_write((cr0_read() & ~(unsigned)CR0_EMULATION) | CR0_MONITOR_COPROCESSOR | CR0_NUMERIC_ERROR |
		  CR0_TASK_SWITCHED);
}

void fpu_switch(const struct tcb *next)
{
	bool wanted = next != fpu_owner;
	if (wanted == fpu_traps) {
		return;
	}
	fpu_traps = wanted;
	if (wanted) {
		cr0_write(cr0_read() | CR0_TASK_SWITCHED);
	} else {
		task_switched_clear();
	}
}

static void save(struct fpu_state *state)
{
	if (has_fxsave) {
		__asm__ volatile("fxsave %0" : "=m"(*state));
	} else {
		__asm__ volatile("fnsave %0\n\tfwait" : "=m"(*state));
	}
}

static void load(const struct fpu_state *state)
{
	if (has_fxsave) {
		__asm__ volatile("fxrstor %0" : : "m"(*state));
	} else {
		__asm__ volatile("frstor %0" : : "m"(*state));
	}
}

/* Nothing of the last owner's registers may be seen by the next one. */
static const struct fpu_state initial_fxsave = {
	.image = {[0] = 0x7f, [1] = 0x03, [24] = MXCSR_DEFAULT & 0xff, [25] = MXCSR_DEFAULT >> 8},
};
static const struct fpu_state initial_fnsave = {
	.image = {[0] = 0x7f, [1] = 0x03, [8] = 0xff, [9] = 0xff},
};

bool fpu_acquire(struct tcb *self)
{
	bool first = !self->fpu_state;
	if (first) {
		self->fpu_state = slab_allocate(&fpu_slab);
		if (!self->fpu_state) {
			return false;
		}
	}
	task_switched_clear();
	fpu_traps = false;
	if (fpu_owner) {
		save(fpu_owner->fpu_state);
	}
	load(!first ? self->fpu_state : has_fxsave ? &initial_fxsave : &initial_fnsave);
	fpu_owner = self;
	return true;
}

void fpu_release(struct tcb *thread)
{
	if (fpu_owner == thread) {
		fpu_owner = NULL;
	}
	if (thread->fpu_state) {
		slab_free(&fpu_slab, thread->fpu_state);
		thread->fpu_state = NULL;
	}
}
