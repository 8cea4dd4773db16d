/* SPDX-License-Identifier: MIT
 * Frames of physical memory. What was freed comes back first; what was never used comes from ranges. A free frame's
 * first word links it to the next. A frame that several address spaces show is counted in one table, which
 * memory_ready() takes out of the memory itself.
 *
 * A port may say that frames from some address on are far: touching them costs it something. So near ones go first,
 * but the last of them are kept for the server's own structures, which stay; and the port hears when the last far one
 * is free again.
 */
#include "arch.h"
#include "ia32.h"
#include "memory.h"
#include "page_cache.h"
#include "printk.h"

#define RANGE_LIMIT 16
#define NEAR_RESERVE 256u /* frames that users get only if there are no far ones */

struct memory_range {
	unsigned start, end;
};

static struct memory_range ranges[RANGE_LIMIT];
static unsigned range_count;
static unsigned freed_near, freed_far; /* first of each list; 0: empty */
static unsigned near_left, far_left, far_in_use; /* frames */
static unsigned short *shares; /* by frame number: how many owners there are besides the first */

void memory_add(unsigned start, unsigned end)
{
	start = page_ceiling(start);
	end = page_floor(end);
	if (start >= end) {
		return;
	}
	if (start < arch_far_memory && end > arch_far_memory) {
		memory_add(start, arch_far_memory);
		memory_add(arch_far_memory, end);
		return;
	}
	if (range_count > 0 && ranges[range_count - 1].end == start && start != arch_far_memory) {
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

static bool is_far(unsigned frame) { return frame >= arch_far_memory; }

static void make_share_table(void)
{
	unsigned highest = 0;

	for (unsigned i = 0; i < range_count; i++) {
		highest = ranges[i].end > highest ? ranges[i].end : highest;
	}
	unsigned size = page_ceiling(highest / PAGE_SIZE * sizeof(shares[0]));
	for (unsigned i = 0; i < range_count; i++) {
		if (!is_far(ranges[i].start) && ranges[i].end - ranges[i].start >= size) {
			shares = memset(frame_address(ranges[i].start), 0, size);
			ranges[i].start += size;
			return;
		}
	}
	panic("no memory for the table of shared frames");
}

void memory_ready(void)
{
	make_share_table();
	for (unsigned i = 0; i < range_count; i++) {
		*(is_far(ranges[i].start) ? &far_left : &near_left) += (ranges[i].end - ranges[i].start) / PAGE_SIZE;
	}
}

unsigned memory_size(void)
{
	unsigned size = 0;

	for (unsigned i = 0; i < range_count; i++) {
		size += ranges[i].end - ranges[i].start;
	}
	return size;
}

static unsigned take_freed(unsigned *list)
{
	unsigned frame = *list;

	if (frame) {
		*list = *(unsigned *)frame_address(frame);
	}
	return frame;
}

/* A near or a far one that was never used; 0: all were. */
static unsigned take_unused(bool far)
{
	for (unsigned i = 0; i < range_count; i++) {
		unsigned frame = ranges[i].start;
		if (frame < ranges[i].end && is_far(frame) == far) {
			ranges[i].start += PAGE_SIZE;
			return frame;
		}
	}
	return 0;
}

static unsigned take_near(void)
{
	unsigned frame = take_freed(&freed_near);

	frame = frame ? frame : take_unused(false);
	near_left -= frame != 0;
	return frame;
}

static unsigned take_far(void)
{
	unsigned frame = take_freed(&freed_far);

	frame = frame ? frame : take_unused(true);
	far_in_use += frame != 0;
	far_left -= frame != 0;
	return frame;
}

unsigned frames_free(void) { return near_left + far_left; }

unsigned frame_allocate(void)
{
	unsigned flags = critical_enter();
	unsigned frame = take_near();

	frame = frame ? frame : take_far();
	critical_leave(flags);
	return frame || !pages_give_one_back() ? frame : frame_allocate();
}

unsigned frame_allocate_for_user(void)
{
	unsigned flags = critical_enter();
	unsigned frame = near_left > NEAR_RESERVE ? 0 : take_far();

	critical_leave(flags);
	return frame ? frame : frame_allocate();
}

void frame_free(unsigned frame)
{
	unsigned flags = critical_enter();

	if (shares[frame / PAGE_SIZE] > 0) {
		shares[frame / PAGE_SIZE]--;
	} else {
		unsigned *list = is_far(frame) ? &freed_far : &freed_near;
		*(unsigned *)frame_address(frame) = *list;
		*list = frame;
		near_left += !is_far(frame);
		far_left += is_far(frame);
		far_in_use -= is_far(frame);
		if (is_far(frame) && far_in_use == 0) {
			arch_far_memory_is_free();
		}
	}
	critical_leave(flags);
}

void frame_share(unsigned frame) { shares[frame / PAGE_SIZE]++; }

bool frame_is_shared(unsigned frame) { return shares[frame / PAGE_SIZE] > 0; }
