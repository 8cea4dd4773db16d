/* SPDX-License-Identifier: MIT
 * Bottom halves: what an interrupt has to do beyond its top half, in one table. They run one at a time, above
 * the server's main thread of control, and must not block.
 */
#include "arch.h"
#include "ia32.h"
#include "interrupt.h"

void timer_bottom_half(void);
void tty_bottom_half(void);
void disk_bottom_half(void);

static void (*const bottom_halves[BOTTOM_HALF_COUNT])(void) = {
	[BOTTOM_HALF_TIMER] = timer_bottom_half,
	[BOTTOM_HALF_TTY] = tty_bottom_half,
	[BOTTOM_HALF_DISK] = disk_bottom_half,
};

static volatile unsigned pending; /* one bit each */

void bottom_half_mark(enum bottom_half which)
{
	unsigned flags = critical_enter();

	pending |= 1u << which;
	arch_bottom_half_raise();
	critical_leave(flags);
}

bool bottom_half_pending(void) { return pending != 0; }

void bottom_half_run(void)
{
	unsigned flags = critical_enter();
	unsigned now = pending;

	pending = 0;
	critical_leave(flags);
	for (unsigned i = 0; i < BOTTOM_HALF_COUNT; i++) {
		if (now & (1u << i)) {
			bottom_halves[i]();
		}
	}
}
