/* SPDX-License-Identifier: MIT
 *
 * The kernel's test of itself, run as a root task: each chapter is a function that checks one part of the ABI and
 * prints a line for each check. Threads of this task and tasks made from it are the partners.
 */
#ifndef L4TEST_CHECK_H
#define L4TEST_CHECK_H

#include <l4/kip.h>
#include <l4/sigma0.h>
#include <l4/syscalls.h>
#include <stdbool.h>

#include "console.h"
#include "tasks.h"

/* lthreads of this task, by what they are for. */
enum {
	PAGER = 1, /* maps this program's memory to the tasks made here */
	PARTNER = 2,
	OTHER = 3,
	THIRD = 4,
};

enum {
	INFO_PAGE = 0x20000000, /* where the kernel info page is mapped */
	SCRATCH = 0x30000000,   /* pages that chapters map and unmap */
	UNUSED_TASK = 100,
	MAIN_PRIORITY = 16,
};

/* Prints "ok NAME" or "FAIL NAME". */
void check(const char *name, bool condition);

/* The same, and what was there instead. */
void check_equal(const char *name, unsigned value, unsigned expected);

extern struct l4_threadid main_thread;
extern struct l4_threadid pager_thread;

const struct l4_kernel_info *kernel_info_page(void);

/* Sleeps until another thread has had its chance; a few ticks. */
void let_others_run(void);

/* A thread of this task that does nothing but wait for ever for nobody. */
void stop_thread(unsigned lthread);

/* Waits for anything and sends both words + 1 back, for ever. */
void echo(void);

void check_superpages(void);
void check_sigma0(void);
void check_ids(void);
void check_ipc(void);
void check_timeouts(void);
void check_long_messages(void);
void check_clans(void);
void check_mapping(void);
void check_unmap(void);
void check_threads(void);
void check_tasks(void);
void check_scheduling(void);
void check_donated_time(void);
void check_preempters(void);
void check_exceptions(void);
void check_cancelled_calls(void);
void check_debug_registers(void);
void check_counters(void);
void check_interrupts(void);
void check_associations(void);
void check_fpu(void);
void check_small_spaces(void);
void check_small_space_sizes(void);
void check_hostile(void);
void check_memory_exhaustion(void);

/* These need a processor that checks segment limits, as all do, but not every emulator. */
bool segment_limits_are_checked(void);
void check_leaving_small_spaces(void);
void check_leaving_small_space_sizes(void);
void check_segment_extension(void);
void check_protection(void);

#endif
