/* SPDX-License-Identifier: MIT
 *
 * The trees of the mapping database, node by node, and the page-table entries that go with the nodes: for mapping.c alone.
 */
#pragma once

#include "mapping.h"
#include "memory.h"
#include "paging.h"

/* What a mapping shows. */
struct page {
	unsigned physical;
	unsigned size_log2;
	enum mapping_rights rights;
};

extern struct slab mapping_slab;

/* The frame that names the root of a page's tree. */
struct frame *frame_of(unsigned physical);
page_table_entry *entry_of(const struct mapping *mapping);

/* Where the node of an entry is named. */
static inline struct mapping **node_of(const page_table_entry *entry)
{
	const struct frame *table = &frame_table[physical_of(entry) >> FRAME_SHIFT];
	return &table->nodes[(unsigned)entry % FRAME_SIZE / sizeof *entry];
}

/* The mapping at an address of a space, or null. */
struct mapping *mapping_at(const struct space *space, unsigned address);

/* The node after this one in the subtree of top, parents before children; null after the last. */
struct mapping *mapping_next(struct mapping *mapping, const struct mapping *top);
bool mapping_is_derived(const struct mapping *mapping, const struct mapping *ancestor);

static inline void mapping_link(struct mapping *parent, struct mapping *child)
{
	child->parent = parent;
	child->sibling_link = &parent->first_child;
	child->next_sibling = parent->first_child;
	if (parent->first_child) {
		parent->first_child->sibling_link = &child->next_sibling;
	}
	parent->first_child = child;
}

/* Takes a node out of its tree, with what is derived from it. */
void mapping_unlink(const struct mapping *mapping);

/* A node below parent (null: the frame's root) and its entry, at which nothing is present; null: out of memory. */
struct mapping *mapping_add(struct mapping *parent, struct space *space, unsigned address, const struct page *page);
void mapping_write_entry(page_table_entry *entry, const struct page *page);

/* The entry of a node has lost rights, or is another one now. */
void mapping_changed(const struct mapping *mapping);

/* The node has no entry any more. */
void mapping_clear_entry(const struct mapping *mapping);

/* Leaves first, at most so many. True: nothing is derived from the node any more. */
bool mapping_remove_descendants(struct mapping *top, unsigned most);
void mapping_remove_tree(struct mapping *top);
void mapping_make_read_only(struct mapping *mapping);

/* A 4 MB page, and each that is derived from it, becomes 1024 pages. False: out of memory, with some of them done; or it is
 * device memory, whose frames have no roots. */
bool mapping_split(struct mapping *top);
