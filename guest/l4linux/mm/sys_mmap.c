/* SPDX-License-Identifier: MIT
 * mmap2(2): memory that shows zeroes or a file. Shared memory without a file shows one that has no name.
 */
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "syscalls.h"

#define PROTECTIONS (PROT_READ | PROT_WRITE | PROT_EXEC)

struct mapping {
	unsigned address, size, protection, flags;
	struct inode *file; /* held; null: zeroes */
	unsigned offset;
};

static bool is_shared(const struct mapping *mapping) { return (mapping->flags & MAP_TYPE) == MAP_SHARED; }

static int check_file(const struct file *file, const struct mapping *mapping, unsigned page_offset)
{
	if (!file) {
		return -EBADF;
	}
	if (!file->inode || !is_regular(file->inode)) {
		return -ENODEV;
	}
	if ((file->flags & O_ACCMODE) == O_WRONLY ||
	    (is_shared(mapping) && (mapping->protection & PROT_WRITE) && (file->flags & O_ACCMODE) != O_RDWR)) {
		return -EACCES;
	}
	return page_offset > (FILE_SIZE_LIMIT - mapping->size) / PAGE_SIZE ? -EOVERFLOW : 0;
}

/* What the pages will show, held. */
static int take_file(struct process *process, const struct syscall_frame *frame, struct mapping *mapping)
{
	int error = 0;

	if (mapping->flags & MAP_ANONYMOUS) {
		mapping->file = is_shared(mapping) ? inode_create(S_IFREG) : NULL;
		if (mapping->file) {
			mapping->file->size = mapping->size;
			inode_hold(mapping->file);
		}
		return is_shared(mapping) && !mapping->file ? -ENOMEM : 0;
	}
	struct file *file = file_of(process, frame->edi);
	error = check_file(file, mapping, frame->ebp);
	if (error < 0) {
		return error;
	}
	mapping->file = file->inode;
	mapping->offset = frame->ebp * PAGE_SIZE;
	inode_hold(mapping->file);
	if (is_shared(mapping) && mapping->file->content) { /* the image's own bytes cannot be written to */
		file_system_enter();
		inode_piece_for_writing(mapping->file, 0, &error);
		file_system_leave();
	}
	return error;
}

/* Frees the place that was asked for, or finds one. 0 or a negative error. */
static int find_place(struct process *process, struct mapping *mapping)
{
	unsigned wanted = mapping->address;
	bool possible = wanted % PAGE_SIZE == 0 && wanted >= LOWEST_USER_ADDRESS && wanted <= LIBRARY_BASE &&
			mapping->size <= LIBRARY_BASE - wanted;
	bool is_free = possible && region_is_free(process, wanted, wanted + mapping->size);

	if (mapping->flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (!possible) {
			return -EINVAL;
		}
		if (!is_free && (mapping->flags & MAP_FIXED_NOREPLACE)) {
			return -EEXIST;
		}
		return region_remove(process, wanted, wanted + mapping->size);
	}
	mapping->address = is_free ? wanted : region_search(process, mapping->size);
	return mapping->address ? 0 : -ENOMEM;
}

static int map(struct process *process, struct mapping *mapping)
{
	int error = find_place(process, mapping);
	struct region *region = error == 0 ? region_add(process, mapping->address, mapping->address + mapping->size,
							mapping->protection)
					   : NULL;

	if (!region) {
		return error < 0 ? error : -ENOMEM;
	}
	region->is_shared = is_shared(mapping);
	if (mapping->file) {
		region_show_file(region, mapping->file, mapping->offset, region->end, false);
	}
	return (int)mapping->address;
}

int sys_mmap2(struct process *process, const struct syscall_frame *frame)
{
	struct mapping mapping = {
		.address = frame->ebx,
		.size = page_ceiling(frame->ecx),
		.protection = frame->edx,
		.flags = frame->esi,
	};
	unsigned type = mapping.flags & MAP_TYPE;

	if (frame->ecx == 0 || (mapping.protection & ~PROTECTIONS) || (type != MAP_SHARED && type != MAP_PRIVATE)) {
		return -EINVAL;
	}
	if (mapping.size == 0 || mapping.size > USER_LIMIT) {
		return -ENOMEM;
	}
	int result = take_file(process, frame, &mapping);
	if (result == 0) {
		result = map(process, &mapping);
	}
	if (mapping.file) {
		inode_release(mapping.file);
	}
	return result;
}
