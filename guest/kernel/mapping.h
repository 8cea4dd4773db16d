/* SPDX-License-Identifier: MIT
 *
 * The mapping database: for each frame of memory the tree of its mappings, sigma0's at the root. Every page-table
 * entry of the user part has its node here and the other way round.
 */
#ifndef KERNEL_MAPPING_H
#define KERNEL_MAPPING_H

#include <stdbool.h>

#include "space.h"

enum mapping_rights {
	RIGHTS_READ_ONLY,
	RIGHTS_WRITABLE,
};

struct mapping {
	struct space *space;
	unsigned address; /* virtual, page-aligned */
	struct mapping *parent;
	struct mapping *first_child;
	struct mapping *next_sibling, *previous_sibling;
	enum mapping_rights rights;
};

struct frame {
	struct mapping *root;   /* sigma0's mapping, or of the space it granted the frame to; null: nobody's yet */
	struct mapping **nodes; /* if the frame is a page table: the node of each of its entries */
};

extern struct frame *frame_table;
extern unsigned frame_count;

enum map_result {
	MAP_DONE,
	MAP_NOTHING, /* there is nothing at the source, or no place for it */
	MAP_NO_MEMORY,
};

struct map_request {
	struct space *from, *to;
	unsigned source, destination; /* page-aligned user addresses */
	bool writable, grant;
};

/* A table for the frames below memory_end. */
void mapping_initialize(unsigned memory_end);

/* One page from one space to another. */
enum map_result mapping_map(const struct map_request *request);

/* For the fast path: the running thread answers the page fault of a receiver, whose window is its whole space, with one
 * page that it has, for a place that has a page table and nothing there yet: the commonest answer of a pager. True: it is
 * mapped; false: it is something else, and nothing has changed. Passes the probes ipc-send and map. */
bool mapping_answer_fault(const struct tcb *receiver, unsigned send_base, l4_fpage fpage);

/* What is derived from the page of a space; with own, that page's mapping too. False: only some of it has gone, so that
 * interrupts need not wait; call it again. */
bool mapping_unmap(struct space *space, unsigned address, bool own, bool write_access_only);

/* All pages of a space, which gets no new ones, and everything derived from them. False: only some of it has gone; call it
 * again. */
bool mapping_flush_space(struct space *space);

/* sigma0's mapping of the frame at this address comes into being, if the frame may be sigma0's. */
enum map_result mapping_sigma0(unsigned address);

#endif
