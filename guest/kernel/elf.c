/* SPDX-License-Identifier: MIT
 *
 * ELF loading for the two first tasks: System V ABI, "Object Files", program headers of type PT_LOAD.
 */
#include "elf.h"

#include "memory.h"
#include "string.h"

struct elf_header {
	unsigned char identification[16];
	unsigned short type, machine;
	unsigned version, entry, program_headers, section_headers, flags;
	unsigned short header_size, program_header_size, program_header_count;
};

struct program_header {
	unsigned type, offset, virtual_address, physical_address, file_size, memory_size, flags, alignment;
};

enum { TYPE_EXECUTABLE = 2, MACHINE_386 = 3, SEGMENT_LOAD = 1 };

static bool is_executable(const struct elf_header *header, unsigned file_size)
{
	static const unsigned char magic[] = {0x7f, 'E', 'L', 'F', 1, 1};
	return file_size >= sizeof *header && memcmp(header->identification, magic, sizeof magic) == 0 &&
	       header->type == TYPE_EXECUTABLE && header->machine == MACHINE_386 &&
	       header->program_header_size == sizeof(struct program_header) &&
	       header->program_headers <= file_size &&
	       header->program_header_count * sizeof(struct program_header) <= file_size - header->program_headers;
}

static bool fits(const struct program_header *segment, unsigned file_size, struct l4_memory_range allowed)
{
	return segment->offset <= file_size && segment->file_size <= file_size - segment->offset &&
	       segment->file_size <= segment->memory_size && segment->physical_address >= allowed.low &&
	       segment->physical_address <= allowed.high &&
	       segment->memory_size <= allowed.high - segment->physical_address;
}

bool elf_load(struct l4_memory_range *image, struct l4_memory_range allowed, unsigned *entry)
{
	const char *file = window(image->low);
	unsigned file_size = image->high - image->low;
	const struct elf_header *header = (const void *)file;
	if (!is_executable(header, file_size)) {
		return false;
	}
	const struct program_header *segments = (const void *)(file + header->program_headers);
	for (unsigned i = 0; i < header->program_header_count; i++) {
		if (segments[i].type == SEGMENT_LOAD && !fits(&segments[i], file_size, allowed)) {
			return false;
		}
	}
	*image = (struct l4_memory_range){~0u, 0};
	for (unsigned i = 0; i < header->program_header_count; i++) {
		const struct program_header *segment = &segments[i];
		if (segment->type != SEGMENT_LOAD) {
			continue;
		}
		unsigned start = segment->physical_address;
		unsigned end = start + segment->memory_size;
		memcpy(window(start), file + segment->offset, segment->file_size);
		memset((char *)window(start) + segment->file_size, 0, segment->memory_size - segment->file_size);
		image->low = start < image->low ? start : image->low;
		image->high = end > image->high ? end : image->high;
	}
	*entry = header->entry;
	return true;
}
