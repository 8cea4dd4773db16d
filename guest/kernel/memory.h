/* SPDX-License-Identifier: MIT
 *
 * The kernel's own memory: a pool of 4 KB frames at the top of physical memory, and slabs of equal objects in them.
 * Everything fails with null (or 0) when the pool is empty; nothing here panics.
 */
#pragma once

#include "ia32/layout.h"

enum { FRAME_SIZE = 4096, FRAME_SHIFT = 12 };

/* Physical memory through the kernel's window, and back. */
static inline void *window(unsigned physical)
{
	return (void *)(WINDOW_BASE + physical);
}

static inline unsigned physical_of(const void *address)
{
	return (unsigned)address - WINDOW_BASE;
}

/* What is left: frames in the pool, and bytes of free objects in the slabs' frames. */
extern unsigned free_frame_count, free_object_bytes;

/* The frames from first to end (physical addresses) become the pool. */
void memory_initialize(unsigned first, unsigned end);

/* A zeroed frame's physical address, or 0. */
unsigned frame_allocate(void);
void frame_free(unsigned physical);

/* A zeroed run of bytes that is never given back; only while the kernel starts. Panics when there is none. */
void *boot_allocate(unsigned size);

struct slab {
	unsigned object_size; /* at least a pointer, at most FRAME_SIZE */
	void *free;           /* each begins with the next one's address; mapping_answer_fault takes one, too */
};

/* A zeroed object, or null. Its frame stays the slab's for good. */
void *slab_allocate(struct slab *slab);

void slab_free(struct slab *slab, void *object);
