/* SPDX-License-Identifier: MIT
 *
 * The mapping database. A mapping is derived from its parent: to unmap is to take away a node's descendants, to
 * flush takes the node too, to grant moves the node. sigma0's nodes are the roots; they are made when first needed.
 * L4 reference manual, "Mapping, Granting, Unmapping"; Liedtke, SOSP'95, section 2.1.
 *
 * Trees are walked without recursion, because kernel stacks are small and trees may be deep.
 */
#include "mapping.h"

#include <l4/probes.h>
#include <stddef.h>

#include "kip.h"
#include "memory.h"
#include "paging.h"
#include "tcb.h"

struct frame *frame_table;
unsigned frame_count;

enum { UNMAPPED_AT_ONCE = 64 };
#define UNLIMITED ~0u

static struct slab mapping_slab = {.object_size = sizeof(struct mapping)};

void mapping_initialize(unsigned memory_end)
{
	frame_count = memory_end >> FRAME_SHIFT;
	frame_table = boot_allocate(frame_count * sizeof *frame_table);
}

static struct frame *frame_of(page_table_entry entry)
{
	return &frame_table[entry >> FRAME_SHIFT];
}

static page_table_entry *entry_of(const struct mapping *mapping)
{
	return entry_find(mapping->space->page_directory, mapping->address);
}

/* The node after this one in the subtree of top, parents before children; null after the last. */
static struct mapping *next_in_tree(struct mapping *mapping, const struct mapping *top)
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

/* Where the node of a page-table entry is named, beside the entry's page table. */
static struct mapping **node_of(const page_table_entry *entry)
{
	const struct frame *table = &frame_table[physical_of(entry) >> FRAME_SHIFT];
	return &table->nodes[(unsigned)entry % FRAME_SIZE / sizeof *entry];
}

static void write_entry(page_table_entry *entry, const struct frame *frame, enum mapping_rights rights)
{
	unsigned physical = (unsigned)(frame - frame_table) << FRAME_SHIFT;
	*entry = physical | PAGE_PRESENT | PAGE_USER | (rights == RIGHTS_WRITABLE ? PAGE_WRITABLE : 0);
}

static void link_child(struct mapping *parent, struct mapping *child)
{
	child->parent = parent;
	child->previous_sibling = NULL;
	child->next_sibling = parent->first_child;
	if (parent->first_child) {
		parent->first_child->previous_sibling = child;
	}
	parent->first_child = child;
}

/* Takes a node out of its tree, with what is derived from it. */
static void unlink(struct frame *frame, const struct mapping *mapping)
{
	if (mapping->previous_sibling) {
		mapping->previous_sibling->next_sibling = mapping->next_sibling;
	} else if (mapping->parent) {
		mapping->parent->first_child = mapping->next_sibling;
	} else {
		frame->root = NULL;
	}
	if (mapping->next_sibling) {
		mapping->next_sibling->previous_sibling = mapping->previous_sibling;
	}
}

/* A node below parent (null: the frame's root) and its page-table entry; null: out of memory. */
static struct mapping *add(struct frame *frame, struct mapping *parent, struct space *space, unsigned address,
			   enum mapping_rights rights)
{
	page_table_entry *entry = entry_make(space->page_directory, address);
	struct mapping *mapping = entry ? slab_allocate(&mapping_slab) : NULL;
	if (!mapping) {
		return NULL;
	}
	mapping->space = space;
	mapping->address = address;
	mapping->rights = rights;
	if (parent) {
		link_child(parent, mapping);
	} else {
		frame->root = mapping;
	}
	*node_of(entry) = mapping;
	write_entry(entry, frame, rights);
	return mapping;
}

/* Takes a leaf away. */
static void remove(struct frame *frame, struct mapping *leaf)
{
	page_table_entry *entry = entry_of(leaf);
	*entry = 0;
	*node_of(entry) = NULL;
	entry_changed(leaf->space, leaf->address);
	unlink(frame, leaf);
	slab_free(&mapping_slab, leaf);
}

/* Leaves first, at most so many. True: nothing is derived from the node any more. */
static bool remove_descendants(struct frame *frame, struct mapping *top, unsigned most)
{
	for (; top->first_child; most--) {
		struct mapping *leaf = top->first_child;
		while (leaf->first_child) {
			leaf = leaf->first_child;
		}
		if (most == 0) {
			return false;
		}
		remove(frame, leaf);
	}
	return true;
}

static void remove_tree(struct frame *frame, struct mapping *top)
{
	remove_descendants(frame, top, UNLIMITED);
	remove(frame, top);
}

static void make_read_only(struct mapping *mapping)
{
	if (mapping->rights == RIGHTS_WRITABLE) {
		mapping->rights = RIGHTS_READ_ONLY;
		*entry_of(mapping) &= ~(page_table_entry)PAGE_WRITABLE;
		entry_changed(mapping->space, mapping->address);
	}
}

enum map_result mapping_sigma0(unsigned address)
{
	if (address >> FRAME_SHIFT >= frame_count || !kip_frame_is_users(address)) {
		return MAP_NOTHING;
	}
	struct frame *frame = &frame_table[address >> FRAME_SHIFT];
	if (frame->root) {
		return frame->root->space == sigma0_space ? MAP_DONE : MAP_NOTHING;
	}
	enum mapping_rights rights = kip_frame_is_info_page(address) ? RIGHTS_READ_ONLY : RIGHTS_WRITABLE;
	return add(frame, NULL, sigma0_space, address, rights) ? MAP_DONE : MAP_NO_MEMORY;
}

static enum map_result find_source(const struct map_request *request, struct frame **frame, struct mapping **source)
{
	if (request->from == sigma0_space) {
		enum map_result result = mapping_sigma0(request->source);
		if (result != MAP_DONE) {
			return result;
		}
	}
	const page_table_entry *entry = entry_find(request->from->page_directory, request->source);
	if (!entry || !(*entry & PAGE_PRESENT)) {
		return MAP_NOTHING;
	}
	*frame = frame_of(*entry);
	*source = *node_of(entry);
	return MAP_DONE;
}

/* The destination shows this frame already: more rights, never fewer. They are derived from whose they are, so the node
 * moves there with all below it; a writable source is never below a destination that is not. */
static void upgrade(struct frame *frame, struct mapping *destination, struct mapping *source,
		    enum mapping_rights rights)
{
	if (rights == RIGHTS_WRITABLE && destination->rights == RIGHTS_READ_ONLY) {
		/* While the node is in no tree a debugger finds no entry of it either. */
		volatile page_table_entry *entry = entry_of(destination);
		page_table_entry old = *entry;
		*entry = 0;
		__asm__ volatile("" : : : "memory");
		unlink(frame, destination);
		link_child(source, destination);
		destination->rights = RIGHTS_WRITABLE;
		__asm__ volatile("" : : : "memory");
		*entry = old | PAGE_WRITABLE;
		/* A TLB may hold the entry without the right: it costs a needless fault otherwise. */
		entry_changed(destination->space, destination->address);
	}
}

static bool is_derived(const struct mapping *mapping, const struct mapping *ancestor)
{
	while (mapping && mapping != ancestor) {
		mapping = mapping->parent;
	}
	return mapping != NULL;
}

/* Moves the node; what is derived from it stays so. */
static void grant(struct frame *frame, struct mapping *mapping, const struct map_request *request,
		  page_table_entry *destination, enum mapping_rights rights)
{
	page_table_entry *source = entry_of(mapping);
	*source = 0;
	*node_of(source) = NULL;
	entry_changed(mapping->space, mapping->address);
	mapping->space = request->to;
	mapping->address = request->destination;
	*node_of(destination) = mapping;
	write_entry(destination, frame, mapping->rights);
	if (rights == RIGHTS_READ_ONLY) {
		for (struct mapping *m = mapping; m; m = next_in_tree(m, mapping)) {
			make_read_only(m);
		}
	}
}

enum map_result mapping_map(const struct map_request *request)
{
	struct frame *frame;
	struct mapping *source;
	/* sigma0's mappings are roots: nobody maps into it. */
	enum map_result result = request->to == sigma0_space ? MAP_NOTHING : find_source(request, &frame, &source);
	if (result != MAP_DONE) {
		return result;
	}
	enum mapping_rights rights = request->writable ? source->rights : RIGHTS_READ_ONLY;
	page_table_entry *entry = entry_make(request->to->page_directory, request->destination);
	if (!entry) {
		return MAP_NO_MEMORY;
	}
	if (*entry & PAGE_PRESENT) {
		struct frame *old = frame_of(*entry);
		struct mapping *destination = *node_of(entry);
		if (old == frame && !request->grant) {
			upgrade(frame, destination, source, rights);
			return MAP_DONE;
		}
		if (old == frame && !is_derived(destination, source)) {
			/* The receiver has the frame from elsewhere: the granter's mapping just goes. */
			remove_tree(frame, source);
			return MAP_DONE;
		}
		remove_tree(old, destination);
	}
	if (request->grant) {
		grant(frame, source, request, entry, rights);
		return MAP_DONE;
	}
	return add(frame, source, request->to, request->destination, rights) ? MAP_DONE : MAP_NO_MEMORY;
}

_Static_assert(RIGHTS_READ_ONLY == 0 && RIGHTS_WRITABLE == 1 && (int)L4_FPAGE_WRITABLE == 2,
	       "mapping_answer_fault calculates with them");

/* One page, neither granted nor from sigma0, whose mappings come into being when they are asked for; sigma0 has no pager. */
static bool is_simple(const struct space *from, const struct space *to, l4_fpage fpage, unsigned destination)
{
	enum { SIZE_AND_GRANT = L4_FPAGE_SIZE_MASK << L4_FPAGE_SIZE_SHIFT | L4_FPAGE_GRANT };
	return (fpage & SIZE_AND_GRANT) == L4_PAGE_SIZE_LOG2 << L4_FPAGE_SIZE_SHIFT && fpage < USER_LIMIT &&
	       destination < USER_LIMIT && from != to && from != sigma0_space;
}

bool mapping_answer_fault(const struct tcb *receiver, unsigned send_base, l4_fpage fpage)
{
	const struct tcb *self = current;
	struct space *from = self->space, *to = receiver->space;
	unsigned destination = send_base & L4_PAGE_MASK;
	struct mapping *child = mapping_slab.free;
	if (!child || !is_simple(from, to, fpage, destination)) {
		return false;
	}
	const page_table_entry *source = entry_find(from->page_directory, fpage & L4_PAGE_MASK);
	page_table_entry *entry = entry_find(to->page_directory, destination);
	if (!source || !entry || !(*source & PAGE_PRESENT) || (*entry & PAGE_PRESENT)) {
		return false;
	}
	L4_PROBE7("l4", "ipc-send", self, receiver->id.low, receiver->id.high, L4_SEND_MAP, self->user_frame->ebp,
		  send_base, fpage);
	slab_take(&mapping_slab);
	struct mapping *parent = *node_of(source);
	unsigned writable = (unsigned)parent->rights & fpage / L4_FPAGE_WRITABLE;
	child->space = to;
	child->address = destination;
	child->first_child = NULL;
	child->rights = (enum mapping_rights)writable;
	link_child(parent, child);
	*node_of(entry) = child;
	*entry = (*source & L4_PAGE_MASK) | PAGE_PRESENT | PAGE_USER | writable * PAGE_WRITABLE;
	L4_PROBE6("l4", "map", from, to, fpage & L4_PAGE_MASK, destination, L4_PAGE_SIZE_LOG2, writable);
	return true;
}

bool mapping_unmap(struct space *space, unsigned address, bool own, bool write_access_only)
{
	const page_table_entry *entry = entry_find(space->page_directory, address);
	if (!entry || !(*entry & PAGE_PRESENT)) {
		return true;
	}
	struct frame *frame = frame_of(*entry);
	struct mapping *top = *node_of(entry);
	if (write_access_only) {
		for (struct mapping *m = own ? top : next_in_tree(top, top); m; m = next_in_tree(m, top)) {
			make_read_only(m);
		}
	} else if (!remove_descendants(frame, top, UNMAPPED_AT_ONCE)) {
		return false;
	} else if (own) {
		remove(frame, top);
	}
	return true;
}

bool mapping_flush_space(struct space *space)
{
	unsigned left = UNMAPPED_AT_ONCE;
	if (space->flushed % SUPERPAGE_SIZE == 0) {
		space->flushed = directory_next(space->page_directory, space->flushed);
	}
	if (space->flushed >= USER_LIMIT) {
		return true;
	}
	const page_table_entry *entry = entry_find(space->page_directory, space->flushed);
	do {
		for (struct mapping *parent = NULL; *entry & PAGE_PRESENT; left--) {
			struct mapping *leaf = parent ? parent : *node_of(entry);
			if (left == 0) {
				return false;
			}
			while (leaf->first_child) {
				leaf = leaf->first_child;
			}
			parent = leaf->parent;
			remove(frame_of(*entry), leaf);
		}
		entry++;
		space->flushed += FRAME_SIZE;
	} while (space->flushed % SUPERPAGE_SIZE != 0);
	return false;
}
