/* SPDX-License-Identifier: MIT
 *
 * The kernel's clock: microseconds since it started, in steps of the real-time clock's periodic interrupt.
 */
#ifndef KERNEL_CLOCK_H
#define KERNEL_CLOCK_H

#include "tcb.h"

enum { CLOCK_IRQ = 8 };

/* Programs the real-time clock for 512 interrupts a second. */
void clock_initialize(void);

microseconds clock_now(void);

/* The interrupt: time goes on, sleepers wake. True: the slice that the running thread is on has ended (schedule_tick). */
bool clock_tick(void);

#endif
