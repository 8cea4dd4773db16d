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
void timer_bottom_half(void);

volatile unsigned clock_ticks;

static unsigned start_date;
static struct process *sleepers; /* in no order; there are few */
static struct wait_queue sleep_queue;

static bool is_due(const struct process *process) { return (int)(clock_ticks - process->wakeup_tick) >= 0; }

static void timer_top_half(void)
{
	clock_ticks++;
	for (struct process *process = sleepers; process; process = process->sleeper_next) {
		if (is_due(process)) {
			bottom_half_mark(BOTTOM_HALF_TIMER);
			return;
		}
	}
}

void timer_bottom_half(void) { wait_queue_wake(&sleep_queue); }

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
	struct process **link = &sleepers;

	process->wakeup_tick = tick;
	process->sleeper_next = sleepers;
	sleepers = process;
	while (!is_due(process) && !process->fatal_signal) {
		wait_on(&sleep_queue);
	}
	while (*link != process) {
		link = &(*link)->sleeper_next;
	}
	*link = process->sleeper_next;
	critical_leave(flags);
	return is_due(process);
}
