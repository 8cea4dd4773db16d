/* SPDX-License-Identifier: MIT
 * Time: a tick a top half, and processes that sleep until a tick.
 */
#include "clock.h"
#include "arch.h"
#include "ia32.h"
#include "interrupt.h"
#include "process.h"

#define TIMER_IRQ 0

void timer_program(void);

volatile unsigned clock_ticks;

static unsigned start_date;
static struct wait_queue sleep_queue; /* only timers and signals wake those who wait in it */

static void timer_top_half(void)
{
	clock_ticks++;
	if (timer_is_due()) {
		bottom_half_mark(BOTTOM_HALF_TIMER);
	}
}

void clock_start(void)
{
	start_date = rtc_read();
	timer_program();
	arch_interrupt_start(TIMER_IRQ, timer_top_half);
}

unsigned clock_now(void) { return start_date + clock_ticks / TICKS_PER_SECOND; }

unsigned clock_start_date(void) { return start_date; }

bool clock_sleep_until(struct process *process, unsigned tick)
{
	unsigned flags = critical_enter();

	while (!clock_is_past(tick) && !signal_pending(process)) {
		wait_until(&sleep_queue, true, tick);
	}
	critical_leave(flags);
	return clock_is_past(tick);
}
