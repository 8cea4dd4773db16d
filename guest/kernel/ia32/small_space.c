/* SPDX-License-Identifier: MIT
 *
 * Small address spaces by segments: Liedtke, "Improved address-space switching on Pentium processors by
 * transparently multiplexing user address spaces" (1995). A small space keeps its own directory; the entries of its
 * first megabytes are copied into its slot of a loaded directory when somebody first faults there, and must be gone from
 * all directories before the slot has another owner or the tables are freed.
 */
#include "../small_space.h"

#include "../descriptors.h"
#include "../memory.h"
#include "../paging.h"
#include "../string.h"
#include "../thread_segment.h"

enum { ALL_ENTRIES = (SMALL_SPACES_END - SMALL_SPACES_BASE) / SUPERPAGE_SIZE };

unsigned small_slot_size = FIRST_SMALL_SLOT_SIZE;

static struct space *owners[ALL_ENTRIES]; /* slots of one entry are the smallest */

static unsigned entries_of_slot(void)
{
	return small_slot_size / SUPERPAGE_SIZE;
}

static page_table_entry *slot_entries(const struct space *space, unsigned slot)
{
	page_table_entry *directory = window(space->page_directory);
	return directory + SMALL_SPACES_BASE / SUPERPAGE_SIZE + slot * entries_of_slot();
}

bool small_space_show(const struct space *space, unsigned address)
{
	if (!space->small_slot) {
		return false;
	}
	const page_table_entry *own = window(space->page_directory);
	page_table_entry *shown = slot_entries(loaded_space, space->small_slot);
	unsigned index = address / SUPERPAGE_SIZE;
	if (!(own[index] & PAGE_PRESENT) || (shown[index] & PAGE_PRESENT)) {
		return false;
	}
	memcpy(shown, own, entries_of_slot() * sizeof *shown);
	return true;
}

void small_space_hide(const struct space *space, unsigned address)
{
	if (!space->small_slot || address >= small_slot_size) {
		return;
	}
	for (struct space *other = space_list; other; other = other->space_next) {
		slot_entries(other, space->small_slot)[address / SUPERPAGE_SIZE] = 0;
	}
}

static void clear_slot(unsigned slot)
{
	for (struct space *space = space_list; space; space = space->space_next) {
		memset(slot_entries(space, slot), 0, entries_of_slot() * sizeof(page_table_entry));
	}
	owners[slot] = NULL;
}

void small_space_assign(struct space *space, unsigned slot)
{
	unsigned old_slot = space->small_slot;
	if (slot == old_slot) {
		return;
	}
	if (slot && owners[slot]) {
		small_space_assign(owners[slot], 0);
	}
	if (old_slot) {
		clear_slot(old_slot);
	}
	space->small_slot = slot;
	if (slot) {
		owners[slot] = space;
	}
	thread_segments_forget_flips(space);
	space_moved(space);
}

/* All spaces are large then, and end where slot 0 does now. */
static void resize(unsigned size)
{
	small_slot_size = size;
	for (struct space *space = space_list; space; space = space->space_next) {
		memset(slot_entries(space, 0), 0, ALL_ENTRIES * sizeof(page_table_entry));
		space->small_slot = 0;
		thread_segments_forget_flips(space);
		descriptors_make_user_segments(space);
	}
	memset(owners, 0, sizeof owners);
	space_moved(visible_space);
}

void small_space_choose(struct space *space, unsigned small)
{
	unsigned entries = small & -small;
	if (entries != entries_of_slot()) {
		resize(entries * SUPERPAGE_SIZE);
	}
	small_space_assign(space, small / (2 * entries));
}

unsigned small_space_byte(const struct space *space)
{
	return space->small_slot ? entries_of_slot() * (1 + 2 * space->small_slot) : 0;
}
