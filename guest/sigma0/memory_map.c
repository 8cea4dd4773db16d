/* SPDX-License-Identifier: MIT
 *
 * The owner of each 4 KB frame, filled in at the start from the memory ranges of the kernel info page.
 */
#include "memory_map.h"

#include <l4/types.h>

enum { MAX_FRAMES = 256 << 20 >> L4_PAGE_SIZE_LOG2 };
enum owner {
	OWNER_FREE = 0, /* 1 to 2047: the task with this number */
	OWNER_DEDICATED = 0x8000,
	OWNER_RESERVED = 0xffff,
};

static unsigned short owners[MAX_FRAMES];
static unsigned frame_count;
static unsigned search_end; /* every frame from here on has an owner, or is wanted by its address */

static void mark(struct l4_memory_range range, unsigned owner)
{
	unsigned end = (range.high + L4_PAGE_SIZE - 1) >> L4_PAGE_SIZE_LOG2;
	for (unsigned frame = range.low >> L4_PAGE_SIZE_LOG2; frame < end && frame < frame_count; frame++) {
		owners[frame] = (unsigned short)owner;
	}
}

/* While there still is memory for page tables: sigma0 has no pager, so a fault that failed later would be its end. */
static void touch(struct l4_memory_range own)
{
	for (unsigned address = own.low & L4_PAGE_MASK; address < own.high; address += L4_PAGE_SIZE) {
		volatile unsigned char *byte = (volatile unsigned char *)address;
		(void)*byte;
	}
}

void memory_map_initialize(const struct l4_kernel_info *info)
{
	touch(info->sigma0.memory);
	frame_count = info->main_memory.high >> L4_PAGE_SIZE_LOG2;
	frame_count = frame_count < MAX_FRAMES ? frame_count : MAX_FRAMES;
	search_end = frame_count;
	mark(info->sigma0.memory, L4_TASK_SIGMA0);
	mark(info->root.memory, L4_TASK_ROOT);
	for (unsigned i = 0; i < L4_KIP_DEDICATED; i++) {
		mark(info->dedicated[i], OWNER_DEDICATED);
	}
	mark(info->kernel_code, OWNER_RESERVED);
	mark(info->kernel_data, OWNER_RESERVED);
}

bool memory_map_allows(unsigned address, unsigned task)
{
	unsigned frame = address >> L4_PAGE_SIZE_LOG2;
	if (frame >= frame_count) {
		return false;
	}
	return owners[frame] == OWNER_FREE || owners[frame] == task || owners[frame] == OWNER_DEDICATED;
}

bool memory_map_take(unsigned address, unsigned task)
{
	unsigned frame = address >> L4_PAGE_SIZE_LOG2;
	if (!memory_map_allows(address, task)) {
		return false;
	}
	if (owners[frame] == OWNER_FREE) {
		owners[frame] = (unsigned short)task;
	}
	return true;
}

bool memory_map_take_any(unsigned task, unsigned *address)
{
	while (search_end > 0) {
		search_end--;
		if (owners[search_end] == OWNER_FREE) {
			owners[search_end] = (unsigned short)task;
			*address = search_end << L4_PAGE_SIZE_LOG2;
			return true;
		}
	}
	return false;
}
