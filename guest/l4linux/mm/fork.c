/* SPDX-License-Identifier: MIT
 * The memory of fork(2): the child gets the parent's regions and shares its frames. Where writing is allowed, both
 * logical page tables become read-only; memory_fault() copies at the first write of either.
 */
#include "memory.h"
#include "process.h"

static int share_page(struct process *parent, struct process *child, unsigned page, unsigned *entry,
		      bool keep_right)
{
	unsigned frame = *entry & PAGE_MASK;
	unsigned *copy = page_entry_create(child, page);

	if (!copy) {
		return -ENOMEM;
	}
	if ((*entry & PAGE_WRITABLE) && !keep_right) {
		*entry &= ~PAGE_WRITABLE;
		arch_page_write_protected(parent, page, frame);
	}
	frame_share(frame);
	*copy = *entry;
	child->frame_count++;
	return 0;
}

static int share_pages(struct process *parent, struct process *child, const struct region *region)
{
	for (unsigned page = region->start; page < region->end; page += PAGE_SIZE) {
		unsigned *entry = page_entry(parent, page);
		if (!entry) {
			page |= 0x3FF000u; /* no table here: go on behind its 4 MB */
			continue;
		}
		if ((*entry & (PAGE_PRESENT | PAGE_KEPT)) && share_page(parent, child, page, entry, region->is_shared) < 0) {
			return -ENOMEM;
		}
	}
	return 0;
}

int memory_fork(struct process *parent, struct process *child)
{
	for (const struct region *region = parent->regions; region; region = region->next) {
		if (region->fixed_frame) {
			continue; /* the port has given the child its own */
		}
		if (region_copy(child, region) < 0 || share_pages(parent, child, region) < 0) {
			return -ENOMEM;
		}
	}
	child->break_start = parent->break_start;
	child->break_end = parent->break_end;
	return 0;
}
