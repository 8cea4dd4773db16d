/* SPDX-License-Identifier: MIT
 *
 * The two interrupt controllers, as far as the kernel handles them itself.
 */
#pragma once

#include <stdbool.h>

enum { PIC_CASCADE_IRQ = 2 };

/* All lines masked but the cascade and the clock. */
void pic_initialize(void);

void pic_mask(unsigned irq);
void pic_end_of_interrupt(unsigned irq);

/* An interrupt that had gone when it was acknowledged: no line is in service for it. */
bool pic_is_spurious(unsigned irq);
