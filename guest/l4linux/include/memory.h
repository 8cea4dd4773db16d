/* SPDX-License-Identifier: MIT
 * Memory of the server and of its processes: frames, pools of small objects, regions, logical page tables, and
 * copying to and from user memory.
 */
#ifndef LINUX_MEMORY_H
#define LINUX_MEMORY_H

#include "arch.h"
#include "types.h"

struct inode;
struct process;

#define USER_LIMIT 0xC0000000u
#define LIBRARY_BASE 0xBFFFE000u /* the emulation library, two pages; only the L4 port puts something here */
#define STACK_TOP 0xBFFF0000u	 /* the same in both ports, so that a program sees the same addresses */
#define STACK_SIZE 0x00800000u
#define MMAP_BASE 0x40000000u
#define LOWEST_USER_ADDRESS 0x00001000u

/* --- frames: 4 KB of physical memory, named by physical address; 0: none */
void memory_add(unsigned start, unsigned end);
void memory_exclude(unsigned start, unsigned end);
void memory_ready(void); /* after the last of both; allocations from now on */
unsigned memory_size(void); /* bytes that were never given out */
unsigned frames_free(void);
unsigned frame_allocate(void);
unsigned frame_allocate_for_user(void); /* what a process has as its memory */
void frame_free(unsigned frame); /* one owner less */
void frame_share(unsigned frame); /* one owner more */
bool frame_is_shared(unsigned frame);

static inline void *frame_address(unsigned frame) { return direct_map + frame; }

static inline unsigned frame_of(const void *address) { return (unsigned)((const char *)address - direct_map); }

/* --- pools of equal objects */
struct pool {
	unsigned size;
	void *free;
};
void *pool_allocate(struct pool *pool); /* zeroed; null: no memory */
void pool_free(struct pool *pool, void *object);

/* --- regions: what a range of user addresses means */
struct region {
	struct region *next;
	unsigned start, end;  /* page-aligned */
	unsigned protection;  /* PROT_* */
	struct inode *file;   /* what it shows; null: zeroes */
	unsigned file_offset; /* of the byte at file_start */
	unsigned file_start;  /* user address of the first byte that comes from the file */
	unsigned file_end;    /* and behind the last */
	bool is_program;      /* of execve(2): the file must not change meanwhile */
	bool is_shared;	      /* MAP_SHARED: what is written goes to the file, and is seen by who shows it too */
	unsigned fixed_frame; /* not 0: pages are these frames in order, not to be freed */
};
struct region *region_find(struct process *process, unsigned address);
struct region *region_add(struct process *process, unsigned start, unsigned end, unsigned protection);
bool region_is_free(struct process *process, unsigned start, unsigned end);
unsigned region_search(struct process *process, unsigned size);
int region_remove(struct process *process, unsigned start, unsigned end);
int region_protect(struct process *process, unsigned start, unsigned end, unsigned protection);

void region_show_file(struct region *region, struct inode *file, unsigned offset, unsigned end, bool is_program);
void regions_delete(struct process *process);
int region_copy(struct process *to, const struct region *region); /* 0 or -ENOMEM */

/* --- logical page tables, in the Pentium's format */
#define PAGE_PRESENT 0x001u
#define PAGE_WRITABLE 0x002u
#define PAGE_USER 0x004u
#define PAGE_KEPT 0x200u  /* software: not present, but the frame is still the page's */
#define PAGE_FIXED 0x400u /* software: the frame is shared and not the process's to free */
unsigned *page_table_create(void);
unsigned *page_entry(struct process *process, unsigned address); /* null: no table there */
unsigned *page_entry_create(struct process *process, unsigned address);
void page_release(struct process *process, unsigned address);
void page_table_delete(struct process *process);

/* Gives the child all that the parent has, the frames copy on write. 0 or -ENOMEM, then a part. */
int memory_fork(struct process *parent, struct process *child);

/* Makes the page present for this access: 0, -EFAULT (not allowed), -ENOMEM or -EIO. */
int memory_fault(struct process *process, unsigned address, bool write);

/* Makes pages present where that is allowed, so that copying there does not wait for a disk. */
void user_prepare(struct process *process, unsigned address, unsigned size, bool write);

/* --- user memory: 0 or -EFAULT */
int copy_in(struct process *process, void *to, unsigned from, unsigned size);
int copy_out(struct process *process, unsigned to, const void *from, unsigned size);
int string_in(struct process *process, char *to, unsigned from, unsigned limit);

#endif
