/* SPDX-License-Identifier: MIT
 *
 * The mapping database. A mapping is derived from its parent: to unmap is to take away a node's descendants, to
 * flush takes the node too, to grant moves the node. sigma0's nodes are the roots; they are made when first needed.
 * L4 reference manual, "Mapping, Granting, Unmapping"; Liedtke, SOSP'95, section 2.1.
 */
#include "mapping.h"

#include <l4/probes.h>
#include <l4/sigma0.h>
#include <stddef.h>

#include "kip.h"
#include "mapping_tree.h"
#include "tcb.h"

enum { UNMAPPED_AT_ONCE = 64 };

/* The page table at an address goes, with all pages that it has: a 4 MB page comes. */
static void clear_place(struct space *space, unsigned address)
{
	if (is_table(*directory_entry(space->page_directory, address))) {
		const page_table_entry *table = entry_find(space->page_directory, address);
		for (unsigned page = 0; page < TABLE_ENTRIES; page++) {
			if (table[page] & PAGE_PRESENT) {
				mapping_remove_tree(*node_of(&table[page]));
			}
		}
		table_remove(space, address);
	}
}

static bool may_be_sigma0s(unsigned physical)
{
	return kip_frame_is_users(physical) && !frame_of(physical)->root;
}

/* None of its 1024 frames was asked for yet. */
static bool is_untouched(unsigned superpage)
{
	unsigned end = superpage + SUPERPAGE_SIZE;
	while (superpage < end && may_be_sigma0s(superpage) && !kip_frame_is_info_page(superpage)) {
		superpage += FRAME_SIZE;
	}
	return superpage == end;
}

enum map_result mapping_sigma0(unsigned address, unsigned size_log2)
{
	struct page page = {address, L4_PAGE_SIZE_LOG2, RIGHTS_WRITABLE};
	unsigned superpage = address & ~(SUPERPAGE_SIZE - 1u);
	if (mapping_at(sigma0_space, address)) {
		return MAP_DONE;
	}
	if (address >= L4_SIGMA0_DEVICE_BASE) {
		page.physical = superpage + (DEVICE_MEMORY - L4_SIGMA0_DEVICE_BASE);
		page.size_log2 = SUPERPAGE_LOG2;
		if (frame_of(page.physical)->root) {
			return MAP_NOTHING;
		}
	} else if (size_log2 == SUPERPAGE_LOG2 && is_untouched(superpage)) {
		page.size_log2 = SUPERPAGE_LOG2;
		clear_place(sigma0_space, superpage);
	} else if (!may_be_sigma0s(address)) {
		return MAP_NOTHING;
	} else if (kip_frame_is_info_page(address)) {
		page.rights = RIGHTS_READ_ONLY;
	}
	address = page.size_log2 == SUPERPAGE_LOG2 ? superpage : address;
	return mapping_add(NULL, sigma0_space, address, &page) ? MAP_DONE : MAP_NO_MEMORY;
}

/* All of the 4 MB at this address, or these two, is meant. */
static bool is_whole(unsigned addresses, unsigned left)
{
	return addresses % SUPERPAGE_SIZE == 0 && left >= SUPERPAGE_SIZE - FRAME_SIZE;
}

/* Where there is no page table and no 4 MB page, to the next one. */
static unsigned step(const struct space *space, unsigned address)
{
	bool present = *directory_entry(space->page_directory, address) & PAGE_PRESENT;
	return present ? FRAME_SIZE : SUPERPAGE_SIZE - address % SUPERPAGE_SIZE;
}

static enum map_result find_source(struct map_request *request, struct mapping **source, struct page *page)
{
	bool whole = is_whole(request->source | request->destination, request->left);
	request->done = FRAME_SIZE;
	if (request->from == sigma0_space) {
		enum map_result result = mapping_sigma0(request->source, whole ? SUPERPAGE_LOG2 : L4_PAGE_SIZE_LOG2);
		if (result != MAP_DONE) {
			return result;
		}
	}
	struct mapping *found = mapping_at(request->from, request->source);
	if (!found) {
		request->done = step(request->from, request->source);
		return MAP_NOTHING;
	}
	*source = found;
	page->physical = entry_frame(*entry_of(found), request->source);
	page->size_log2 = whole ? found->size_log2 : L4_PAGE_SIZE_LOG2;
	page->rights = request->writable ? found->rights : RIGHTS_READ_ONLY;
	request->done = 1u << page->size_log2;
	return MAP_DONE;
}

/* The destination shows this page already: more rights, never fewer. They are derived from whose they are, so the node
 * moves there with all below it; a writable source is never below a destination that is not. */
static void upgrade(struct mapping *destination, struct mapping *source, enum mapping_rights rights)
{
	if (rights == RIGHTS_WRITABLE && destination->rights == RIGHTS_READ_ONLY) {
		/* While the node is in no tree a debugger finds no entry of it either. */
		volatile page_table_entry *entry = entry_of(destination);
		page_table_entry old = *entry;
		*entry = 0;
		__asm__ volatile("" : : : "memory");
		mapping_unlink(destination);
		mapping_link(source, destination);
		destination->rights = RIGHTS_WRITABLE;
		__asm__ volatile("" : : : "memory");
		*entry = old | PAGE_WRITABLE;
		/* A TLB may hold the entry without the right: it costs a needless fault otherwise. */
		mapping_changed(destination);
	}
}

/* Moves the node; what is derived from it stays so. */
static void grant(struct mapping *mapping, const struct map_request *request, page_table_entry *destination,
		  const struct page *page)
{
	struct page moved = {page->physical, page->size_log2, mapping->rights};
	mapping_clear_entry(mapping);
	mapping->space = request->to;
	mapping->address = request->destination;
	*node_of(destination) = mapping;
	mapping_write_entry(destination, &moved);
	if (page->rights == RIGHTS_READ_ONLY) {
		for (struct mapping *m = mapping; m; m = mapping_next(m, mapping)) {
			mapping_make_read_only(m);
		}
	}
}

/* Of a 4 MB page only a part is to be granted, or to be another page. */
static enum map_result split_and_map(struct mapping *large, struct map_request *request)
{
	return mapping_split(large) ? mapping_map(request) : MAP_NO_MEMORY;
}

enum map_result mapping_map(struct map_request *request)
{
	struct mapping *source;
	struct page page;
	enum map_result result = find_source(request, &source, &page);
	if (result != MAP_DONE) {
		return result;
	}
	if (request->grant && source->size_log2 > page.size_log2) {
		return split_and_map(source, request);
	}
	struct mapping *old = mapping_at(request->to, request->destination);
	bool same = old && old->size_log2 >= page.size_log2 &&
		    entry_frame(*entry_of(old), request->destination) == page.physical;
	if (same && !request->grant && old->rights >= page.rights) {
		return MAP_DONE;
	}
	if (old && old->size_log2 > page.size_log2) {
		return split_and_map(old, request);
	}
	if (old && old->size_log2 == page.size_log2) {
		if (same && !request->grant) {
			upgrade(old, source, page.rights);
			return MAP_DONE;
		}
		if (same && !mapping_is_derived(old, source)) {
			/* The receiver has the frame from elsewhere: the granter's mapping just goes. */
			mapping_remove_tree(source);
			return MAP_DONE;
		}
		mapping_remove_tree(old);
	} else if (page.size_log2 == SUPERPAGE_LOG2) {
		clear_place(request->to, request->destination);
	}
	page_table_entry *entry = entry_make(request->to->page_directory, request->destination, page.size_log2);
	if (entry && request->grant) {
		grant(source, request, entry, &page);
		return MAP_DONE;
	}
	return entry && mapping_add(source, request->to, request->destination, &page) ? MAP_DONE : MAP_NO_MEMORY;
}

_Static_assert(RIGHTS_READ_ONLY == 0 && RIGHTS_WRITABLE == 1 && (int)L4_FPAGE_WRITABLE == 2,
	       "mapping_answer_fault calculates with them");

/* Whatever is not the commonest answer is somebody else's. */
#define UNLESS(condition) if (__builtin_expect(!(condition), 0)) return false

bool mapping_answer_fault(const struct tcb *receiver, unsigned send_base, l4_fpage fpage)
{
	enum { SIZE_AND_GRANT = L4_FPAGE_SIZE_MASK << L4_FPAGE_SIZE_SHIFT | L4_FPAGE_GRANT };
	const struct tcb *self = current;
	struct space *from = self->space, *to = receiver->space;
	struct mapping *child = mapping_slab.free;
	/* One page, neither granted nor from sigma0, whose mappings come into being when they are asked for. */
	UNLESS((fpage & SIZE_AND_GRANT) == L4_PAGE_SIZE_LOG2 << L4_FPAGE_SIZE_SHIFT);
	UNLESS(fpage < USER_LIMIT && send_base < USER_LIMIT);
	UNLESS(child && from != to && from != sigma0_space);
	const page_table_entry *source = entry_find(from->page_directory, fpage);
	page_table_entry *entry = entry_find(to->page_directory, send_base);
	UNLESS(is_table(*directory_entry(to->page_directory, send_base)));
	UNLESS((*source & PAGE_PRESENT) && !(*entry & PAGE_PRESENT));
	L4_PROBE7("l4", "ipc-send", self, receiver->id.low, receiver->id.high, L4_SEND_MAP, self->user_frame->ebp,
		  send_base, fpage);
	mapping_slab.free = *(void **)child;
	free_object_bytes -= sizeof *child;
	struct mapping *parent = *node_of(source);
	unsigned writable = (unsigned)parent->rights & fpage / L4_FPAGE_WRITABLE;
	child->space = to;
	child->address = send_base & L4_PAGE_MASK;
	child->first_child = NULL;
	child->rights = (enum mapping_rights)writable;
	child->size_log2 = L4_PAGE_SIZE_LOG2;
	mapping_link(parent, child);
	*node_of(entry) = child;
	*entry = entry_frame(*source, fpage) | PAGE_PRESENT | PAGE_USER | writable * PAGE_WRITABLE;
	L4_PROBE6("l4", "map", from, to, fpage & L4_PAGE_MASK, send_base & L4_PAGE_MASK, L4_PAGE_SIZE_LOG2, writable);
	return true;
}

unsigned mapping_unmap(struct space *space, unsigned address, unsigned left, bool own, bool write_access_only)
{
	struct mapping *top = mapping_at(space, address);
	if (!top) {
		return step(space, address);
	}
	bool whole = top->size_log2 == L4_PAGE_SIZE_LOG2 || is_whole(address, left);
	unsigned done = whole ? 1u << top->size_log2 : FRAME_SIZE;
	if (!whole && mapping_split(top)) {
		return 0;
	}
	/* A 4 MB page for whose parts there is no memory goes as a whole. */
	if (write_access_only) {
		for (struct mapping *m = own ? top : mapping_next(top, top); m; m = mapping_next(m, top)) {
			mapping_make_read_only(m);
		}
	} else if (!mapping_remove_descendants(top, UNMAPPED_AT_ONCE)) {
		return 0;
	} else if (own) {
		mapping_remove_tree(top);
	}
	return done;
}

bool mapping_flush_space(struct space *space)
{
	for (unsigned pages = 0; pages < UNMAPPED_AT_ONCE; pages++) {
		if (space->flushed % SUPERPAGE_SIZE == 0) {
			space->flushed = directory_next(space->page_directory, space->flushed);
		}
		if (space->flushed >= USER_LIMIT) {
			return true;
		}
		struct mapping *page = mapping_at(space, space->flushed);
		if (page && page->first_child) {
			mapping_remove_descendants(page, UNMAPPED_AT_ONCE);
			return false;
		}
		space->flushed += page ? 1u << page->size_log2 : FRAME_SIZE;
		if (page) {
			mapping_remove_tree(page);
		}
	}
	return false;
}
