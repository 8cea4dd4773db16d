/* SPDX-License-Identifier: MIT
 * What a process does about its signals: rt_sigaction(2), rt_sigprocmask(2), rt_sigpending(2), rt_sigsuspend(2),
 * pause(2), sigaltstack(2), rt_sigtimedwait(2).
 */
#include "clock.h"
#include "ia32.h"
#include "memory.h"
#include "signal_frame.h"
#include "syscalls.h"

static bool set_in(struct process *process, unsigned address, unsigned size, signal_set *set, int *error)
{
	*error = size != sizeof(*set) ? -EINVAL : copy_in(process, set, address, sizeof(*set));
	return *error == 0;
}

int signal_action_exchange(struct process *process, int signal, const struct signal_action *action,
			   struct signal_action *old)
{
	if (signal < 1 || signal > SIGNAL_COUNT || (action && (signal_bit(signal) & UNBLOCKABLE))) {
		return -EINVAL;
	}
	*old = process->signals.actions[signal];
	if (!action) {
		return 0;
	}
	struct signal_action *slot = &process->signals.actions[signal];
	unsigned flags = critical_enter();
	*slot = *action;
	slot->mask &= ~UNBLOCKABLE;
	critical_leave(flags);
	bool ignored_by_default = signal == SIGCHLD || signal == SIGCONT || signal == SIGURG || signal == SIGWINCH;
	if (slot->handler == SIG_IGN || (slot->handler == SIG_DFL && ignored_by_default)) {
		signals_discard(process, signal_bit(signal));
	}
	return 0;
}

/* Arguments: signal, new action, place for the old one, size of a set. */
int sys_rt_sigaction(struct process *process, const struct syscall_frame *frame)
{
	struct signal_action action, old;

	if (frame->esi != sizeof(signal_set)) {
		return -EINVAL;
	}
	if (frame->ecx && copy_in(process, &action, frame->ecx, sizeof(action)) < 0) {
		return -EFAULT;
	}
	int error = signal_action_exchange(process, (int)frame->ebx, frame->ecx ? &action : NULL, &old);
	if (error < 0 || !frame->edx) {
		return error;
	}
	return copy_out(process, frame->edx, &old, sizeof(old));
}

int signal_mask_change(struct process *process, unsigned how, signal_set set)
{
	signal_set blocked = process->signals.blocked;

	switch (how) {
	case SIG_BLOCK:
		blocked |= set;
		break;
	case SIG_UNBLOCK:
		blocked &= ~set;
		break;
	case SIG_SETMASK:
		blocked = set;
		break;
	default:
		return -EINVAL;
	}
	signals_set_blocked(process, blocked);
	return 0;
}

/* Arguments: how, new set, place for the old one, size. */
int sys_rt_sigprocmask(struct process *process, const struct syscall_frame *frame)
{
	signal_set old = process->signals.blocked, set;
	int error = 0;

	if (frame->esi != sizeof(set)) {
		return -EINVAL;
	}
	if (frame->ecx) {
		if (!set_in(process, frame->ecx, frame->esi, &set, &error)) {
			return error;
		}
		error = signal_mask_change(process, frame->ebx, set);
	}
	return error == 0 && frame->edx ? copy_out(process, frame->edx, &old, sizeof(old)) : error;
}

int sys_rt_sigpending(struct process *process, const struct syscall_frame *frame)
{
	signal_set set = process->signals.pending & process->signals.blocked;

	return frame->ecx > sizeof(set) ? -EINVAL : copy_out(process, frame->ebx, &set, frame->ecx);
}

/* Nothing ever wakes this queue but signals. */
static struct wait_queue nothing;

int signal_wait_for_any(struct process *process)
{
	unsigned flags = critical_enter();

	while (!signal_pending(process)) {
		wait_on(&nothing);
	}
	critical_leave(flags);
	return -ERESTARTNOHAND;
}

int sys_pause(struct process *process, const struct syscall_frame *frame)
{
	(void)frame;
	return signal_wait_for_any(process);
}

void signals_block_for_call(struct process *process, signal_set set)
{
	process->signals.saved_blocked = process->signals.blocked;
	process->signals.blocked_is_saved = true;
	signals_set_blocked(process, set);
}

int sys_rt_sigsuspend(struct process *process, const struct syscall_frame *frame)
{
	signal_set set;
	int error;

	if (!set_in(process, frame->ebx, frame->ecx, &set, &error)) {
		return error;
	}
	signals_block_for_call(process, set);
	return signal_wait_for_any(process);
}

/* For the new stack: 0 or an error. */
static int set_stack(struct process *process, const struct signal_stack *stack)
{
	unsigned mode = stack->flags & ~SS_AUTODISARM;

	if (on_signal_stack(process, arch_user_stack(process))) {
		return -EPERM;
	}
	if ((stack->flags & SS_AUTODISARM) || (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)) {
		return -EINVAL;
	}
	if (mode == SS_DISABLE) {
		process->signals.stack = (struct signal_stack){ 0, SS_DISABLE, 0 };
		return 0;
	}
	if (stack->size < MINSIGSTKSZ) {
		return -ENOMEM;
	}
	process->signals.stack = (struct signal_stack){ stack->base, 0, stack->size };
	return 0;
}

int sys_sigaltstack(struct process *process, const struct syscall_frame *frame)
{
	struct signal_stack old = process->signals.stack, stack;

	old.flags = old.size == 0 ? SS_DISABLE : on_signal_stack(process, arch_user_stack(process)) ? SS_ONSTACK : 0;
	if (frame->ebx) {
		if (copy_in(process, &stack, frame->ebx, sizeof(stack)) < 0) {
			return -EFAULT;
		}
		int error = set_stack(process, &stack);
		if (error < 0) {
			return error;
		}
	}
	return frame->ecx ? copy_out(process, frame->ecx, &old, sizeof(old)) : 0;
}

static int info_out(struct process *process, unsigned address, const struct signal_info *info)
{
	unsigned char bytes[SIGINFO_SIZE] = { 0 };

	memcpy(bytes, info, sizeof(*info));
	return copy_out(process, address, bytes, sizeof(bytes));
}

/* Waits until one of the set is pending, the time has come, or another signal wants a handler. */
static int wait_for_signal(struct process *process, signal_set set, bool timed, unsigned tick,
			   struct signal_info *info)
{
	unsigned flags = critical_enter();

	process->signals.awaited = set;
	while (!signal_pending(process) && !(timed && clock_is_past(tick))) {
		wait_until(&nothing, timed, tick);
	}
	process->signals.awaited = 0;
	critical_leave(flags);
	int signal = signal_take(process, set, info);
	if (signal == 0) {
		return signal_pending(process) ? -EINTR : -EAGAIN;
	}
	return signal;
}

static int timedwait(struct process *process, const struct syscall_frame *frame, bool wide)
{
	struct signal_info info;
	signal_set set;
	unsigned tick = 0;
	int error;

	if (!set_in(process, frame->ebx, frame->esi, &set, &error)) {
		return error;
	}
	if (frame->edx) {
		error = timespec_in_ticks(process, frame->edx, wide, &tick);
		if (error < 0) {
			return error;
		}
		tick += clock_ticks;
	}
	int signal = wait_for_signal(process, set & ~UNBLOCKABLE, frame->edx != 0, tick, &info);
	if (signal > 0 && frame->ecx && info_out(process, frame->ecx, &info) < 0) {
		return -EFAULT;
	}
	return signal;
}

int sys_rt_sigtimedwait(struct process *process, const struct syscall_frame *frame)
{
	return timedwait(process, frame, false);
}

int sys_rt_sigtimedwait_time64(struct process *process, const struct syscall_frame *frame)
{
	return timedwait(process, frame, true);
}
