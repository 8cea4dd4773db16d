/* SPDX-License-Identifier: MIT
 * Frames of physical memory. What was never used comes from ranges; what was freed comes back first. A free
 * frame's first word links it to the next. A frame that several address spaces show is counted in one table, which
 * memory_ready() takes out of the memory itself.
 */
#include "ia32.h"
#include "memory.h"
#include "page_cache.h"
#include "printk.h"

#define RANGE_LIMIT 16

struct memory_range {
	unsigned start, end;
};

static struct memory_range ranges[RANGE_LIMIT];
static unsigned range_count;
static unsigned free_frames;   /* first of the list; 0: empty */
static unsigned free_count;    /* of the list */
static unsigned short *shares; /* by frame number: how many owners there are besides the first */

void memory_add(unsigned start, unsigned end)
{
	start = page_ceiling(start);
	end = page_floor(end);
	if (start >= end) {
		return;
	}
	if (range_count > 0 && ranges[range_count - 1].end == start) {
		ranges[range_count - 1].end = end;
		return;
	}
	if (range_count == RANGE_LIMIT) {
		panic("memory is in more pieces than the table of ranges holds");
	}
	ranges[range_count++] = (struct memory_range){ start, end };
}

/* Before the first allocation only: nobody may be given these addresses. */
void memory_exclude(unsigned start, unsigned end)
{
	start = page_floor(start);
	end = page_ceiling(end);
	for (unsigned i = 0; i < range_count; i++) {
		struct memory_range old = ranges[i];
		if (end <= old.start || start >= old.end) {
			continue;
		}
		ranges[i].end = start > old.start ? start : old.start;
		if (end < old.end) {
			memory_add(end, old.end);
		}
	}
}

void memory_ready(void)
{
	unsigned highest = 0;

	for (unsigned i = 0; i < range_count; i++) {
		highest = ranges[i].end > highest ? ranges[i].end : highest;
	}
	unsigned size = page_ceiling(highest / PAGE_SIZE * sizeof(shares[0]));
	for (unsigned i = 0; i < range_count; i++) {
		if (ranges[i].end - ranges[i].start >= size) {
			ranges[i].end -= size;
			shares = memset(frame_address(ranges[i].end), 0, size);
			return;
		}
	}
	panic("no memory for the table of shared frames");
}

unsigned memory_size(void)
{
	unsigned size = 0;

	for (unsigned i = 0; i < range_count; i++) {
		size += ranges[i].end - ranges[i].start;
	}
	return size;
}

unsigned frames_free(void) { return memory_size() / PAGE_SIZE + free_count; }

unsigned frame_allocate(void)
{
	unsigned flags = critical_enter();
	unsigned frame = free_frames;

	if (frame) {
		free_frames = *(unsigned *)frame_address(frame);
		free_count--;
	} else {
		for (unsigned i = 0; i < range_count && !frame; i++) {
			if (ranges[i].start < ranges[i].end) {
				frame = ranges[i].start;
				ranges[i].start += PAGE_SIZE;
			}
		}
	}
	critical_leave(flags);
	return frame || !pages_give_one_back() ? frame : frame_allocate();
}

void frame_free(unsigned frame)
{
	unsigned flags = critical_enter();

	if (shares[frame / PAGE_SIZE] > 0) {
		shares[frame / PAGE_SIZE]--;
	} else {
		*(unsigned *)frame_address(frame) = free_frames;
		free_frames = frame;
		free_count++;
	}
	critical_leave(flags);
}

void frame_share(unsigned frame) { shares[frame / PAGE_SIZE]++; }

bool frame_is_shared(unsigned frame) { return shares[frame / PAGE_SIZE] > 0; }
