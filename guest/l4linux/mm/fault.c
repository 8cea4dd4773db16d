/* SPDX-License-Identifier: MIT
 * Demand paging: gives a page of a region its frame at the first access, zeroed or filled from the program's
 * file, and a shared page its own copy at the first write. Exactly one page a fault, so that what a program owns is
 * what it touched.
 */
#include "inode.h"
#include "memory.h"
#include "page_cache.h"
#include "printk.h"
#include "process.h"

static int fill(const struct region *region, unsigned page, char *frame)
{
	unsigned from = page > region->file_start ? page : region->file_start;
	unsigned to = page + PAGE_SIZE < region->file_end ? page + PAGE_SIZE : region->file_end;

	if (!region->file || from >= to) {
		memset(frame, 0, PAGE_SIZE);
		return 0;
	}
	memset(frame, 0, from - page);
	int length = inode_read(region->file, region->file_offset + (from - region->file_start), frame + (from - page),
				to - from);
	if (length < 0) {
		return length;
	}
	memset(frame + (from - page) + length, 0, page + PAGE_SIZE - from - (unsigned)length);
	return 0;
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

/* Whole pages of a file are shown as the server has them; a copy is made at the first write. What lies in the server's
 * image is always copied. */
static bool shows_file_page(const struct region *region, unsigned page)
{
	return region->file && !region->file->content && page >= region->file_start &&
	       page + PAGE_SIZE <= region->file_end;
}

/* The frame to show, one owner more; 0: a hole, or an error. */
static unsigned take_file_page(const struct region *region, unsigned offset, bool copy, int *error)
{
	bool own = region->is_shared && (region->protection & PROT_WRITE);
	struct page *page = own ? page_get_own(region->file, offset / PAGE_SIZE, error)
				: page_get(region->file, offset / PAGE_SIZE, error);
	unsigned frame = page && copy ? frame_allocate() : 0;

	if (!page) {
		return 0;
	}
	if (!copy) {
		frame_share(page->frame);
		return page->frame;
	}
	if (frame) {
		memcpy(frame_address(frame), frame_address(page->frame), PAGE_SIZE);
	} else {
		*error = -ENOMEM;
	}
	return frame;
}

static int show_file_page(struct process *process, const struct region *region, unsigned page, unsigned *entry,
			  bool write)
{
	unsigned offset = region->file_offset + (page - region->file_start);
	bool shared_writable = region->is_shared && (region->protection & PROT_WRITE);
	int error = 0;

	if (offset >= region->file->size) {
		return -EFAULT;
	}
	file_system_enter();
	unsigned frame = take_file_page(region, offset, write && !region->is_shared, &error);
	if (!frame && error == 0) { /* a hole: zeroes, which nobody else sees */
		frame = frame_allocate();
		error = frame ? 0 : -ENOMEM;
		if (frame) {
			memset(frame_address(frame), 0, PAGE_SIZE);
		}
	}
	if (error == 0) {
		process->frame_count++;
		*entry = frame | PAGE_PRESENT | PAGE_USER | (write || shared_writable ? PAGE_WRITABLE : 0);
	}
	file_system_leave();
	return error == -ENOMEM ? out_of_memory(process) : error;
}

/* The first write to a page that fork() has made read-only: the last owner may have the frame itself. */
static int make_writable(struct process *process, const struct region *region, unsigned page, unsigned *entry)
{
	unsigned old = *entry & PAGE_MASK;

	if (region->is_shared) {
		page_release(process, page); /* shown again, as a page that programs write */
		return show_file_page(process, region, page, entry, true);
	}
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
		return write && !(*entry & PAGE_WRITABLE) ? make_writable(process, region, page, entry) : 0;
	}
	unsigned bits = PAGE_PRESENT | PAGE_USER;
	if (region->protection & PROT_WRITE) {
		bits |= PAGE_WRITABLE;
	}
	if (region->fixed_frame) {
		*entry = (region->fixed_frame + (page - region->start)) | bits | PAGE_FIXED;
		return 0;
	}
	if (shows_file_page(region, page)) {
		return show_file_page(process, region, page, entry, write);
	}
	unsigned frame = frame_allocate_for_user();
	if (!frame) {
		return out_of_memory(process);
	}
	int error = fill(region, page, frame_address(frame));
	if (error < 0) {
		frame_free(frame);
		return error;
	}
	process->frame_count++;
	*entry = frame | bits;
	return 0;
}
