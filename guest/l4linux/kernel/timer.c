/* SPDX-License-Identifier: MIT
 * The list of timers that are set, in no order; there are few.
 */
#include "timer.h"
#include "clock.h"
#include "ia32.h"
#include "interrupt.h"

void timer_bottom_half(void);

static struct timer *timers;

bool clock_is_past(unsigned tick) { return (int)(clock_ticks - tick) >= 0; }

void timer_set(struct timer *timer, struct process *process, unsigned tick, void (*expire)(struct process *))
{
	unsigned flags = critical_enter();

	timer_cancel(timer);
	*timer = (struct timer){ timers, tick, expire, process, true };
	timers = timer;
	critical_leave(flags);
}

void timer_cancel(struct timer *timer)
{
	unsigned flags = critical_enter();
	struct timer **link = &timers;

	if (timer->is_set) {
		while (*link != timer) {
			link = &(*link)->next;
		}
		*link = timer->next;
		timer->is_set = false;
	}
	critical_leave(flags);
}

/* In the top half: is there anything for the bottom half? */
bool timer_is_due(void)
{
	for (const struct timer *timer = timers; timer; timer = timer->next) {
		if (clock_is_past(timer->tick)) {
			return true;
		}
	}
	return false;
}

static struct timer *take_due(void)
{
	for (struct timer *timer = timers; timer; timer = timer->next) {
		if (clock_is_past(timer->tick)) {
			timer_cancel(timer);
			return timer;
		}
	}
	return NULL;
}

void timer_bottom_half(void)
{
	unsigned flags = critical_enter();
	struct timer *timer;

	while ((timer = take_due())) {
		timer->expire(timer->process);
	}
	critical_leave(flags);
}
