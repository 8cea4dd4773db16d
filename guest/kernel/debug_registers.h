/* SPDX-License-Identifier: MIT
 *
 * Each thread has debug registers of its own: MOV to and from DRx is carried out for it. L4 reference manual, "Exceptions";
 * Pentium manual, volume 3, "Debugging".
 */
#pragma once

#include "tcb.h"

/* MOV DRx, r32 and MOV r32, DRx by their third byte. False: the thread must not do that, and nothing is changed. */
bool debug_register_write(struct tcb *self, struct trap_frame *frame, unsigned modrm);
bool debug_register_read(struct tcb *self, struct trap_frame *frame, unsigned modrm);

/* The processor's registers become the thread's. */
void debug_registers_load(const struct tcb *thread);

/* After exception 1: what happened is the thread's to read. */
void debug_status_save(struct tcb *self);
