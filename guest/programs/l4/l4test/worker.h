/* SPDX-License-Identifier: MIT
 *
 * A task that runs functions of this program on command, in memory that it shares with the others one-to-one. Where
 * the program is not, its pager maps a page full of MARKER, and notes where and how often.
 */
#ifndef L4TEST_WORKER_H
#define L4TEST_WORKER_H

#include "check.h"

enum {
	MARKER = 0xc3c3c3c3, /* also a RET, for who calls there */
	WORKER_PAGER = 6,
};

typedef unsigned worker_job(void);

extern volatile unsigned worker_faults, worker_fault_address;

/* Makes the task (anew) and puts it into a small space; 0: large. */
struct l4_threadid worker_start(unsigned small_space);
void worker_stop(void);

/* Runs the job in the task; its value. */
unsigned worker_run(worker_job *job);

/* Takes the marker page away from all who have it. */
void worker_take_marker(void);

/* The small space that a thread's task is in; 0: large. */
unsigned small_space_of(struct l4_threadid thread);

/* False: refused. */
bool set_small_space(struct l4_threadid thread, unsigned priority, unsigned small_space);

#endif
