/* SPDX-License-Identifier: MIT
 *
 * The trees of the mapping database. They are walked without recursion, because kernel stacks are small and trees may be
 * deep. A 4 MB page is one node until a part of it is to be treated differently from the rest; then it is split for good.
 */
#include "mapping_tree.h"

#include <stddef.h>

#include "small_space.h"

struct frame *frame_table;
unsigned frame_count;
struct frame device_frames[DEVICE_FRAMES];

#define UNLIMITED ~0u

struct slab mapping_slab = {.object_size = sizeof(struct mapping)};

void mapping_initialize(unsigned memory_end)
{
	frame_count = memory_end >> FRAME_SHIFT;
	frame_table = boot_allocate(frame_count * sizeof *frame_table);
}

struct frame *frame_of(unsigned physical)
{
	return physical < DEVICE_MEMORY ? &frame_table[physical >> FRAME_SHIFT]
					: &device_frames[(physical - DEVICE_MEMORY) >> SUPERPAGE_LOG2];
}

page_table_entry *entry_of(const struct mapping *mapping)
{
	return entry_find(mapping->space->page_directory, mapping->address);
}

struct mapping *mapping_at(const struct space *space, unsigned address)
{
	const page_table_entry *entry = entry_find(space->page_directory, address);
	return *entry & PAGE_PRESENT ? *node_of(entry) : NULL;
}

struct mapping *mapping_next(struct mapping *mapping, const struct mapping *top)
{
	if (mapping->first_child) {
		return mapping->first_child;
	}
	while (mapping != top) {
		if (mapping->next_sibling) {
			return mapping->next_sibling;
		}
		mapping = mapping->parent;
	}
	return NULL;
}

bool mapping_is_derived(const struct mapping *mapping, const struct mapping *ancestor)
{
	while (mapping && mapping != ancestor) {
		mapping = mapping->parent;
	}
	return mapping != NULL;
}

void mapping_unlink(const struct mapping *mapping)
{
	*mapping->sibling_link = mapping->next_sibling;
	if (mapping->next_sibling) {
		mapping->next_sibling->sibling_link = mapping->sibling_link;
	}
}

void mapping_write_entry(page_table_entry *entry, const struct page *page)
{
	*entry = page->physical | PAGE_PRESENT | PAGE_USER | (page->rights == RIGHTS_WRITABLE ? PAGE_WRITABLE : 0) |
		 (page->size_log2 == SUPERPAGE_LOG2 ? PAGE_LARGE : 0);
}

/* Below parent, or as the root, whose frame names it. */
static void place(struct mapping *mapping, struct mapping *parent, unsigned physical)
{
	if (parent) {
		mapping_link(parent, mapping);
	} else {
		mapping->sibling_link = &frame_of(physical)->root;
		*mapping->sibling_link = mapping;
	}
}

struct mapping *mapping_add(struct mapping *parent, struct space *space, unsigned address, const struct page *page)
{
	page_table_entry *entry = entry_make(space->page_directory, address, page->size_log2);
	struct mapping *mapping = entry ? slab_allocate(&mapping_slab) : NULL;
	if (!mapping) {
		return NULL;
	}
	mapping->space = space;
	mapping->address = address;
	mapping->rights = page->rights;
	mapping->size_log2 = (unsigned char)page->size_log2;
	place(mapping, parent, page->physical);
	*node_of(entry) = mapping;
	mapping_write_entry(entry, page);
	return mapping;
}

void mapping_changed(const struct mapping *mapping)
{
	if (mapping->size_log2 == SUPERPAGE_LOG2) {
		small_space_hide(mapping->space, mapping->address);
	}
	entry_changed(mapping->space, mapping->address);
}

void mapping_clear_entry(const struct mapping *mapping)
{
	page_table_entry *entry = entry_of(mapping);
	*entry = 0;
	*node_of(entry) = NULL;
	mapping_changed(mapping);
}

/* Takes a leaf away. */
static void remove(struct mapping *leaf)
{
	mapping_clear_entry(leaf);
	mapping_unlink(leaf);
	slab_free(&mapping_slab, leaf);
}

bool mapping_remove_descendants(struct mapping *top, unsigned most)
{
	for (struct mapping *leaf = top;;) {
		while (leaf->first_child) {
			leaf = leaf->first_child;
		}
		if (leaf == top || most-- == 0) {
			return leaf == top;
		}
		struct mapping *parent = leaf->parent;
		remove(leaf);
		leaf = parent;
	}
}

void mapping_remove_tree(struct mapping *top)
{
	mapping_remove_descendants(top, UNLIMITED);
	remove(top);
}

void mapping_make_read_only(struct mapping *mapping)
{
	if (mapping->rights == RIGHTS_WRITABLE) {
		mapping->rights = RIGHTS_READ_ONLY;
		*entry_of(mapping) &= ~(page_table_entry)PAGE_WRITABLE;
		mapping_changed(mapping);
	}
}

/* Nodes for all entries of a new page table, in no tree yet; the table, or 0. */
static unsigned make_pages(const struct mapping *large)
{
	unsigned table = table_create();
	struct mapping **nodes = table ? frame_table[table >> FRAME_SHIFT].nodes : NULL;
	for (unsigned page = 0; table && page < TABLE_ENTRIES; page++) {
		nodes[page] = slab_allocate(&mapping_slab);
		if (!nodes[page]) {
			while (page > 0) {
				slab_free(&mapping_slab, nodes[--page]);
			}
			table_delete(table);
			return 0;
		}
		nodes[page]->space = large->space;
		nodes[page]->address = large->address + page * FRAME_SIZE;
		nodes[page]->rights = large->rights;
		nodes[page]->size_log2 = L4_PAGE_SIZE_LOG2;
	}
	return table;
}

/* One whose children are pages of 4 KB: they become children of the page that they show. */
static bool split_one(struct mapping *large)
{
	page_table_entry *entry = entry_of(large);
	unsigned physical = entry_frame(*entry, large->address);
	unsigned table = large->parent || physical < DEVICE_MEMORY ? make_pages(large) : 0;
	if (!table) {
		return false;
	}
	struct mapping **nodes = frame_table[table >> FRAME_SHIFT].nodes;
	page_table_entry *entries = window(table);
	mapping_unlink(large);
	for (unsigned number = 0; number < TABLE_ENTRIES; number++) {
		struct page page = {physical + number * FRAME_SIZE, L4_PAGE_SIZE_LOG2, large->rights};
		place(nodes[number], large->parent, page.physical);
		mapping_write_entry(&entries[number], &page);
	}
	while (large->first_child) {
		struct mapping *child = large->first_child;
		unsigned frame = entry_frame(*entry_of(child), child->address) - physical;
		mapping_unlink(child);
		mapping_link(nodes[frame >> FRAME_SHIFT], child);
	}
	*node_of(entry) = NULL;
	*entry = table | DIRECTORY_BITS;
	mapping_changed(large);
	slab_free(&mapping_slab, large);
	return true;
}

static struct mapping *large_child(const struct mapping *mapping)
{
	struct mapping *child = mapping->first_child;
	while (child && child->size_log2 != SUPERPAGE_LOG2) {
		child = child->next_sibling;
	}
	return child;
}

bool mapping_split(struct mapping *top)
{
	for (;;) {
		struct mapping *innermost = top, *child;
		while ((child = large_child(innermost))) {
			innermost = child;
		}
		bool last = innermost == top;
		if (!split_one(innermost)) {
			return false;
		}
		if (last) {
			return true;
		}
	}
}
