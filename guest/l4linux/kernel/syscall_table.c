/* SPDX-License-Identifier: MIT
 * The system calls, one row each: Linux/i386's number, the name of its manual page, who handles it, and what a
 * program will miss. A number that is not here, and a row without a handler, is ENOSYS.
 */
#include "syscalls.h"

static const char only_default[] = "handlers are not called yet: only SIG_DFL and SIG_IGN have an effect";
static const char root_only[] = "everybody is root";

const struct syscall syscalls[SYSCALL_LIMIT] = {
	[1] = { "exit", sys_exit, "" },
	[2] = { "fork", sys_fork, "the child begins with the floating-point unit as after execve, on L4" },
	[3] = { "read", sys_read, "" },
	[4] = { "write", sys_write, "" },
	[5] = { "open", sys_open, "only /dev/null and /dev/tty exist" },
	[6] = { "close", sys_close, "" },
	[7] = { "waitpid", sys_waitpid, "children that stop or go on are not reported: none does" },
	[13] = { "time", sys_time, "" },
	[20] = { "getpid", sys_getpid, "" },
	[24] = { "getuid", sys_zero_id, root_only },
	[37] = { "kill", sys_kill, only_default },
	[43] = { "times", sys_times, "the times in the system and of children are zero" },
	[45] = { "brk", sys_brk, "" },
	[47] = { "getgid", sys_zero_id, root_only },
	[49] = { "geteuid", sys_zero_id, root_only },
	[50] = { "getegid", sys_zero_id, root_only },
	[54] = { "ioctl", sys_ioctl, "TCGETS and TIOCGWINSZ only; the window is 80 x 24" },
	[64] = { "getppid", sys_getppid, "" },
	[78] = { "gettimeofday", sys_gettimeofday, "no time zone; resolution 10 ms" },
	[91] = { "munmap", sys_munmap, "" },
	[114] = { "wait4", sys_wait4, "as waitpid; all usage is zero" },
	[120] = { "clone", sys_clone, "processes on the parent's stack only: no threads; the id is not cleared at the end" },
	[122] = { "uname", sys_uname, "" },
	[125] = { "mprotect", sys_mprotect, "PROT_EXEC is not told from PROT_READ, as on any Pentium" },
	[146] = { "writev", sys_writev, "" },
	[158] = { "sched_yield", sys_sched_yield, "" },
	[162] = { "nanosleep", sys_nanosleep, "resolution 10 ms" },
	[174] = { "rt_sigaction", sys_rt_sigaction, only_default },
	[175] = { "rt_sigprocmask", sys_rt_sigprocmask, "the mask is empty and stays so" },
	[190] = { "vfork", sys_vfork, "the child's memory is a copy: what it writes the parent does not see" },
	[192] = { "mmap2", sys_mmap2, "private anonymous memory only, the hint is not used" },
	[199] = { "getuid32", sys_zero_id, root_only },
	[200] = { "getgid32", sys_zero_id, root_only },
	[201] = { "geteuid32", sys_zero_id, root_only },
	[202] = { "getegid32", sys_zero_id, root_only },
	[224] = { "gettid", sys_getpid, "" },
	[238] = { "tkill", sys_tkill, only_default },
	[243] = { "set_thread_area", 0, "no thread-local storage yet" },
	[252] = { "exit_group", sys_exit, "" },
	[265] = { "clock_gettime", sys_clock_gettime, "CLOCK_REALTIME and CLOCK_MONOTONIC, resolution 10 ms" },
	[270] = { "tgkill", sys_tgkill, only_default },
};
