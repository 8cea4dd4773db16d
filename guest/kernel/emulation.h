/* SPDX-License-Identifier: MIT
 *
 * What the kernel mends by itself when a thread raises #GP.
 */
#pragma once

#include "tcb.h"

/* True: a privileged instruction was carried out for the thread, and EIP stands behind it. */
bool emulate_instruction(struct tcb *self, struct trap_frame *frame);

/* True: a segment register held neither the flat user segment nor one of the thread's own, and holds the flat one now. */
bool reload_segments(struct tcb *self, struct trap_frame *frame);
