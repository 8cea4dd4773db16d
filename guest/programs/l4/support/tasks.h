/* SPDX-License-Identifier: MIT
 *
 * Threads and tasks for the programs here: new threads of this task, and new tasks that run this program's own
 * code, page by page from a pager thread.
 */
#ifndef PROGRAMS_L4_TASKS_H
#define PROGRAMS_L4_TASKS_H

#include <l4/syscalls.h>

enum { STACK_SIZE = 4096, FIRST_TASK = 5 };

typedef void thread_function(void);

/* Starts (or restarts) a thread of this task on its own static stack; its pager is the caller's, sigma0. */
struct l4_threadid start_thread(unsigned lthread, thread_function *function);

/* The top of the static stack of one of this program's threads or tasks. */
unsigned stack_top(unsigned number);

/* Creates a task that runs function with the given pager; nil on failure. */
struct l4_threadid start_task(unsigned task, thread_function *function, struct l4_threadid pager);

void delete_task(struct l4_threadid task);

/* A pager that maps this program's pages one-to-one, writable. Who faults elsewhere waits for ever. */
void serve_page_faults(void) __attribute__((noreturn));

#endif
