/* SPDX-License-Identifier: MIT
 * Waiting for files to be ready: what fs/sys_poll.c and fs/sys_select.c share.
 */
#ifndef LINUX_POLL_H
#define LINUX_POLL_H

#include "process.h"

/* Which of POLL* hold for a descriptor; POLLNVAL: there is none. */
unsigned poll_file(struct process *process, unsigned fd);

struct poll_time {
	bool limited;
	unsigned ticks; /* from now */
};

/* How many are ready now; or a negative error. */
typedef int poll_look(struct process *process, void *request);

/* Until something is ready, the time is over (0) or a signal comes (-ERESTARTNOHAND). */
int poll_wait(struct process *process, const struct poll_time *time, poll_look *look, void *request);

/* The steps around it: a timespec in and what is left of it out, a mask of signals for the time of the call. */
int poll_time_in(struct process *process, unsigned address, bool wide, struct poll_time *time);
int poll_time_out(struct process *process, unsigned address, bool wide, const struct poll_time *time, int result);
int poll_block(struct process *process, unsigned address, unsigned size);
int poll_unblock(struct process *process, int result);

#endif
