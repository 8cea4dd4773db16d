/* SPDX-License-Identifier: MIT
 *
 * The kernel's only ways to touch user memory: through the page tables and the window, never through the user's
 * address itself, so the kernel takes no page faults of its own.
 */
#pragma once

#include "tcb.h"

/* Between the running thread's memory and the kernel's. A page that is missing is asked for from the pager as if the
 * thread had touched it, so these may block. False: the pager refused, or the address is not a user's. */
bool user_read(struct tcb *self, void *to, unsigned from, unsigned size);
bool user_write(struct tcb *self, unsigned to, const void *from, unsigned size);

/* For user_page_in: the fault is the kernel's, in a long message. */
#define USER_PAGE_IN_IPC 0xffffffffu

/* One page of the running thread's: by the kernel for sigma0, by page-fault RPC for all others. The pager is told eip. */
bool user_page_in(struct tcb *self, unsigned address, bool write, unsigned eip, l4_timeouts timeouts);

/* A page that the kernel itself is to touch for the running thread; false: the pager refused, or it is device memory. */
bool user_bring_in(struct tcb *self, unsigned address, bool write);

/* The kernel's address of a byte of any space, up to the page's end, when the page tables allow the access; else null. */
char *user_translate(const struct space *space, unsigned address, bool write);
