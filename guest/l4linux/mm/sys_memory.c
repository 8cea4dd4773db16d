/* SPDX-License-Identifier: MIT
 * brk(2), munmap(2), mprotect(2).
 */
#include "memory.h"
#include "syscalls.h"

#define PROTECTIONS (PROT_READ | PROT_WRITE | PROT_EXEC)

int sys_brk(struct process *process, const struct syscall_frame *frame)
{
	unsigned wanted = frame->ebx;
	unsigned old_end = page_ceiling(process->break_end);
	unsigned new_end = page_ceiling(wanted);

	if (wanted < process->break_start || wanted >= USER_LIMIT) {
		return (int)process->break_end;
	}
	if (new_end < old_end) {
		if (region_remove(process, new_end, old_end) < 0) {
			return (int)process->break_end;
		}
	} else if (new_end > old_end) {
		struct region *heap = old_end > process->break_start ? region_find(process, old_end - 1) : NULL;
		if (!region_is_free(process, old_end, new_end)) {
			return (int)process->break_end;
		}
		if (heap) {
			heap->end = new_end;
		} else if (!region_add(process, old_end, new_end, PROT_READ | PROT_WRITE)) {
			return (int)process->break_end;
		}
	}
	process->break_end = wanted;
	return (int)wanted;
}

static bool is_page_range(unsigned address, unsigned size)
{
	return address % PAGE_SIZE == 0 && address < LIBRARY_BASE && size <= LIBRARY_BASE - address;
}

int sys_munmap(struct process *process, const struct syscall_frame *frame)
{
	unsigned size = page_ceiling(frame->ecx);

	if (frame->ecx == 0 || size < frame->ecx || !is_page_range(frame->ebx, size)) {
		return -EINVAL;
	}
	return region_remove(process, frame->ebx, frame->ebx + size);
}

int sys_mprotect(struct process *process, const struct syscall_frame *frame)
{
	unsigned size = page_ceiling(frame->ecx);

	if (frame->ebx % PAGE_SIZE || (frame->edx & ~PROTECTIONS)) {
		return -EINVAL;
	}
	if (size < frame->ecx || !is_page_range(frame->ebx, size)) {
		return -ENOMEM;
	}
	return size == 0 ? 0 : region_protect(process, frame->ebx, frame->ebx + size, frame->edx);
}

/* Advice is taken as heard. */
int sys_madvise(struct process *process, const struct syscall_frame *frame)
{
	(void)process;
	return frame->ebx % PAGE_SIZE ? -EINVAL : 0;
}
