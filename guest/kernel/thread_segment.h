/* SPDX-License-Identifier: MIT
 *
 * Segments of a thread's own, for thread-local storage: what the exception handlers and the small spaces need of them.
 */
#pragma once

#include "space.h"
#include "tcb.h"

/* The segment in use that a selector names, or null. */
struct thread_segment *thread_segment_find(struct tcb *thread, unsigned selector);

/* A segment register was used beyond its limit. True: own segments that it may have been now reach the other side of
 * their bases. False: there are none, or nothing has happened since they were last turned round. */
bool thread_segments_flip(struct tcb *self, const struct trap_frame *frame);

/* The space has other limits now, so what was tried may be tried again. */
void thread_segments_forget_flips(const struct space *space);

/* The thread's segments or breakpoints are others now: they are loaded if it is the running one. */
void thread_extras_changed(struct tcb *thread);
