/* SPDX-License-Identifier: MIT
 * The system calls for signals from before there were 64 of them, on sets of 32: sigaction(2), signal(2), sgetmask(2),
 * ssetmask(2), sigpending(2), sigprocmask(2), sigsuspend(2).
 */
#include "memory.h"
#include "syscalls.h"

#define SA_OLD_ONESHOT (SA_RESETHAND | SA_NODEFER) /* what signal() has always meant */

struct old_sigaction {
	unsigned handler, mask, flags, restorer;
};

int sys_sigaction(struct process *process, const struct syscall_frame *frame)
{
	struct signal_action action, old;
	struct old_sigaction words;

	if (frame->ecx) {
		if (copy_in(process, &words, frame->ecx, sizeof(words)) < 0) {
			return -EFAULT;
		}
		action = (struct signal_action){ words.handler, words.flags, words.restorer, words.mask };
	}
	int error = signal_action_exchange(process, (int)frame->ebx, frame->ecx ? &action : NULL, &old);
	if (error < 0 || !frame->edx) {
		return error;
	}
	words = (struct old_sigaction){ old.handler, (unsigned)old.mask, old.flags, old.restorer };
	return copy_out(process, frame->edx, &words, sizeof(words));
}

int sys_signal(struct process *process, const struct syscall_frame *frame)
{
	const struct signal_action action = { frame->ecx, SA_OLD_ONESHOT, 0, 0 };
	struct signal_action old;
	int error = signal_action_exchange(process, (int)frame->ebx, &action, &old);

	return error < 0 ? error : (int)old.handler;
}

int sys_sgetmask(struct process *process, const struct syscall_frame *frame)
{
	(void)frame;
	return (int)process->signals.blocked;
}

int sys_ssetmask(struct process *process, const struct syscall_frame *frame)
{
	int old = (int)process->signals.blocked;

	signals_set_blocked(process, frame->ebx);
	return old;
}

int sys_sigpending(struct process *process, const struct syscall_frame *frame)
{
	unsigned set = (unsigned)(process->signals.pending & process->signals.blocked);

	return copy_out(process, frame->ebx, &set, sizeof(set));
}

/* The other 32 stay as they are. */
int sys_sigprocmask(struct process *process, const struct syscall_frame *frame)
{
	signal_set high = process->signals.blocked & ~0xFFFFFFFFull;
	unsigned old = (unsigned)process->signals.blocked, set;
	int error = 0;

	if (frame->ecx) {
		if (copy_in(process, &set, frame->ecx, sizeof(set)) < 0) {
			return -EFAULT;
		}
		error = signal_mask_change(process, frame->ebx, frame->ebx == SIG_SETMASK ? high | set : set);
	}
	return error == 0 && frame->edx ? copy_out(process, frame->edx, &old, sizeof(old)) : error;
}

/* Arguments: two that are not used, and the set itself. */
int sys_sigsuspend(struct process *process, const struct syscall_frame *frame)
{
	signals_block_for_call(process, frame->edx);
	return signal_wait_for_any(process);
}
