/* SPDX-License-Identifier: MIT
 * set_thread_area(2), get_thread_area(2): segments for thread-local storage. A C library loads %gs with the selector
 * that belongs to the entry's number; the port makes the descriptor.
 */
#include "memory.h"
#include "syscalls.h"
#include "user_desc.h"

#define ANY_FREE_ENTRY ~0u

/* Linux's two ways of saying "none": all zero, or zero but for "not present" and "read only". */
static bool is_empty(const struct user_desc *desc)
{
	return desc->base == 0 && desc->limit == 0 &&
	       ((desc->flags & ~DESC_32BIT) == 0 || desc->flags == (DESC_READ_OR_EXECUTE_ONLY | DESC_NOT_PRESENT));
}

static unsigned free_entry(const struct process *process)
{
	unsigned n = 0;

	while (n < THREAD_AREAS && process->thread_areas[n].limit) {
		n++;
	}
	return n;
}

static unsigned byte_limit(const struct user_desc *desc)
{
	unsigned limit = desc->limit & DESC_LIMIT_MASK;

	return desc->flags & DESC_LIMIT_IN_PAGES ? limit << 12 | 0xFFF : limit;
}

int sys_set_thread_area(struct process *process, const struct syscall_frame *frame)
{
	struct user_desc desc;
	struct thread_area area = { 0, 0 };

	if (copy_in(process, &desc, frame->ebx, sizeof(desc)) < 0) {
		return -EFAULT;
	}
	bool any = desc.number == ANY_FREE_ENTRY;
	unsigned n = any ? free_entry(process) : desc.number - arch_first_thread_area;
	if (n >= THREAD_AREAS) {
		return any ? -ESRCH : -EINVAL;
	}
	if (!is_empty(&desc)) {
		if (!(desc.flags & DESC_32BIT) || (desc.flags & (DESC_CONTENTS | DESC_READ_OR_EXECUTE_ONLY | DESC_NOT_PRESENT))) {
			return -EINVAL;
		}
		area = (struct thread_area){ desc.base, byte_limit(&desc) };
	}
	desc.number = arch_first_thread_area + n;
	if (any && copy_out(process, frame->ebx, &desc.number, sizeof(desc.number)) < 0) {
		return -EFAULT;
	}
	process->thread_areas[n] = area;
	arch_thread_area_changed(process, n);
	return 0;
}

int sys_get_thread_area(struct process *process, const struct syscall_frame *frame)
{
	struct user_desc desc;

	if (copy_in(process, &desc, frame->ebx, sizeof(desc)) < 0) {
		return -EFAULT;
	}
	unsigned n = desc.number - arch_first_thread_area;
	if (n >= THREAD_AREAS) {
		return -EINVAL;
	}
	const struct thread_area *area = &process->thread_areas[n];
	desc.base = area->base;
	desc.limit = area->limit > DESC_LIMIT_MASK ? area->limit >> 12 : area->limit;
	desc.flags = !area->limit ? DESC_READ_OR_EXECUTE_ONLY | DESC_NOT_PRESENT
				  : DESC_32BIT | (area->limit > DESC_LIMIT_MASK ? DESC_LIMIT_IN_PAGES : 0);
	return copy_out(process, frame->ebx, &desc, sizeof(desc));
}
