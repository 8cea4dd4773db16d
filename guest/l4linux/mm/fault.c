/* SPDX-License-Identifier: MIT
 * Demand paging: gives a page of a region its frame at the first access, zeroed or filled from the program's
 * file, and a shared page its own copy at the first write. Exactly one page a fault, so that what a program owns is
 * what it touched.
 */
#include "inode.h"
#include "memory.h"
#include "printk.h"
#include "process.h"

static void fill(const struct region *region, unsigned page, char *frame)
{
	unsigned from = page > region->file_start ? page : region->file_start;
	unsigned to = page + PAGE_SIZE < region->file_end ? page + PAGE_SIZE : region->file_end;

	if (!region->file || from >= to) {
		memset(frame, 0, PAGE_SIZE);
		return;
	}
	memset(frame, 0, from - page);
	unsigned length = inode_read(region->file, region->file_offset + (from - region->file_start),
				     frame + (from - page), to - from);
	memset(frame + (from - page) + length, 0, page + PAGE_SIZE - from - length);
}

static bool allowed(const struct region *region, bool write)
{
	return region && region->protection != 0 && (!write || (region->protection & PROT_WRITE));
}

static int out_of_memory(const struct process *process)
{
	printk("linux: out of memory for %s (pid %d)\n", process->name, process->pid);
	return -ENOMEM;
}

/* The first write to a page that fork() has made read-only: the last owner may have the frame itself. */
static int make_writable(struct process *process, unsigned page, unsigned *entry)
{
	unsigned old = *entry & PAGE_MASK;

	if (!frame_is_shared(old)) {
		*entry |= PAGE_WRITABLE;
		return 0;
	}
	unsigned frame = frame_allocate_for_user();
	if (!frame) {
		return out_of_memory(process);
	}
	memcpy(frame_address(frame), frame_address(old), PAGE_SIZE);
	*entry = (*entry & ~PAGE_MASK) | frame | PAGE_WRITABLE;
	arch_page_changed(process, page, old);
	frame_free(old);
	return 0;
}

int memory_fault(struct process *process, unsigned address, bool write)
{
	unsigned page = page_floor(address);
	struct region *region = region_find(process, address);

	if (!allowed(region, write)) {
		return -EFAULT;
	}
	unsigned *entry = page_entry_create(process, page);
	if (!entry) {
		return -ENOMEM;
	}
	if (*entry & PAGE_PRESENT) {
		return write && !(*entry & PAGE_WRITABLE) ? make_writable(process, page, entry) : 0;
	}
	unsigned bits = PAGE_PRESENT | PAGE_USER;
	if (region->protection & PROT_WRITE) {
		bits |= PAGE_WRITABLE;
	}
	if (region->fixed_frame) {
		*entry = (region->fixed_frame + (page - region->start)) | bits | PAGE_FIXED;
		return 0;
	}
	unsigned frame = frame_allocate_for_user();
	if (!frame) {
		return out_of_memory(process);
	}
	fill(region, page, frame_address(frame));
	process->frame_count++;
	*entry = frame | bits;
	return 0;
}
