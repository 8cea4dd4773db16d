/* SPDX-License-Identifier: MIT
 *
 * Page directories and tables as the generic kernel sees them; ia32/paging.c carries it out. Entries are written
 * only by the mapping database's functions (mapping.c), so that the two always agree.
 */
#ifndef KERNEL_PAGING_H
#define KERNEL_PAGING_H

#include <stdbool.h>
#include <stddef.h>

#include "memory.h"
#include "space.h"

typedef unsigned page_table_entry;

enum { TABLE_ENTRIES = 1024, DIRECTORY_SHIFT = 22 };

enum page_table_bits {
	PAGE_PRESENT = 1 << 0,
	PAGE_WRITABLE = 1 << 1,
	PAGE_USER = 1 << 2,
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

/* The first address from this one (a multiple of 4 MB) on that has a page table; USER_LIMIT: none has. */
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

/* The entry for an address, or null if there is no page table. */
static inline page_table_entry *entry_find(unsigned directory, unsigned address)
{
	page_table_entry table = ((page_table_entry *)window(directory))[address >> DIRECTORY_SHIFT];
	if (!(table & PAGE_PRESENT)) {
		return NULL;
	}
	return (page_table_entry *)window(table & L4_PAGE_MASK) + (address >> L4_PAGE_SIZE_LOG2) % TABLE_ENTRIES;
}

/* The same, and makes the table; null: out of memory. */
page_table_entry *entry_make(unsigned directory, unsigned address);

/* An entry has lost rights: no TLB may remember it. */
void entry_changed(const struct space *space, unsigned address);

#endif
