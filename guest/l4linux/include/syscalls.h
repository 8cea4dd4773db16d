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
syscall_handler sys_read, sys_write, sys_writev, sys_open, sys_openat, sys_creat, sys_close, sys_ioctl;
syscall_handler sys_pipe, sys_pipe2, sys_dup, sys_dup2, sys_dup3, sys_fcntl64;
syscall_handler sys_lseek, sys_llseek, sys_getdents64;
syscall_handler sys_readv, sys_pread64, sys_pwrite64, sys_getdents;
syscall_handler sys_stat64, sys_lstat64, sys_fstat64, sys_fstatat64, sys_statx, sys_access, sys_faccessat, sys_faccessat2;
syscall_handler sys_statfs, sys_statfs64, sys_fstatfs, sys_fstatfs64, sys_sync, sys_fsync, sys_fadvise64, sys_no_attributes;
syscall_handler sys_utime, sys_utimes, sys_utimensat, sys_utimensat_time64;
syscall_handler sys_mkdirat, sys_symlink, sys_symlinkat, sys_link, sys_linkat, sys_renameat, sys_renameat2;
syscall_handler sys_fchmodat, sys_chown32, sys_lchown32, sys_fchown32, sys_fchownat;
syscall_handler sys_truncate64, sys_ftruncate64, sys_readlinkat;
syscall_handler sys_mkdir, sys_rmdir, sys_unlink, sys_unlinkat, sys_rename;
syscall_handler sys_chdir, sys_fchdir, sys_getcwd, sys_umask, sys_chmod, sys_fchmod;
syscall_handler sys_truncate, sys_ftruncate, sys_readlink;
syscall_handler sys_select, sys_newselect, sys_pselect6, sys_pselect6_64, sys_poll, sys_ppoll, sys_ppoll64;
/* kernel */
syscall_handler sys_exit, sys_getpid, sys_getppid, sys_zero_id, sys_sched_yield;
syscall_handler sys_fork, sys_vfork, sys_clone, sys_execve, sys_wait4, sys_waitpid;
syscall_handler sys_set_tid_address, sys_getrandom, sys_getrlimit;
syscall_handler sys_set_thread_area, sys_get_thread_area, sys_modify_ldt;
syscall_handler sys_setpgid, sys_getpgid, sys_getpgrp, sys_setsid, sys_getsid;
syscall_handler sys_kill, sys_tkill, sys_tgkill, sys_rt_sigqueueinfo, sys_rt_tgsigqueueinfo;
syscall_handler sys_rt_sigaction, sys_rt_sigprocmask, sys_rt_sigpending, sys_rt_sigsuspend, sys_pause;
syscall_handler sys_rt_sigtimedwait, sys_rt_sigtimedwait_time64, sys_sigaltstack, sys_sigreturn, sys_rt_sigreturn;
syscall_handler sys_sigaction, sys_signal, sys_sgetmask, sys_ssetmask, sys_sigpending, sys_sigprocmask, sys_sigsuspend;
syscall_handler sys_time, sys_times, sys_gettimeofday, sys_clock_gettime, sys_clock_gettime64, sys_clock_getres;
syscall_handler sys_clock_getres64, sys_getrusage;
syscall_handler sys_nanosleep, sys_clock_nanosleep, sys_clock_nanosleep64;
syscall_handler sys_alarm, sys_setitimer, sys_getitimer;
syscall_handler sys_uname;
/* mm */
syscall_handler sys_brk, sys_mmap2, sys_munmap, sys_mprotect, sys_madvise;

/* Says on COM1, once for each number, that a program wanted what we do not have. */
void system_call_missing(const struct process *process, int number);

/* What the handlers for sets of 64 signals share with those for sets of 32. */
int signal_action_exchange(struct process *process, int signal, const struct signal_action *action,
			   struct signal_action *old);
int signal_mask_change(struct process *process, unsigned how, signal_set set);
void signals_block_for_call(struct process *process, signal_set set); /* until it returns, or its handler does */
int signal_wait_for_any(struct process *process);

#endif
