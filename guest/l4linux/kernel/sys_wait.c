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

/* What there is to say about a child: its wait(2) status; false: nothing. */
static bool has_news(const struct process *child, unsigned options, unsigned *status)
{
	if (child->state == PROCESS_ZOMBIE) {
		*status = child->exit_status;
		return true;
	}
	if (child->signals.stop_unreported && (options & WUNTRACED)) {
		*status = wait_status_stopped(child->signals.stopped_by);
		return true;
	}
	*status = WAIT_STATUS_CONTINUED;
	return child->signals.continue_unreported && (options & WCONTINUED);
}

/* A child with news that is asked for; *any says whether there is any such child at all. */
static struct process *find_news(const struct process *parent, int pid, unsigned options, unsigned *status, bool *any)
{
	*any = false;
	for (struct process *child = process_list; child; child = child->process_next) {
		if (child->parent == parent && is_wanted(child, pid, parent->group)) {
			*any = true;
			if (has_news(child, options, status)) {
				return child;
			}
		}
	}
	return NULL;
}

static int wait_for_child(struct process *process, int pid, unsigned options, unsigned *status,
			  struct process **child)
{
	unsigned flags = critical_enter();
	bool any;
	int result = 0;

	while (!(*child = find_news(process, pid, options, status, &any)) && any && !(options & WNOHANG) &&
	       !signal_pending(process)) {
		wait_on(&process->children);
	}
	if (!*child) {
		result = !any ? -ECHILD : options & WNOHANG ? 0 : -ERESTARTSYS;
	}
	critical_leave(flags);
	return result;
}

/* The parent knows it now. */
static void take_news(struct process *child)
{
	child->signals.stop_unreported = child->signals.continue_unreported = false;
	if (child->state == PROCESS_ZOMBIE) {
		process_forget(child);
	}
}

static int wait(struct process *process, int pid, unsigned status_address, unsigned options, unsigned usage)
{
	static const struct rusage nothing;
	struct process *child;
	unsigned status;

	if (options & ~KNOWN_OPTIONS) {
		return -EINVAL;
	}
	int result = wait_for_child(process, pid, options, &status, &child);
	if (!child) {
		return result;
	}
	result = child->pid;
	if ((status_address && copy_out(process, status_address, &status, sizeof(status)) < 0) ||
	    (usage && copy_out(process, usage, &nothing, sizeof(nothing)) < 0)) {
		result = -EFAULT;
	}
	take_news(child);
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
