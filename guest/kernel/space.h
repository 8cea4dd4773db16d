/* SPDX-License-Identifier: MIT
 *
 * Address spaces, which are what tasks are to the kernel: a page directory and up to 128 threads. The table from
 * task numbers to spaces also keeps who may create the ones that are inactive.
 */
#pragma once

#include <l4/types.h>
#include <stdbool.h>

#include "ia32/descriptor_tables.h"

struct tcb;

struct space {
	unsigned task;
	unsigned page_directory; /* physical address */
	unsigned cr3;            /* the same, with a tag if the TLB has tags */
	unsigned small_slot;     /* 0: large */
	unsigned chief;          /* task number */
	struct l4_threadid id;   /* of lthread 0 */
	bool without_io; /* IN, OUT, CLI and STI are exceptions: IOPL 0 */
	unsigned flushed; /* while it is deleted: below this address it has no mappings any more */
	struct descriptor user_segments[2]; /* data, code */
	struct space *space_next, **space_link; /* space_list; the pointer to this one */
	struct tcb *threads[L4_LTHREADS];
};

/* By task number. One that was never handed out belongs to the root task. */
struct task_slot {
	struct space *space; /* null: inactive */
	unsigned short creator; /* who may create it, while it is inactive */
	unsigned short version; /* of the last task that had the number */
};

extern struct task_slot task_slots[L4_TASKS];
extern struct space *space_list;
extern struct space *kernel_space;
extern struct space *sigma0_space;

/* The active task with this number, or null. */
struct space *space_lookup(unsigned task);

/* Task 1, whose directory is the one that the kernel started with. */
void space_initialize(void);

/* A new empty space for an inactive task number; null: out of memory. */
struct space *space_create(unsigned task, unsigned chief, unsigned nest, unsigned site);

/* Deletes its threads; the running one is not one of them. False: there are none. */
bool space_stop(struct space *space);

/* Of a space without threads: its mappings and everything derived from them, its tables. False: only some of it has gone,
 * so that interrupts need not wait; call it again. */
bool space_delete(struct space *space);
