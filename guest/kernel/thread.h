/* SPDX-License-Identifier: MIT
 *
 * Threads as kernel objects: made, found by id, unmade. What runs when is schedule.h's.
 */
#pragma once

#include "space.h"
#include "tcb.h"

/* The thread with exactly this id (version, chief and all), or null. Two loads and a comparison. */
struct tcb *thread_lookup(struct l4_threadid id);

/* The same for the calls that do not look at the high word. */
struct tcb *thread_lookup_low(unsigned low);

/* A new thread, not ready yet; its frame is that of a user thread with all registers zero. Null: out of memory.
 * Priority, maximum controlled priority and time slice are those of the creator. */
struct tcb *thread_create(struct space *space, unsigned lthread, const struct tcb *creator);

/* The idle thread: no user frame, and it begins at entry. */
struct tcb *thread_create_idle(struct space *space, void (*entry)(void));

/* Throws away whatever the thread, which must not be the running one, is doing in the kernel: when it is scheduled
 * next, it returns to user mode with its user_frame. */
void thread_reset_stack(struct tcb *thread);

/* Not the current one. Whoever waits for it is the caller's business (ipc_forget_task). */
void thread_delete(struct tcb *thread);
