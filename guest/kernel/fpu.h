/* SPDX-License-Identifier: MIT
 *
 * The floating-point unit, switched lazily: its registers stay with the thread that last computed.
 */
#pragma once

#include "tcb.h"

extern struct tcb *fpu_owner; /* whose state the registers hold; null: nobody's */
extern bool fpu_traps;        /* CR0.TS, because CR0 is slow */

void fpu_initialize(void);

/* The thread is about to run: its first floating-point instruction traps unless the registers are its own. */
void fpu_switch(const struct tcb *next);

/* #NM of the running thread; false: no memory for its state. */
bool fpu_acquire(struct tcb *self);

/* The thread is about to be freed. */
void fpu_release(struct tcb *thread);
