/* SPDX-License-Identifier: MIT
 * wait4(2), waitpid(2).
 */
#include "ia32.h"
#include "memory.h"
#include "syscalls.h"

#define KNOWN_OPTIONS (WNOHANG | WUNTRACED | WCONTINUED | W_ALL | W_NOT_THREADS)

/* pid as wait4() has it: one child, any, or those of a process group. */
static bool is_wanted(const struct process *child, int pid, int own_group)
{
	if (pid > 0) {
		return child->pid == pid;
	}
	return pid == -1 || child->group == (pid == 0 ? own_group : -pid);
}

/* A zombie that is asked for; *any says whether there is any such child at all. */
static struct process *find_zombie(const struct process *parent, int pid, bool *any)
{
	*any = false;
	for (struct process *child = process_list; child; child = child->process_next) {
		if (child->parent == parent && is_wanted(child, pid, parent->group)) {
			*any = true;
			if (child->state == PROCESS_ZOMBIE) {
				return child;
			}
		}
	}
	return NULL;
}

static int wait_for_child(struct process *process, int pid, unsigned options, struct process **zombie)
{
	unsigned flags = critical_enter();
	bool any;
	int result = 0;

	while (!(*zombie = find_zombie(process, pid, &any)) && any && !(options & WNOHANG) &&
	       !process->fatal_signal) {
		wait_on(&process->children);
	}
	if (!*zombie) {
		result = !any ? -ECHILD : options & WNOHANG ? 0 : -EINTR;
	}
	critical_leave(flags);
	return result;
}

static int wait(struct process *process, int pid, unsigned status, unsigned options, unsigned usage)
{
	static const struct rusage nothing;
	struct process *zombie;

	if (options & ~KNOWN_OPTIONS) {
		return -EINVAL;
	}
	int result = wait_for_child(process, pid, options, &zombie);
	if (!zombie) {
		return result;
	}
	result = zombie->pid;
	if ((status && copy_out(process, status, &zombie->exit_status, sizeof(zombie->exit_status)) < 0) ||
	    (usage && copy_out(process, usage, &nothing, sizeof(nothing)) < 0)) {
		result = -EFAULT;
	}
	process_forget(zombie);
	return result;
}

int sys_wait4(struct process *process, const struct syscall_frame *frame)
{
	return wait(process, (int)frame->ebx, frame->ecx, frame->edx, frame->esi);
}

int sys_waitpid(struct process *process, const struct syscall_frame *frame)
{
	return wait(process, (int)frame->ebx, frame->ecx, frame->edx, 0);
}
