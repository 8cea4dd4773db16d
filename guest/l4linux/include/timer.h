/* SPDX-License-Identifier: MIT
 * Timers: something that shall happen at a tick of the clock, in the bottom half.
 */
#ifndef LINUX_TIMER_H
#define LINUX_TIMER_H

#include "types.h"

struct process;

struct timer {
	struct timer *next;
	unsigned tick;
	void (*expire)(struct process *process);
	struct process *process;
	bool is_set;
};

struct interval_timer {
	struct timer timer;
	unsigned interval; /* ticks; 0: once */
};

void timer_set(struct timer *timer, struct process *process, unsigned tick, void (*expire)(struct process *));
void timer_cancel(struct timer *timer);

#endif
