/* SPDX-License-Identifier: MIT
 * Interrupts above the waist: top halves mark bottom halves, which run later and wake processes.
 */
#ifndef LINUX_INTERRUPT_H
#define LINUX_INTERRUPT_H

#include "types.h"

enum bottom_half { BOTTOM_HALF_TIMER, BOTTOM_HALF_TTY, BOTTOM_HALF_DISK, BOTTOM_HALF_COUNT };

void bottom_half_mark(enum bottom_half which);
bool bottom_half_pending(void);
void bottom_half_run(void);

#endif
