/* SPDX-License-Identifier: MIT
 * Inside the L4 port only: the server's threads, the emulation library, and how messages are told apart.
 */
#ifndef L4_PORT_H
#define L4_PORT_H

#include <l4/syscalls.h>

#include "process.h"

/* Hard priorities, as in the SOSP'97 paper: top halves over bottom halves over the server over the users. */
enum priority {
	PRIORITY_USER = 8,
	PRIORITY_SIGNAL = 9, /* a signal thread that has been asked to stop its main thread */
	PRIORITY_SERVER = 16,
	PRIORITY_BOTTOM_HALF = 24,
	PRIORITY_TOP_HALF = 32,
};

enum server_lthread { LTHREAD_MAIN, LTHREAD_BOTTOM_HALF, LTHREAD_TIMER, LTHREAD_SERIAL, LTHREAD_DISK, SERVER_THREADS };

/* What the debugger reads; the server has no other threads. */
struct server_thread {
	const char *name;
	unsigned lthread;
};
extern struct server_thread server_threads[SERVER_THREADS];

extern struct l4_threadid server; /* the main thread */
extern bool main_is_waiting;	  /* in its open wait, so that a wakeup message would get through */

/* Makes a thread of the server: entry(argument), on a stack that ends at stack_end. */
void server_thread_start(enum server_lthread lthread, enum priority priority, char *stack_end,
			 void (*entry)(unsigned), unsigned argument);
void set_priority(struct l4_threadid thread, enum priority priority);

/* The server's small address space (small_space.c). */
void small_space_enter(void);

void thread_areas_start(struct process *process);

void bottom_half_start(void);
void bottom_half_raise(void);

/* The emulation library (guest/lib/emulation). */
#define LIBRARY_PAGES 2
bool library_map(struct process *process);
unsigned library_start_address(void);
unsigned library_stop_stack(void); /* the main thread's first ESP */

/* guest/lib/emulation/layout.h has the other side of these. */
#define MESSAGE_NUMBER_BEYOND 4095u
#define MESSAGE_EXCEPTION 0xFFFFFF00u

/* In the process's coroutine: acts on its message and leaves the reply in process->arch. */
void message_serve(struct process *process);

/* Outside it: a page of the library or the process's signal page is what is wanted; the answer is sent at once. */
bool message_is_library_fault(unsigned w0);
void message_map_library(struct process *process, struct l4_threadid thread, unsigned w0);

/* In the process's coroutine (stop.c): the main thread is stopped, process->arch.state is what its program sees; and it
 * goes on with what that is then, by the next reply. */
void user_stop(struct process *process);
void user_resume(struct process *process);
void user_await_start(struct process *process);

void l4_start(unsigned magic, unsigned information);

#endif
