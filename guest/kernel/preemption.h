/* SPDX-License-Identifier: MIT
 *
 * Preempters: threads that are told when another's time slice has ended.
 */
#ifndef KERNEL_PREEMPTION_H
#define KERNEL_PREEMPTION_H

#include "tcb.h"

/* The running thread's slice has ended, at this frame: its preempters are asked, one after the other, and then others have
 * their turn. Returns when it runs again. */
void preempt(struct tcb *self, const struct trap_frame *frame);

#endif
