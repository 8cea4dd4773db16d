/* SPDX-License-Identifier: MIT
 *
 * Who runs: 256 hard priorities, round robin by time slices within each. The slice that runs out may be another
 * thread's than the running one's: a message passes the processor on together with the sender's slice.
 */
#pragma once

#include "tcb.h"

enum { PRIORITIES = 256, READY_WORD_BITS_LOG2 = 5, READY_WORDS = PRIORITIES >> READY_WORD_BITS_LOG2 };

/* The rings hold every thread that is ready and has a time slice, or something left of a donated one, except that the
 * running one need not be in its ring. They may hold others besides, for which that has stopped being so: the dispatcher
 * drops them when it meets one at the head of a ring. */
extern struct tcb *ready_queues[PRIORITIES];
extern unsigned ready_bits[READY_WORDS]; /* a bit for each ring that is not empty */
extern unsigned ready_words;             /* a bit for each word of ready_bits that is not 0 */

/* Makes the idle thread the running one, and never returns. */
void schedule_start(struct tcb *idle) __attribute__((noreturn));

/* The state becomes READY. */
void ready_add(struct tcb *thread);

/* Out of its ring, if it is in one; the state is the caller's business. */
void ready_remove(struct tcb *thread);

/* If it is ready it goes to the end of that priority's ring. */
void schedule_set_priority(struct tcb *thread, unsigned priority);

/* The running thread, whose state says what it waits for, gives the processor away: to next, on its own slice, if
 * nobody is more urgent (null: to whoever is most urgent). Returns when it runs again. */
void thread_block(struct tcb *next);

/* For the fast path: receiver has become ready, and somebody may be more urgent. As thread_block. */
void ipc_dispatch(struct tcb *receiver);

/* The running thread stays ready, but next, which is ready, goes on with the slice at once, if nobody is more urgent. */
void thread_hand_over(struct tcb *next);

/* Another thread may have become more urgent than the running one. */
void reschedule(void);

/* Goes to the end of its ring with a new slice. */
void thread_yield(void);

/* So much time has passed. True: the slice that the running thread is on has ended, and the caller sees to it that others
 * have their turn. */
bool schedule_tick(unsigned elapsed);

/* Not on another's, which came with a message. */
bool schedule_runs_on_own_slice(const struct tcb *thread);

/* The thread is about to be freed. */
void schedule_forget(const struct tcb *thread);

/* preemption.c. The running thread's slice has ended, at this frame: its preempters are asked, one after the other, and then others have
 * their turn. Returns when it runs again. */
void preempt(struct tcb *self, const struct trap_frame *frame);
