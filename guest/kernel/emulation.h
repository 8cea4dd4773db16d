/* SPDX-License-Identifier: MIT
 *
 * What the kernel mends by itself when a thread raises #GP.
 */
#ifndef KERNEL_EMULATION_H
#define KERNEL_EMULATION_H

#include "tcb.h"

/* True: a privileged instruction was carried out for the thread, and EIP stands behind it. */
bool emulate_instruction(struct tcb *self, struct trap_frame *frame);

/* True: a segment register did not hold the flat user segment and does now. */
bool reload_segments(struct trap_frame *frame);

#endif
