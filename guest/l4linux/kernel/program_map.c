/* SPDX-License-Identifier: MIT
 * Gives a process the regions of its program: one or two for each segment, nothing of it in memory yet.
 */
#include "exec.h"
#include "memory.h"

static unsigned protection_of(unsigned flags)
{
	return (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0) | (flags & PF_X ? PROT_EXEC : 0);
}

static bool map_segment(struct process *process, struct inode *file, const struct program_header *segment)
{
	unsigned start = page_floor(segment->virtual_address);
	unsigned end = page_ceiling(segment->virtual_address + segment->memory_size);
	struct region *region = region_add(process, start, end, protection_of(segment->flags));

	if (!region) {
		return false;
	}
	/* The page's beginning shows what stands before the segment in the file, as mmap(2) would. */
	region_show_file(region, file, page_floor(segment->offset), segment->virtual_address + segment->file_size);
	if (end > process->break_start) {
		process->break_start = end;
		process->break_end = end;
	}
	return true;
}

int program_map(struct process *process, const struct program *program)
{
	const struct program_header *segments = program->segments;

	process->break_start = process->break_end = 0;
	for (unsigned i = 0; i < program->header.program_header_count; i++) {
		if (segments[i].type == PT_LOAD && segments[i].memory_size != 0 &&
		    !map_segment(process, program->file, &segments[i])) {
			return -ENOMEM;
		}
	}
	return region_add(process, STACK_TOP - STACK_SIZE, STACK_TOP, PROT_READ | PROT_WRITE) ? 0 : -ENOMEM;
}
