/* SPDX-License-Identifier: MIT
 *
 * Interrupts as messages: which thread an interrupt line belongs to.
 */
#pragma once

#include "tcb.h"

/* A closed receive with timeout 0 from an interrupt's id associates, from nil dissociates. True: it was one of
 * these and is done; false: it is an ordinary receive. */
bool interrupt_control(struct tcb *self, struct l4_threadid source);

void interrupt_dissociate(struct tcb *thread);
