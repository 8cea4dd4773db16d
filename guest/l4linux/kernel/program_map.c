/* SPDX-License-Identifier: MIT
 * Gives a process the regions of its program and of its interpreter: one for each segment, nothing of it in memory yet.
 */
#include "exec.h"
#include "memory.h"

#define INDEPENDENT_BASE 0x56555000u /* of a position-independent program, as with Linux */

static unsigned protection_of(unsigned flags)
{
	return (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0) | (flags & PF_X ? PROT_EXEC : 0);
}

static bool map_segment(struct process *process, const struct elf_image *image, const struct program_header *segment)
{
	unsigned address = segment->virtual_address + image->bias;
	unsigned end = page_ceiling(address + segment->memory_size);
	struct region *region = region_add(process, page_floor(address), end, protection_of(segment->flags));

	if (region) {
		/* The page's beginning shows what stands before the segment in the file, as mmap(2) would. */
		region_show_file(region, image->file, page_floor(segment->offset), address + segment->file_size, true);
	}
	return region != NULL;
}

/* The end of what is mapped, or 0: no memory. */
static unsigned map_image(struct process *process, const struct elf_image *image)
{
	unsigned end = 0;

	for (unsigned i = 0; i < image->header.program_header_count; i++) {
		const struct program_header *segment = &image->segments[i];
		if (segment->type != PT_LOAD || segment->memory_size == 0) {
			continue;
		}
		if (!map_segment(process, image, segment)) {
			return 0;
		}
		end = page_ceiling(segment->virtual_address + image->bias + segment->memory_size);
	}
	return end;
}

/* Pages from the first to behind the last, the segments being in order. */
static unsigned span_of(const struct elf_image *image, unsigned *first)
{
	unsigned end = 0;

	*first = ~0u;
	for (unsigned i = 0; i < image->header.program_header_count; i++) {
		const struct program_header *segment = &image->segments[i];
		if (segment->type == PT_LOAD && segment->memory_size != 0) {
			*first = *first == ~0u ? page_floor(segment->virtual_address) : *first;
			end = page_ceiling(segment->virtual_address + segment->memory_size);
		}
	}
	return end - *first;
}

static bool map_interpreter(struct process *process, struct elf_image *interpreter)
{
	unsigned first;
	unsigned size = span_of(interpreter, &first);
	unsigned address = region_search(process, size);

	interpreter->bias = address - first;
	return address && map_image(process, interpreter);
}

int program_map(struct process *process, struct program *program)
{
	struct elf_image *image = &program->image;
	unsigned first;

	span_of(image, &first);
	image->bias = image->header.type == ET_DYN ? INDEPENDENT_BASE - first : 0;
	process->break_start = process->break_end = map_image(process, image);
	if (!process->break_start || (program->interpreter.file && !map_interpreter(process, &program->interpreter))) {
		return -ENOMEM;
	}
	return region_add(process, STACK_TOP - STACK_SIZE, STACK_TOP, PROT_READ | PROT_WRITE) ? 0 : -ENOMEM;
}

unsigned program_entry(const struct program *program)
{
	const struct elf_image *first = program->interpreter.file ? &program->interpreter : &program->image;

	return first->header.entry + first->bias;
}
