/* SPDX-License-Identifier: MIT
 *
 * The frame pool and the slabs: free frames and free objects are linked through their first word.
 */
#include "memory.h"

#include <stddef.h>

#include "console.h"
#include "string.h"

/* Frames from pool_untouched to pool_end were never used: starting does not have to write to all of them. */
static unsigned pool_untouched, pool_end;
static unsigned free_frames;

unsigned free_frame_count;
unsigned free_object_bytes;

void memory_initialize(unsigned first, unsigned end)
{
	pool_untouched = first;
	pool_end = end;
	free_frame_count = (end - first) / FRAME_SIZE;
}

unsigned frame_allocate(void)
{
	unsigned frame = free_frames;
	if (frame) {
		free_frames = *(unsigned *)window(frame);
	} else if (pool_untouched < pool_end) {
		frame = pool_untouched;
		pool_untouched += FRAME_SIZE;
	} else {
		return 0;
	}
	free_frame_count--;
	memset(window(frame), 0, FRAME_SIZE);
	return frame;
}

void frame_free(unsigned physical)
{
	*(unsigned *)window(physical) = free_frames;
	free_frames = physical;
	free_frame_count++;
}

void *boot_allocate(unsigned size)
{
	unsigned start = pool_untouched;
	size = (size + FRAME_SIZE - 1) & ~(FRAME_SIZE - 1u);
	if (size > pool_end - start) {
		panic("not enough memory to start");
	}
	pool_untouched += size;
	free_frame_count -= size / FRAME_SIZE;
	return memset(window(start), 0, size);
}

static void slab_grow(struct slab *slab)
{
	unsigned frame = frame_allocate();
	if (!frame) {
		return;
	}
	char *start = window(frame);
	for (unsigned offset = 0; offset + slab->object_size <= FRAME_SIZE; offset += slab->object_size) {
		slab_free(slab, start + offset);
	}
}

void *slab_allocate(struct slab *slab)
{
	if (!slab->free) {
		slab_grow(slab);
	}
	void *object = slab_take(slab);
	return object ? memset(object, 0, slab->object_size) : NULL;
}

void slab_free(struct slab *slab, void *object)
{
	*(void **)object = slab->free;
	slab->free = object;
	free_object_bytes += slab->object_size;
}
