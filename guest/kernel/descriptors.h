/* SPDX-License-Identifier: MIT
 *
 * Segments, gates and the task state segment, as the generic kernel sees them; ia32/descriptors.c has them.
 */
#pragma once

#include "space.h"
#include "tcb.h"

void descriptors_initialize(void);

/* The space is new, or has become large or small: its data and code segment are made. */
void descriptors_make_user_segments(struct space *space);

/* The user's data and code segment become those of a space. */
void descriptors_load_user_segments(const struct space *space);

/* From now on, entries from user mode begin at the top of this thread's kernel stack, and it is the one whose own
 * segments can be used. Its space is the visible one already. */
void descriptors_load_thread(const struct tcb *thread);

/* The running thread's own segments, or its space, have changed. */
void descriptors_load_extras(const struct tcb *thread);
