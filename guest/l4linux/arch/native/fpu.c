/* SPDX-License-Identifier: MIT
 * The floating-point registers of processes on the bare machine (Intel manual, volume 3, chapter on the x87 FPU's
 * state): they stay in the processor until another process goes to user mode. The kernel itself never computes.
 */
#include "native.h"

static struct process *owner;

static void save(unsigned char *state) { __asm__ volatile("fnsave (%0)" : : "r"(state) : "memory"); }

static void restore(const unsigned char *state) { __asm__ volatile("frstor (%0)" : : "r"(state) : "memory"); }

static void save_owner(void)
{
	if (owner) {
		save(owner->arch.fpu);
		owner = NULL;
	}
}

void fpu_load(struct process *process)
{
	if (owner == process) {
		return;
	}
	save_owner();
	restore(process->arch.fpu);
	owner = process;
}

/* A first program begins with what FNINIT makes of the unit. */
void fpu_initialize(struct process *process)
{
	save_owner();
	__asm__ volatile("fninit");
	save(process->arch.fpu);
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
