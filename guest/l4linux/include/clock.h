/* SPDX-License-Identifier: MIT
 * Linux's time: ticks of the 8254 at 100 Hz since start, and the date that the real-time clock had then.
 */
#ifndef LINUX_CLOCK_H
#define LINUX_CLOCK_H

#include "types.h"

#define TICKS_PER_SECOND 100u

struct process;

extern volatile unsigned clock_ticks;

void clock_start(void);
unsigned clock_now(void);	     /* seconds since 1970 */
unsigned clock_start_date(void); /* seconds since 1970 at start */

bool clock_is_past(unsigned tick);
bool timer_is_due(void);

/* Blocks the process until that tick; false if a signal ended the wait. */
bool clock_sleep_until(struct process *process, unsigned tick);

/* The user's struct timespec (wide: with 64-bit members) as a number of ticks, rounded up, one more if it is not
 * zero, since the tick that is under way has partly passed. 0, -EFAULT or -EINVAL. */
bool clock_is_known(int clock);
int timespec_in_ticks(struct process *process, unsigned address, bool wide, unsigned *ticks);

unsigned rtc_read(void); /* seconds since 1970, from the CMOS clock */

#endif
