/* SPDX-License-Identifier: MIT
 *
 * The Pentium's two-level page tables, and which of them is loaded. Pentium manual, volume 3, "Paging".
 * All directories share the kernel's upper part (the window on physical memory), which never changes after boot.
 *
 * If the processor has a tagged TLB, a space's tag is its task number. Then a load of CR3 leaves all entries in the TLB,
 * so that what a space loses while another is loaded must be taken out under its tag (tagged_tlb.h).
 */
#include "../paging.h"

#include <l4/probes.h>
#include <stddef.h>

#include "../descriptors.h"
#include "../mapping.h"
#include "../memory.h"
#include "../small_space.h"
#include "../string.h"
#include "cpu.h"
#include "tagged_tlb.h"

enum {
	FIRST_KERNEL_ENTRY = SMALL_SPACES_END >> DIRECTORY_SHIFT,
	USER_ENTRIES = USER_LIMIT >> DIRECTORY_SHIFT,
};

extern page_table_entry kernel_page_directory[TABLE_ENTRIES];

/* ipc_fast.S changes both, too. */
struct space *loaded_space;  /* whose directory CR3 points to */
struct space *visible_space; /* whose segments are in the GDT: what user addresses mean */
bool tlb_is_tagged;

unsigned paging_kernel_directory(void)
{
	return physical_of(kernel_page_directory);
}

static void load(struct space *space)
{
	loaded_space = space;
	cr3_write(space->cr3);
	L4_PROBE1("l4", "tlb-flush", space);
}

void paging_initialize(unsigned memory_end)
{
	for (unsigned entry = 0; entry < FIRST_KERNEL_ENTRY; entry++) {
		kernel_page_directory[entry] = 0;
	}
	unsigned first_absent = (WINDOW_BASE >> DIRECTORY_SHIFT) + ((memory_end + SUPERPAGE_SIZE - 1) >> DIRECTORY_SHIFT);
	for (unsigned entry = first_absent; entry < TABLE_ENTRIES; entry++) {
		kernel_page_directory[entry] = 0;
	}
	visible_space = kernel_space;
	tagged_tlb_enable();
	kernel_space->cr3 = paging_cr3(kernel_space);
	load(kernel_space);
}

unsigned paging_cr3(const struct space *space)
{
	return space->page_directory | (tlb_is_tagged ? space->task : 0);
}

unsigned directory_create(void)
{
	unsigned directory = frame_allocate();
	if (directory) {
		page_table_entry *entries = window(directory);
		frame_table[directory >> FRAME_SHIFT].nodes = NULL;
		memcpy(entries + FIRST_KERNEL_ENTRY, kernel_page_directory + FIRST_KERNEL_ENTRY,
		       (TABLE_ENTRIES - FIRST_KERNEL_ENTRY) * sizeof *entries);
	}
	return directory;
}

unsigned directory_next(unsigned directory, unsigned address)
{
	const page_table_entry *entries = window(directory);
	unsigned entry = address >> DIRECTORY_SHIFT;
	while (entry < USER_ENTRIES && !(entries[entry] & PAGE_PRESENT)) {
		entry++;
	}
	return entry << DIRECTORY_SHIFT;
}

void directory_delete(unsigned directory)
{
	const page_table_entry *entries = window(directory);
	for (unsigned address = 0; (address = directory_next(directory, address)) < USER_LIMIT;
	     address += SUPERPAGE_SIZE) {
		table_delete(entries[address >> DIRECTORY_SHIFT] & L4_PAGE_MASK);
	}
	struct mapping **nodes = frame_table[directory >> FRAME_SHIFT].nodes;
	if (nodes) {
		frame_free(physical_of(nodes));
	}
	frame_free(directory);
}

void directory_leave(struct space *space)
{
	if (loaded_space == space) {
		load(kernel_space);
	}
	if (tlb_is_tagged) {
		tagged_tlb_forget(TLB_TAG, space->task);
	}
}

void space_switch(struct space *space)
{
	struct space *from = visible_space;
	if (space == from || space == kernel_space) {
		return;
	}
	visible_space = space;
	if (space->small_slot != from->small_slot) {
		descriptors_load_user_segments(space);
	}
	if (space->small_slot || space == loaded_space) {
		L4_PROBE2("l4", "small-space-switch", from, space);
	} else {
		load(space);
	}
	L4_PROBE2("l4", "switch-space", from, space);
}

void space_moved(struct space *space)
{
	bool visible = space == visible_space;
	descriptors_make_user_segments(space);
	if (visible) {
		descriptors_load_user_segments(space);
		descriptors_load_extras(current);
	}
	load(visible && !space->small_slot ? space : loaded_space);
	if (tlb_is_tagged) {
		tagged_tlb_forget(TLB_EVERYTHING, 0);
	}
}

static bool make_nodes(unsigned frame)
{
	unsigned nodes = frame_allocate();
	frame_table[frame >> FRAME_SHIFT].nodes = nodes ? window(nodes) : NULL;
	return nodes != 0;
}

unsigned table_create(void)
{
	unsigned table = frame_allocate();
	if (table && !make_nodes(table)) {
		frame_free(table);
		return 0;
	}
	return table;
}

void table_delete(unsigned table)
{
	frame_free(physical_of(frame_table[table >> FRAME_SHIFT].nodes));
	frame_free(table);
}

void table_remove(struct space *space, unsigned address)
{
	page_table_entry *entry = directory_entry(space->page_directory, address);
	unsigned table = *entry & L4_PAGE_MASK;
	*entry = 0;
	small_space_hide(space, address);
	table_delete(table);
}

page_table_entry *entry_make(unsigned directory, unsigned address, unsigned size_log2)
{
	page_table_entry *entry = directory_entry(directory, address);
	if (size_log2 == SUPERPAGE_LOG2) {
		return frame_table[directory >> FRAME_SHIFT].nodes || make_nodes(directory) ? entry : NULL;
	}
	if (*entry == 0) {
		unsigned table = table_create();
		if (!table) {
			return NULL;
		}
		*entry = table | DIRECTORY_BITS;
	}
	return entry_find(directory, address);
}

void entry_changed(const struct space *space, unsigned address)
{
	if (space->small_slot ? address < small_slot_size : space == loaded_space) {
		page_invalidate(space_base(space) + address);
	}
	if (tlb_is_tagged && space->small_slot) {
		tagged_tlb_forget(TLB_PAGE_OF_ALL_TAGS, space_base(space) + address);
	} else if (tlb_is_tagged && space != loaded_space) {
		tagged_tlb_forget(TLB_PAGE_OF_TAG, address | space->task);
	}
}
