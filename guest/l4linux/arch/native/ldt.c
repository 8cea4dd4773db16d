/* SPDX-License-Identifier: MIT
 * The local descriptor tables of processes (Intel manual, volume 3, "Local Descriptor Table"): a frame each, for those
 * that have written to theirs. The kernel is behind its pages, so that no base and no limit need to be refused.
 */
#include "arch.h"
#include "memory.h"
#include "native.h"

const unsigned arch_ldt_entries = PAGE_SIZE / sizeof(unsigned long long);

bool arch_ldt_exists(const struct process *process) { return process->arch.ldt != NULL; }

unsigned long long arch_ldt_read(const struct process *process, unsigned n)
{
	return process->arch.ldt && n < arch_ldt_entries ? process->arch.ldt[n] : 0;
}

static bool create(struct process *process)
{
	unsigned frame = frame_allocate();

	if (!frame) {
		return false;
	}
	process->arch.ldt = memset(frame_address(frame), 0, PAGE_SIZE);
	return true;
}

/* FS and GS are loaded again on the way back, as are the others. */
int arch_ldt_write(struct process *process, unsigned n, unsigned long long descriptor)
{
	if (!process->arch.ldt && !create(process)) {
		return -ENOMEM;
	}
	segments_keep(process);
	process->arch.ldt[n] = descriptor;
	return 0;
}

bool arch_ldt_copy(const struct process *parent, struct process *child)
{
	if (!parent->arch.ldt) {
		return true;
	}
	if (!create(child)) {
		return false;
	}
	memcpy(child->arch.ldt, parent->arch.ldt, PAGE_SIZE);
	return true;
}

void ldt_delete(struct process *process)
{
	if (process->arch.ldt) {
		segments_release(process);
		frame_free(frame_of(process->arch.ldt));
		process->arch.ldt = NULL;
	}
}
