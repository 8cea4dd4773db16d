/* SPDX-License-Identifier: MIT
 * Regions: a process's list of address ranges with one meaning each, in order of address and without overlap.
 * Every change that splits a range allocates first and changes afterwards, so that no memory means no change.
 */
#include "inode.h"
#include "memory.h"
#include "process.h"

static struct pool region_pool = { sizeof(struct region), NULL };

struct region *region_find(struct process *process, unsigned address)
{
	for (struct region *region = process->regions; region; region = region->next) {
		if (address < region->end) {
			return address >= region->start ? region : NULL;
		}
	}
	return NULL;
}

bool region_is_free(struct process *process, unsigned start, unsigned end)
{
	for (struct region *region = process->regions; region; region = region->next) {
		if (region->start < end && start < region->end) {
			return false;
		}
	}
	return true;
}

static void insert(struct process *process, struct region *fresh)
{
	struct region **link = &process->regions;

	while (*link && (*link)->start < fresh->start) {
		link = &(*link)->next;
	}
	fresh->next = *link;
	*link = fresh;
}

struct region *region_add(struct process *process, unsigned start, unsigned end, unsigned protection)
{
	struct region *region = pool_allocate(&region_pool);

	if (region) {
		region->start = start;
		region->end = end;
		region->protection = protection;
		insert(process, region);
	}
	return region;
}

/* The lowest place for size bytes at or above MMAP_BASE; 0: none. */
unsigned region_search(struct process *process, unsigned size)
{
	unsigned start = MMAP_BASE;

	for (struct region *region = process->regions; region; region = region->next) {
		if (region->end <= start) {
			continue;
		}
		if (region->start >= start && region->start - start >= size) {
			break;
		}
		start = region->end;
	}
	return size <= USER_LIMIT - start ? start : 0;
}

static void duplicate(struct region *copy, const struct region *region)
{
	*copy = *region;
	if (copy->file) {
		inode_hold(copy->file);
		copy->file->executing += copy->is_program;
	}
}

static void free_region(struct region *region)
{
	if (region->file) {
		region->file->executing -= region->is_program;
		inode_release(region->file);
	}
	pool_free(&region_pool, region);
}

void region_show_file(struct region *region, struct inode *file, unsigned offset, unsigned end, bool is_program)
{
	region->file = file;
	region->file_offset = offset;
	region->file_start = region->start;
	region->file_end = end;
	inode_hold(file);
	region->is_program = is_program;
	file->executing += is_program;
}

/* Makes address a boundary between regions. */
static bool split(struct process *process, unsigned address)
{
	struct region *region = region_find(process, address);

	if (!region || region->start == address) {
		return true;
	}
	struct region *upper = pool_allocate(&region_pool);
	if (!upper) {
		return false;
	}
	duplicate(upper, region);
	upper->start = address;
	if (upper->fixed_frame) {
		upper->fixed_frame += address - region->start;
	}
	region->end = address;
	insert(process, upper);
	return true;
}

int region_remove(struct process *process, unsigned start, unsigned end)
{
	if (!split(process, start) || !split(process, end)) {
		return -ENOMEM;
	}
	struct region **link = &process->regions;
	while (*link) {
		struct region *region = *link;
		if (region->start < start || region->end > end) {
			link = &region->next;
			continue;
		}
		for (unsigned page = region->start; page < region->end; page += PAGE_SIZE) {
			page_release(process, page);
			if (!page_entry(process, page)) { /* no table here: go on behind its 4 MB */
				page |= 0x3FF000u;
			}
		}
		*link = region->next;
		free_region(region);
	}
	return 0;
}

static void protect_page(struct process *process, unsigned address, unsigned protection)
{
	unsigned *entry = page_entry(process, address);

	if (!entry || !(*entry & (PAGE_PRESENT | PAGE_KEPT))) {
		return;
	}
	unsigned old = *entry;
	unsigned bits = protection == 0 ? PAGE_KEPT : PAGE_PRESENT;
	if ((protection & PROT_WRITE) && !frame_is_shared(old & PAGE_MASK)) {
		bits |= PAGE_WRITABLE; /* a shared frame stays read-only until the write */
	}
	*entry = (old & ~(PAGE_PRESENT | PAGE_KEPT | PAGE_WRITABLE)) | bits;
	arch_page_changed(process, address, old & PAGE_MASK);
}

int region_protect(struct process *process, unsigned start, unsigned end, unsigned protection)
{
	unsigned covered = start;

	for (struct region *region = process->regions; region; region = region->next) {
		if (region->start <= covered && covered < region->end) {
			covered = region->end;
		}
	}
	if (covered < end || !split(process, start) || !split(process, end)) {
		return -ENOMEM;
	}
	for (struct region *region = process->regions; region; region = region->next) {
		if (region->start < start || region->end > end) {
			continue;
		}
		region->protection = protection;
		for (unsigned page = region->start; page < region->end; page += PAGE_SIZE) {
			protect_page(process, page, protection);
		}
	}
	return 0;
}

void regions_delete(struct process *process) { region_remove(process, 0, USER_LIMIT); }

int region_copy(struct process *to, const struct region *region)
{
	struct region *copy = pool_allocate(&region_pool);

	if (!copy) {
		return -ENOMEM;
	}
	duplicate(copy, region);
	insert(to, copy);
	return 0;
}
