/* SPDX-License-Identifier: MIT
 * Whether a file is a program that can be loaded, decided before anything is done with it. Every number in the
 * file is hostile until checked; sums are arranged so that they cannot wrap.
 */
#include "exec.h"
#include "memory.h"

static bool is_inside(unsigned offset, unsigned length, unsigned size)
{
	return offset <= size && length <= size - offset;
}

static const char *segment_refusal(const struct program_header *segment, unsigned size, unsigned lowest)
{
	if (segment->file_size > segment->memory_size) {
		return "has a segment that is longer in the file than in memory";
	}
	if (!is_inside(segment->offset, segment->file_size, size)) {
		return "has a segment that lies outside the file";
	}
	if ((segment->offset ^ segment->virtual_address) % PAGE_SIZE) {
		return "has a segment whose offset and address do not fit a page";
	}
	if (segment->virtual_address < LOWEST_USER_ADDRESS ||
	    !is_inside(segment->virtual_address, segment->memory_size, STACK_TOP - STACK_SIZE)) {
		return "has a segment outside the memory of a program";
	}
	if (page_floor(segment->virtual_address) < lowest) {
		return "has segments that share a page or are out of order";
	}
	return NULL;
}

static const char *segments_refusal(const struct program *program)
{
	const struct elf_header *header = &program->header;
	const struct program_header *segments = program->segments;
	unsigned size = program->file->size;
	unsigned lowest = 0;
	bool entry_found = false;

	for (unsigned i = 0; i < header->program_header_count; i++) {
		if (segments[i].type == PT_INTERP) {
			return "is dynamically linked; only static programs can be loaded yet";
		}
		if (segments[i].type != PT_LOAD || segments[i].memory_size == 0) {
			continue;
		}
		const char *refusal = segment_refusal(&segments[i], size, lowest);
		if (refusal) {
			return refusal;
		}
		lowest = page_ceiling(segments[i].virtual_address + segments[i].memory_size);
		entry_found |= (segments[i].flags & PF_X) &&
			       header->entry - segments[i].virtual_address < segments[i].memory_size;
	}
	if (lowest == 0) {
		return "has nothing to load";
	}
	return entry_found ? NULL : "starts outside its code";
}

static const char *header_refusal(const struct elf_header *header, unsigned size)
{
	if (size < sizeof(*header) || memcmp(header->magic, "\177ELF", 4) != 0) {
		return "is not an ELF file";
	}
	if (header->class != ELFCLASS32 || header->data != ELFDATA2LSB || header->machine != EM_386) {
		return "is not for a 32-bit x86 processor";
	}
	if (header->ident_version != EV_CURRENT || header->version != EV_CURRENT) {
		return "has an unknown ELF version";
	}
	if (header->type == ET_DYN) {
		return "is position-independent; only programs with fixed addresses can be loaded yet";
	}
	if (header->type != ET_EXEC) {
		return "is not a program (its ELF type is not ET_EXEC)";
	}
	if (header->program_header_size != sizeof(struct program_header) ||
	    header->program_header_count > SEGMENT_LIMIT ||
	    !is_inside(header->program_headers,
		       header->program_header_count * sizeof(struct program_header), size)) {
		return "has a damaged program header table";
	}
	return NULL;
}

const char *program_read(struct program *program)
{
	struct elf_header *header = &program->header;

	inode_read(program->file, 0, header, sizeof(*header));
	const char *refusal = header_refusal(header, program->file->size);
	if (refusal) {
		return refusal;
	}
	inode_read(program->file, header->program_headers, program->segments,
		   header->program_header_count * sizeof(struct program_header));
	return segments_refusal(program);
}
