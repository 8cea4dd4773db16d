/* SPDX-License-Identifier: MIT
 * Process groups and sessions: setpgid(2), getpgid(2), getpgrp(2), setsid(2), getsid(2).
 */
#include "syscalls.h"

static struct process *named(struct process *process, unsigned pid)
{
	return pid == 0 ? process : process_find((int)pid);
}

static bool group_is_in_session(int group, int session)
{
	for (const struct process *process = process_list; process; process = process->process_next) {
		if (process->group == group && process->session == session) {
			return true;
		}
	}
	return false;
}

/* A process moves itself, or a child that has not had a program of its own yet. */
int sys_setpgid(struct process *process, const struct syscall_frame *frame)
{
	struct process *target = named(process, frame->ebx);
	int group = frame->ecx == 0 && target ? target->pid : (int)frame->ecx;

	if ((int)frame->ecx < 0) {
		return -EINVAL;
	}
	if (!target || (target != process && target->parent != process)) {
		return -ESRCH;
	}
	if (target != process && target->has_executed) {
		return -EACCES;
	}
	if (target->session != process->session || target->session == target->pid ||
	    (group != target->pid && !group_is_in_session(group, process->session))) {
		return -EPERM;
	}
	target->group = group;
	return 0;
}

int sys_getpgid(struct process *process, const struct syscall_frame *frame)
{
	const struct process *target = named(process, frame->ebx);

	return target ? target->group : -ESRCH;
}

int sys_getpgrp(struct process *process, const struct syscall_frame *frame)
{
	(void)frame;
	return process->group;
}

int sys_setsid(struct process *process, const struct syscall_frame *frame)
{
	(void)frame;
	for (const struct process *other = process_list; other; other = other->process_next) {
		if (other->group == process->pid) {
			return -EPERM;
		}
	}
	process->session = process->group = process->pid;
	return process->pid;
}

int sys_getsid(struct process *process, const struct syscall_frame *frame)
{
	const struct process *target = named(process, frame->ebx);

	return target ? target->session : -ESRCH;
}
