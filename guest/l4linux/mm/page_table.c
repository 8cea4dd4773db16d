/* SPDX-License-Identifier: MIT
 * Logical page tables: two levels in the Pentium's format (Intel manual, volume 3, chapter "Paging"). Under L4
 * only the server reads them; natively they are also what the processor walks.
 */
#include "arch.h"
#include "memory.h"
#include "process.h"

#define ENTRIES 1024u
#define USER_DIRECTORY_ENTRIES (USER_LIMIT >> 22)

unsigned *page_table_create(void)
{
	unsigned frame = frame_allocate();

	return frame ? memset(frame_address(frame), 0, PAGE_SIZE) : NULL;
}

unsigned *page_entry(struct process *process, unsigned address)
{
	unsigned directory_entry = process->page_directory[address >> 22];

	if (!(directory_entry & PAGE_PRESENT)) {
		return NULL;
	}
	unsigned *table = frame_address(directory_entry & PAGE_MASK);
	return &table[(address >> 12) % ENTRIES];
}

unsigned *page_entry_create(struct process *process, unsigned address)
{
	unsigned *entry = page_entry(process, address);

	if (entry) {
		return entry;
	}
	unsigned *table = page_table_create();
	if (!table) {
		return NULL;
	}
	process->page_directory[address >> 22] = frame_of(table) | PAGE_PRESENT | PAGE_WRITABLE | PAGE_USER;
	return page_entry(process, address);
}

/* The page leaves the address space; its frame is free unless it is somebody else's. */
void page_release(struct process *process, unsigned address)
{
	unsigned *entry = page_entry(process, address);

	if (!entry || !(*entry & (PAGE_PRESENT | PAGE_KEPT))) {
		return;
	}
	unsigned old = *entry;
	*entry = 0;
	arch_page_changed(process, address, old & PAGE_MASK);
	if (!(old & PAGE_FIXED)) {
		frame_free(old & PAGE_MASK);
		process->frame_count--;
	}
}

/* All pages must have been released. */
void page_table_delete(struct process *process)
{
	for (unsigned i = 0; i < USER_DIRECTORY_ENTRIES; i++) {
		if (process->page_directory[i] & PAGE_PRESENT) {
			frame_free(process->page_directory[i] & PAGE_MASK);
		}
	}
	frame_free(frame_of(process->page_directory));
	process->page_directory = NULL;
}
