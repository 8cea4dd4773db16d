/* SPDX-License-Identifier: MIT
 * The floating-point registers of processes on the bare machine (Intel manual, volume 3, chapter on the x87 FPU's
 * state): they stay in the processor until another process goes to user mode. The kernel itself never computes.
 */
#include "native.h"

#define CR4_FXSAVE (1u << 9)
#define CR4_SIMD_EXCEPTIONS (1u << 10)

static struct process *owner;

#define FXSAVE_SIZE 512u

static unsigned char image[FXSAVE_SIZE] __attribute__((aligned(16)));

/* FXSAVE leaves the unit as it is, FNSAVE does not. */
static void save(unsigned char *state)
{
	if (cpu_has_fxsave()) {
		__asm__ volatile("fxsave %0" : "+m"(image));
		memcpy(state + FPU_FXSAVE, image, FXSAVE_SIZE);
	}
	__asm__ volatile("fnsave (%0)" : : "r"(state) : "memory");
}

static void restore(const unsigned char *state)
{
	if (cpu_has_fxsave()) {
		memcpy(image, state + FPU_FXSAVE, FXSAVE_SIZE);
		__asm__ volatile("fxrstor %0" : : "m"(image));
	}
	__asm__ volatile("frstor (%0)" : : "r"(state) : "memory");
}

/* SSE's registers are there only for a system that says that it saves them. */
void fpu_start(void)
{
	unsigned cr4;

	if (cpu_has_fxsave()) {
		__asm__ volatile("movl %%cr4, %0" : "=r"(cr4));
		cr4 |= CR4_FXSAVE | (cpu_has_sse() ? CR4_SIMD_EXCEPTIONS : 0);
		__asm__ volatile("movl %0, %%cr4" : : "r"(cr4));
	}
}

static void save_owner(void)
{
	if (owner) {
		save(owner->arch.fpu);
		owner = NULL;
	}
}

/* Not inlined: most ways to user mode find their process's registers in the unit, and save none for this. */
static __attribute__((noinline)) void take_over(struct process *process)
{
	save_owner();
	restore(process->arch.fpu);
	owner = process;
}

void fpu_load(struct process *process)
{
	if (owner != process) {
		take_over(process);
	}
}

/* A first program begins with what FNINIT makes of the unit. */
void fpu_initialize(struct process *process)
{
	fpu_release(process);
	fpu_state_initial(process->arch.fpu);
}

void fpu_keep(const struct process *process)
{
	if (owner == process) {
		save_owner();
	}
}

void fpu_fork(const struct process *parent, struct process *child)
{
	fpu_keep(parent);
	memcpy(child->arch.fpu, parent->arch.fpu, FPU_STATE_SIZE);
}

void fpu_release(const struct process *process)
{
	if (owner == process) {
		owner = NULL;
	}
}
