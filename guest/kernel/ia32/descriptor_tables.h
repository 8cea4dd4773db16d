/* SPDX-License-Identifier: MIT
 *
 * The processor's tables, for descriptors.c and for the assembly that changes what belongs to a thread or a space.
 * Pentium manual, volume 3, "Protected Mode" (descriptor formats).
 */
#pragma once

#include <l4/syscalls.h>
#include <stdbool.h>

#include "layout.h"

struct descriptor {
	unsigned low, high;
};

/* Only what a switch to ring 0 reads; the I/O map lies behind the limit, and IOPL 3 makes it idle. */
struct task_state_segment {
	unsigned link, esp0, ss0, unused[22];
	unsigned short trap, io_map;
};

enum { GDT_ENTRIES = (THREAD_SEGMENTS >> 3) + L4_THREAD_SEGMENTS };

extern struct descriptor gdt[GDT_ENTRIES];
extern struct task_state_segment tss;
extern bool has_thread_extras; /* segments beside the flat ones, or breakpoints, are loaded */
