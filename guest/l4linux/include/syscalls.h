/* SPDX-License-Identifier: MIT
 * The handlers of system calls. Each takes the user's registers and returns what the user gets in EAX: a
 * result, or a negative error. kernel/syscall_table.c binds them to their numbers.
 */
#ifndef LINUX_SYSCALLS_H
#define LINUX_SYSCALLS_H

#include "process.h"

typedef int syscall_handler(struct process *process, const struct syscall_frame *frame);

struct syscall {
	const char *name;	/* as in section 2 of the manual */
	syscall_handler *handler; /* null: ENOSYS by name */
	const char *missing;	/* what a program will not get; null: nothing that we know of */
};

#define SYSCALL_LIMIT 512
extern const struct syscall syscalls[SYSCALL_LIMIT];

/* fs */
syscall_handler sys_read, sys_write, sys_writev, sys_open, sys_close, sys_ioctl;
/* kernel */
syscall_handler sys_exit, sys_getpid, sys_getppid, sys_zero_id, sys_sched_yield;
syscall_handler sys_fork, sys_vfork, sys_clone, sys_wait4, sys_waitpid;
syscall_handler sys_kill, sys_tkill, sys_tgkill, sys_rt_sigaction, sys_rt_sigprocmask;
syscall_handler sys_time, sys_times, sys_gettimeofday, sys_clock_gettime, sys_nanosleep;
syscall_handler sys_uname;
/* mm */
syscall_handler sys_brk, sys_mmap2, sys_munmap, sys_mprotect;

#endif
