/* SPDX-License-Identifier: MIT
 * Pools of equal small objects, cut from frames. A pool never gives a frame back: its peak is its size.
 */
#include "memory.h"

void *pool_allocate(struct pool *pool)
{
	if (!pool->free) {
		unsigned frame = frame_allocate();
		if (!frame) {
			return NULL;
		}
		char *page = frame_address(frame);
		for (unsigned at = 0; at + pool->size <= PAGE_SIZE; at += pool->size) {
			pool_free(pool, page + at);
		}
	}
	void *object = pool->free;
	pool->free = *(void **)object;
	return memset(object, 0, pool->size);
}

void pool_free(struct pool *pool, void *object)
{
	*(void **)object = pool->free;
	pool->free = object;
}
