/* SPDX-License-Identifier: MIT
 * malloc on brk(2): a first-fit list of free blocks in order of address; neighbours are joined when freed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "system_call.h"

#define GRAIN 16u
#define CHUNK 16384u /* what is asked of the kernel at least, so that small blocks share one brk */

struct block {
	size_t size; /* with this header, a multiple of GRAIN */
	struct block *next; /* only while free */
};

#define HEADER 16u

static struct block *free_list;
static char *program_break;

int brk(void *end)
{
	char *now = (char *)__system_call(SYS_brk, (long)end, 0, 0, 0, 0, 0);

	program_break = now;
	if (now != end) {
		errno = ENOMEM;
		return -1;
	}
	return 0;
}

void *sbrk(long increment)
{
	if (!program_break) {
		program_break = (char *)__system_call(SYS_brk, 0, 0, 0, 0, 0, 0);
	}
	char *old = program_break;
	return increment == 0 || brk(old + increment) == 0 ? old : (void *)-1;
}

static void insert(struct block *block)
{
	struct block **link = &free_list;

	while (*link && *link < block) {
		link = &(*link)->next;
	}
	block->next = *link;
	*link = block;
	if (block->next && (char *)block + block->size == (char *)block->next) {
		block->size += block->next->size;
		block->next = block->next->next;
	}
	if (link == &free_list) {
		return;
	}
	struct block *before = (struct block *)((char *)link - offsetof(struct block, next));
	if ((char *)before + before->size == (char *)block) {
		before->size += block->size;
		before->next = block->next;
	}
}

static struct block *take(size_t size)
{
	for (struct block **link = &free_list; *link; link = &(*link)->next) {
		struct block *block = *link;
		if (block->size < size) {
			continue;
		}
		*link = block->next;
		if (block->size >= size + 2 * GRAIN) {
			struct block *rest = (struct block *)((char *)block + size);
			rest->size = block->size - size;
			block->size = size;
			insert(rest);
		}
		return block;
	}
	return NULL;
}

void *malloc(size_t size)
{
	if (size > 0x7FFF0000u) {
		errno = ENOMEM;
		return NULL;
	}
	size_t needed = (size + HEADER + GRAIN - 1) & ~(size_t)(GRAIN - 1);
	struct block *block = take(needed);

	if (!block) {
		size_t chunk = needed > CHUNK ? needed : CHUNK;
		void *fresh = sbrk((long)chunk);
		if (fresh == (void *)-1) {
			return NULL;
		}
		block = fresh;
		block->size = chunk;
		insert(block);
		block = take(needed);
	}
	return block ? (char *)block + HEADER : NULL;
}

void *calloc(size_t count, size_t size)
{
	if (size != 0 && count > (size_t)-1 / size) {
		errno = ENOMEM;
		return NULL;
	}
	void *block = malloc(count * size);
	return block ? memset(block, 0, count * size) : NULL;
}

void free(void *block)
{
	if (block) {
		insert((struct block *)((char *)block - HEADER));
	}
}
