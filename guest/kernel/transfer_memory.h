/* SPDX-License-Identifier: MIT
 *
 * Reading and writing the memory of a long message's two threads, by the sender, which is the running one and may block
 * and be preempted meanwhile. All return L4_OK or a receive code (long_message.c says which).
 */
#pragma once

#include "tcb.h"

static inline unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* From the sender's space to the kernel stack. */
enum l4_completion_code transfer_read(struct tcb *self, void *to, unsigned from, unsigned size);

/* From the sender's space to the receiver's. */
enum l4_completion_code transfer_copy(struct tcb *self, unsigned to, unsigned from, unsigned size);

/* Words of the receiver's space, which must be aligned and writable, to or from the kernel stack. */
enum l4_completion_code transfer_receiver_words(struct tcb *self, unsigned address, unsigned *words, unsigned count,
						bool write);

/* A page fault of the running thread while it is in a transfer, with the time limits of that. */
bool transfer_page_in(struct tcb *self, unsigned address, bool write);

/* Blocks as thread_block does; meanwhile, as a receiver, sends its page faults to its pager. */
void transfer_wait(struct tcb *self, struct tcb *next);
