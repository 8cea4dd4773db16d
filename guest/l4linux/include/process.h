/* SPDX-License-Identifier: MIT
 * A Linux process, its coroutine in the server, and how coroutines wait. The debugger reads struct process by
 * its debug information; guest/README.md names the members it asks for.
 */
#ifndef LINUX_PROCESS_H
#define LINUX_PROCESS_H

#include "arch.h"
#include "signal.h"
#include "arch_process.h"
#include "timer.h"
#include "types.h"

#define PROCESS_NAME_SIZE 16
#define FILES_PER_PROCESS 256

enum process_state {
	PROCESS_NEW,	   /* being made */
	PROCESS_USER,	   /* executes its own code; the server owes it nothing */
	PROCESS_IN_SERVER, /* its coroutine runs */
	PROCESS_READY,	   /* its coroutine waits for its turn */
	PROCESS_BLOCKED,   /* its coroutine waits for an event */
	PROCESS_STOPPED,   /* by a signal, until SIGCONT */
	PROCESS_ZOMBIE,	   /* has ended; its parent has not asked yet */
};

struct coroutine {
	unsigned esp;	 /* valid while it does not run */
	unsigned *stack; /* its lowest word holds COROUTINE_CANARY */
};

#define COROUTINE_CANARY 0x57AC4E4Du
#define COROUTINE_RESERVED 64u /* at the stack's end: natively the user's registers stand there */

struct wait_queue {
	struct process *first;
};

/* The user's registers as the emulation library (or the int 0x80 entry, when native) saved them. */
struct syscall_frame {
	unsigned ebx, ecx, edx, esi, edi, ebp; /* the six arguments */
	unsigned eax;			       /* the number */
};

/* A segment for thread-local storage; limit 0: none. */
#define THREAD_AREAS 3
struct thread_area {
	unsigned base, limit; /* limit in bytes */
};

struct file_table {
	struct file *files[FILES_PER_PROCESS];
	unsigned char close_on_exec[FILES_PER_PROCESS];
};

struct process {
	struct process *process_next;
	int pid;
	struct process *parent; /* null: none */
	int group, session;	/* of processes, by the leader's pid */
	bool has_executed;	/* a program of its own, since fork() */
	char name[PROCESS_NAME_SIZE];
	unsigned task; /* L4 task number; 0 when native */
	enum process_state state;
	unsigned *page_directory; /* the logical one, in Pentium format */
	int current_syscall;	  /* -1: none */
	struct region *regions;	  /* in order of address */
	unsigned break_start, break_end;
	struct file_table *table; /* of its open files */
	struct inode *directory; /* the working one */
	struct inode *program, *program_directory; /* what it executes, and where its name stands; or null */
	unsigned umask;
	struct signal_state signals;
	unsigned exit_status; /* of a zombie, as wait(2) gives it */
	struct wait_queue children; /* it waits here for one of them to end, or to have its own program */
	struct process *borrower;   /* the child of vfork() it waits for; null: none */
	unsigned frame_count; /* user frames it owns */
	struct thread_area thread_areas[THREAD_AREAS];
	unsigned start_eip, start_esp; /* of a program that execve() has loaded */
	struct coroutine coroutine;
	struct process *queue_next; /* in the ready queue or in one wait queue */
	struct wait_queue *waiting_on;
	struct timer wakeup; /* from its wait */
	struct interval_timer alarm; /* ITIMER_REAL */
	bool sleeps_until_tick;	     /* its call has begun anew, and has its time already: */
	unsigned sleep_until;	     /* a tick */
	struct arch_process arch;
};

extern struct process *process_list;

/* Whose coroutine runs; null: the main loop. Meaningless in top and bottom halves. */
extern struct process *current;

#define FIRST_PID 1
#define PROCESS_LIMIT 64

/* A process whose coroutine will begin in start; not ready yet. Null: no memory, or there are too many. */
struct process *process_create(const char *name, void (*start)(struct process *));
void process_name_of(char *name, const char *path); /* the last of its names, cut to the size */
void process_discard(struct process *process); /* one that was never ready */
struct process *process_find(int pid);	       /* null: there is none */
void process_forget(struct process *process);  /* a zombie: its pid is free */

/* The child of vfork() has its own memory now, or none: the parent goes on. */
void process_release_parent(struct process *child);

void process_exit(struct process *process, unsigned status) __attribute__((noreturn));

/* Called with interrupts off; returns with them off, after a wakeup or because a signal is pending. */
void wait_on(struct wait_queue *queue);
void wait_without_signals(struct wait_queue *queue); /* a signal wakes it, but is not looked at before */
void wait_until(struct wait_queue *queue, bool timed, unsigned tick); /* or at that tick */
void wait_queue_wake(struct wait_queue *queue);
extern struct wait_queue pollers; /* they look again whenever any queue is woken */
void make_ready(struct process *process);

/* For the main loop: the next ready process or null; run it until it waits or returns to the user. */
struct process *take_ready(void);
bool run_coroutine(struct process *process); /* false: it has ended */
void leave_coroutine(enum process_state state);
void restart_coroutine(void (*start)(struct process *)) __attribute__((noreturn)); /* its stack is empty again */

int system_call(struct process *process, int number, struct syscall_frame *frame);

/* A processor exception of the program becomes a signal; address is CR2's, of page faults. */
void exception(struct process *process, unsigned vector, unsigned error_code, unsigned eip, unsigned address);

#endif
