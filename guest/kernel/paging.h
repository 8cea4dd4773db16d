/* SPDX-License-Identifier: MIT
 *
 * Page directories and tables as the generic kernel sees them; ia32/paging.c carries it out. Entries are written
 * only by the mapping database's functions (mapping.c), so that the two always agree.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "memory.h"
#include "space.h"

typedef unsigned page_table_entry;

enum { TABLE_ENTRIES = 1024, DIRECTORY_SHIFT = 22, SUPERPAGE_LOG2 = 22 };

enum page_table_bits {
	PAGE_PRESENT = 1 << 0,
	PAGE_WRITABLE = 1 << 1,
	PAGE_USER = 1 << 2,
	PAGE_LARGE = 1 << 7, /* of a directory entry: it is no page table's but a 4 MB page's */
	/* Rights are the page-table entry's; the directory entry lets everything through. */
	DIRECTORY_BITS = PAGE_PRESENT | PAGE_WRITABLE | PAGE_USER,
};

unsigned paging_kernel_directory(void);

/* After the C side has begun: takes the boot's identity mapping and the window behind the end of memory away. */
void paging_initialize(unsigned memory_end);

/* A directory with the kernel's part in it, or 0. */
unsigned directory_create(void);

/* Frees the directory and the tables of its user part. */
void directory_delete(unsigned directory);

/* What CR3 holds while the space is loaded. */
unsigned paging_cr3(const struct space *space);

/* The first address from this one (a multiple of 4 MB) on that has a page table or a 4 MB page; USER_LIMIT: none has. */
unsigned directory_next(unsigned directory, unsigned address);

/* If the directory of this space is loaded, loads the kernel's; no TLB remembers the space. */
void directory_leave(struct space *space);

/* Makes a space the one that user addresses mean; the kernel's own space runs in any. Between large spaces the
 * directory changes, to and from a small one only the user segments (and the directory if the large one's is not
 * the loaded one). */
void space_switch(struct space *space);

/* Whose segments are in the GDT: what user addresses mean. */
extern struct space *visible_space;

/* Whose directory is loaded; not always the running thread's, which may be in a small space. */
extern struct space *loaded_space;

/* The space has become large or small: segments and directory follow if it is the running one, and no TLB
 * remembers where it was. */
void space_moved(struct space *space);

static inline page_table_entry *directory_entry(unsigned directory, unsigned address)
{
	return (page_table_entry *)window(directory) + (address >> DIRECTORY_SHIFT);
}

static inline bool is_table(page_table_entry entry)
{
	return (entry & (PAGE_PRESENT | PAGE_LARGE)) == PAGE_PRESENT;
}

/* The entry for an address: the directory's, if that is a 4 MB page's or there is no page table. */
static inline page_table_entry *entry_find(unsigned directory, unsigned address)
{
	page_table_entry *entry = directory_entry(directory, address);
	if (is_table(*entry)) {
		return (page_table_entry *)window(*entry & L4_PAGE_MASK) + (address >> L4_PAGE_SIZE_LOG2) % TABLE_ENTRIES;
	}
	return entry;
}

/* The physical address of the 4 KB around an address, whose entry is present. */
static inline unsigned entry_frame(page_table_entry entry, unsigned address)
{
	return (entry & L4_PAGE_MASK) | (entry & PAGE_LARGE ? address & (SUPERPAGE_SIZE - 1) & L4_PAGE_MASK : 0);
}

/* The entry for a page of this size; makes the page table, or room for the nodes of 4 MB pages. Null: out of memory. */
page_table_entry *entry_make(unsigned directory, unsigned address, unsigned size_log2);

/* A page table of no directory yet, with room for its nodes: its physical address, or 0. */
unsigned table_create(void);

/* Frees it, and forgets it if it is the one at this address; it is empty. */
void table_delete(unsigned table);
void table_remove(struct space *space, unsigned address);

/* An entry has lost rights, or has become another kind of entry: no TLB may remember it. */
void entry_changed(const struct space *space, unsigned address);
