/* SPDX-License-Identifier: MIT
 * exit(2), exit_group(2), who am I (getpid(2) and its neighbours), sched_yield(2), uname(2).
 */
#include "memory.h"
#include "syscalls.h"

int sys_exit(struct process *process, const struct syscall_frame *frame)
{
	process_exit(process, wait_status_exited((int)frame->ebx));
}

int sys_getpid(struct process *process, const struct syscall_frame *frame)
{
	(void)frame;
	return process->pid;
}

int sys_getppid(struct process *process, const struct syscall_frame *frame)
{
	(void)frame;
	return process->parent ? process->parent->pid : 0;
}

/* getuid, geteuid, getgid, getegid: root */
int sys_zero_id(struct process *process, const struct syscall_frame *frame)
{
	(void)process;
	(void)frame;
	return 0;
}

int sys_sched_yield(struct process *process, const struct syscall_frame *frame)
{
	(void)frame;
	make_ready(process);
	leave_coroutine(PROCESS_READY);
	return 0;
}

static void set(char *field, const char *text) { memcpy(field, text, strlen(text) + 1); }

int sys_uname(struct process *process, const struct syscall_frame *frame)
{
	struct utsname name;

	memset(&name, 0, sizeof(name));
	set(name.sysname, "Linux");
	set(name.nodename, "l4scope");
	set(name.release, "2.6.39");
	set(name.version, "#1");
	set(name.machine, "i586");
	set(name.domainname, "(none)");
	return copy_out(process, frame->ebx, &name, sizeof(name));
}
