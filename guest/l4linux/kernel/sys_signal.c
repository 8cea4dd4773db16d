/* SPDX-License-Identifier: MIT
 * kill(2), tkill(2), tgkill(2), rt_sigaction(2), rt_sigprocmask(2). Handlers are accepted and not called: a
 * signal ends its process, is ignored, or does nothing, by its default action (signal(7)).
 */
#include "memory.h"
#include "printk.h"
#include "syscalls.h"

struct kernel_sigaction {
	unsigned handler, flags, restorer, mask[2];
};

static bool ignored_by_default(int signal)
{
	return signal == SIGCHLD || signal == SIGCONT || signal == SIGURG || signal == SIGWINCH;
}

static int send(int pid, int signal)
{
	struct process *target = process_find(pid);

	if (signal < 0 || signal > SIGNAL_COUNT) {
		return -EINVAL;
	}
	if (!target) {
		return -ESRCH;
	}
	if (signal != 0 && !target->signal_ignored[signal] && !ignored_by_default(signal)) {
		process_kill(target, signal);
	}
	return 0;
}

int sys_kill(struct process *process, const struct syscall_frame *frame)
{
	int pid = (int)frame->ebx;

	return send(pid == 0 ? process->pid : pid, (int)frame->ecx);
}

int sys_tkill(struct process *process, const struct syscall_frame *frame)
{
	(void)process;
	return (int)frame->ebx <= 0 ? -EINVAL : send((int)frame->ebx, (int)frame->ecx);
}

int sys_tgkill(struct process *process, const struct syscall_frame *frame)
{
	(void)process;
	if ((int)frame->ebx <= 0 || (int)frame->ecx <= 0) {
		return -EINVAL;
	}
	return frame->ebx != frame->ecx ? -ESRCH : send((int)frame->ecx, (int)frame->edx);
}

int sys_rt_sigaction(struct process *process, const struct syscall_frame *frame)
{
	int signal = (int)frame->ebx;
	struct kernel_sigaction action;

	if (signal < 1 || signal > SIGNAL_COUNT || frame->esi != sizeof(action.mask)) {
		return -EINVAL;
	}
	if (frame->ecx) {
		if (copy_in(process, &action, frame->ecx, sizeof(action)) < 0) {
			return -EFAULT;
		}
		if (signal == SIGKILL || signal == SIGSTOP) {
			return -EINVAL;
		}
	}
	if (frame->edx) {
		struct kernel_sigaction old = { process->signal_ignored[signal] ? SIG_IGN : SIG_DFL, 0, 0, { 0, 0 } };
		if (copy_out(process, frame->edx, &old, sizeof(old)) < 0) {
			return -EFAULT;
		}
	}
	if (frame->ecx) {
		if (action.handler > SIG_IGN) {
			printk("linux: %s: a handler for signal %d will not be called\n", process->name, signal);
		}
		process->signal_ignored[signal] = action.handler == SIG_IGN;
	}
	return 0;
}

int sys_rt_sigprocmask(struct process *process, const struct syscall_frame *frame)
{
	static const unsigned empty[2];
	unsigned set[2];

	if (frame->esi != sizeof(empty) || (frame->ecx && frame->ebx > 2)) {
		return -EINVAL;
	}
	if (frame->ecx && copy_in(process, set, frame->ecx, sizeof(set)) < 0) {
		return -EFAULT;
	}
	return frame->edx ? copy_out(process, frame->edx, empty, sizeof(empty)) : 0;
}
