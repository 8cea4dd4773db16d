/* SPDX-License-Identifier: MIT
 *
 * The mapping database: for each frame of memory the tree of its mappings, sigma0's at the root. Every page-table
 * entry of the user part has its node here and the other way round.
 */
#pragma once

#include <stdbool.h>

#include "space.h"

enum mapping_rights {
	RIGHTS_READ_ONLY,
	RIGHTS_WRITABLE,
};

struct mapping {
	struct space *space;
	unsigned address; /* virtual, a multiple of the page's size */
	struct mapping *parent;
	struct mapping *first_child;
	struct mapping *next_sibling;
	struct mapping **sibling_link; /* what points to it: a sibling's next_sibling, or the parent's first_child */
	enum mapping_rights rights;
	unsigned char size_log2; /* L4_PAGE_SIZE_LOG2 or SUPERPAGE_LOG2; at most that of the parent */
};

struct frame {
	/* sigma0's mapping, or of the space it granted the frame to; null: nobody's yet. Of a 4 MB page: its first frame's. */
	struct mapping *root;
	/* If the frame is a page table: the node of each of its entries. Of a directory: of its 4 MB pages; null: it had none. */
	struct mapping **nodes;
};

extern struct frame *frame_table;
extern unsigned frame_count;

/* Device memory, where no RAM is: only 4 MB pages, here with their roots. sigma0 has it 1 GB lower. */
#define DEVICE_MEMORY 0x80000000u
enum { DEVICE_FRAMES = 512 };
extern struct frame device_frames[DEVICE_FRAMES];

enum map_result {
	MAP_DONE,
	MAP_NOTHING, /* there is nothing at the source, or no place for it */
	MAP_NO_MEMORY,
};

struct map_request {
	struct space *from, *to;
	unsigned source, destination; /* page-aligned user addresses */
	unsigned left;                /* from the first to the last page that is wanted */
	bool writable, grant;
	unsigned done; /* set: so many bytes, a page of either size, or where there is no page table */
};

/* A table for the frames below memory_end. */
void mapping_initialize(unsigned memory_end);

/* One page from one space to another: of 4 MB if it is one, all of it is wanted, and it can be one there. */
enum map_result mapping_map(struct map_request *request);

/* For the fast path: the running thread answers the page fault of a receiver, whose window is its whole space, with one
 * page that it has, for a place that has a page table and nothing there yet: the commonest answer of a pager. True: it is
 * mapped; false: it is something else, and nothing has changed. Passes the probes ipc-send and map. */
bool mapping_answer_fault(const struct tcb *receiver, unsigned send_base, l4_fpage fpage);

/* What is derived from the page of a space; with own, that page's mapping too. Of a 4 MB page all, or the first 4 KB if left,
 * from the first to the last page that is meant, is less. The bytes that are done with; 0: only some of it has gone, so that
 * interrupts need not wait; call it again. */
unsigned mapping_unmap(struct space *space, unsigned address, unsigned left, bool own, bool write_access_only);

/* All pages of a space, which gets no new ones, and everything derived from them. False: only some of it has gone; call it
 * again. */
bool mapping_flush_space(struct space *space);

/* sigma0's mapping at this address comes into being, if the frame may be sigma0's; of this size if all of it was nobody's
 * yet. Device memory comes in 4 MB pages. */
enum map_result mapping_sigma0(unsigned address, unsigned size_log2);
