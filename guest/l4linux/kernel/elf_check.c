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

/* A position-independent file may be linked anywhere below this. */
#define LARGEST_INDEPENDENT 0x10000000u

static const char *segment_refusal(const struct program_header *segment, unsigned size, unsigned lowest,
				   bool independent)
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
	if ((segment->virtual_address < LOWEST_USER_ADDRESS && !independent) ||
	    !is_inside(segment->virtual_address, segment->memory_size,
		       independent ? LARGEST_INDEPENDENT : STACK_TOP - STACK_SIZE)) {
		return "has a segment outside the memory of a program";
	}
	if (page_floor(segment->virtual_address) < lowest) {
		return "has segments that share a page or are out of order";
	}
	return NULL;
}

static const char *segments_refusal(const struct elf_image *image)
{
	const struct elf_header *header = &image->header;
	const struct program_header *segments = image->segments;
	unsigned size = image->file->size;
	unsigned lowest = 0; /* where the next segment may begin */
	bool entry_found = false;

	for (unsigned i = 0; i < header->program_header_count; i++) {
		if (segments[i].type != PT_LOAD || segments[i].memory_size == 0) {
			continue;
		}
		const char *refusal = segment_refusal(&segments[i], size, lowest, header->type == ET_DYN);
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
	if (header->type != ET_EXEC && header->type != ET_DYN) {
		return "is not a program (its ELF type is neither ET_EXEC nor ET_DYN)";
	}
	if (header->program_header_size != sizeof(struct program_header) ||
	    header->program_header_count > SEGMENT_LIMIT ||
	    !is_inside(header->program_headers,
		       header->program_header_count * sizeof(struct program_header), size)) {
		return "has a damaged program header table";
	}
	return NULL;
}

static const char *image_read(struct elf_image *image)
{
	struct elf_header *header = &image->header;
	unsigned size;

	if (inode_read(image->file, 0, header, sizeof(*header)) < 0) {
		return "cannot be read";
	}
	const char *refusal = header_refusal(header, image->file->size);
	if (refusal) {
		return refusal;
	}
	size = header->program_header_count * sizeof(struct program_header);
	if (inode_read(image->file, header->program_headers, image->segments, size) < 0) {
		return "cannot be read";
	}
	return segments_refusal(image);
}

static const struct program_header *interpreter_of(const struct elf_image *image)
{
	for (unsigned i = 0; i < image->header.program_header_count; i++) {
		if (image->segments[i].type == PT_INTERP) {
			return &image->segments[i];
		}
	}
	return NULL;
}

/* The file that the segment names, held. */
static const char *find_interpreter(struct process *process, struct program *program,
				    const struct program_header *segment)
{
	struct place place;
	unsigned frame = segment->file_size < PATH_LIMIT ? frame_allocate() : 0;
	char *path = frame ? memset(frame_address(frame), 0, PAGE_SIZE) : NULL;

	if (!path || inode_read(program->image.file, segment->offset, path, segment->file_size) < 0) {
		if (path) {
			path_free(path);
		}
		return "has the name of an interpreter that cannot be read";
	}
	file_system_enter();
	bool found = path_find(process, process->directory, path, true, &place) == 0 && place.inode;
	if (found) {
		program->interpreter.file = place.inode;
		inode_hold(place.inode);
	}
	file_system_leave();
	path_free(path);
	return found ? NULL : "needs an interpreter that is not there (its dynamic linker)";
}

const char *program_read(struct process *process, struct program *program)
{
	const char *refusal = image_read(&program->image);
	const struct program_header *segment = refusal ? NULL : interpreter_of(&program->image);

	if (!segment) {
		return refusal;
	}
	refusal = find_interpreter(process, program, segment);
	if (!refusal && !is_regular(program->interpreter.file)) {
		refusal = "needs an interpreter that is no file";
	}
	if (!refusal) {
		refusal = image_read(&program->interpreter);
	}
	if (!refusal && (program->interpreter.header.type != ET_DYN || interpreter_of(&program->interpreter))) {
		refusal = "needs an interpreter that is not position-independent, or needs one itself";
	}
	return refusal;
}
