/* SPDX-License-Identifier: MIT
 *
 * The kernel's clock: microseconds since it started, in steps of the real-time clock's periodic interrupt.
 */
#pragma once

#include "tcb.h"

enum { CLOCK_IRQ = 8 };

/* Programs the real-time clock for 512 interrupts a second. */
void clock_initialize(void);

microseconds clock_now(void);

/* The interrupt: time goes on, sleepers wake. True: the slice that the running thread is on has ended (schedule_tick). */
bool clock_tick(void);
