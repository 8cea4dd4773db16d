/* SPDX-License-Identifier: MIT
 * What signals do by themselves: end a process, stop it, let it go on; and what its parent hears of that.
 */
#include "ia32.h"
#include "probe.h"
#include "process.h"
#include "signal.h"

void signal_tell_parent(struct process *child, int code, int status)
{
	struct process *parent = child->parent;
	bool ended = code == CLD_EXITED || code == CLD_KILLED;

	if (!parent) {
		return;
	}
	if (ended || !(parent->signals.actions[SIGCHLD].flags & SA_NOCLDSTOP)) {
		const struct signal_info info = {
			.signal = SIGCHLD,
			.code = code,
			.fields = { (unsigned)child->pid, 0, (unsigned)status, arch_user_ticks(child), 0 },
		};
		signal_send(parent, &info);
	}
	wait_queue_wake(&parent->children);
}

bool group_is_orphaned(int group, const struct process *except)
{
	for (const struct process *member = process_list; member; member = member->process_next) {
		const struct process *parent = member->parent;
		if (member->group == group && member != except && member->state != PROCESS_ZOMBIE && parent &&
		    parent->group != group && parent->session == member->session) {
			return false;
		}
	}
	return true;
}

/* Until SIGCONT or SIGKILL. */
static void stop(struct process *process, int signal)
{
	unsigned flags = critical_enter();

	process->signals.stopped_by = signal;
	process->signals.stop_unreported = true;
	process->signals.continue_unreported = false;
	signal_tell_parent(process, CLD_STOPPED, signal);
	while (process->signals.stopped_by) {
		leave_coroutine(PROCESS_STOPPED);
	}
	critical_leave(flags);
}

static void act(struct process *process, enum signal_effect effect)
{
	struct signal_info info;
	int signal = signal_take(process, ~process->signals.blocked, &info);

	if (effect == SIGNAL_ENDS) {
		PROBE2("signal-deliver", process, signal);
		process_exit(process, wait_status_signalled(signal));
	}
	/* nobody could continue an orphaned group, so only SIGSTOP itself stops it */
	if (effect == SIGNAL_STOPS && (signal == SIGSTOP || !group_is_orphaned(process->group, NULL))) {
		PROBE2("signal-deliver", process, signal);
		stop(process, signal);
	}
}

bool signals_act(struct process *process)
{
	if (!process->signals.pending) {
		return false; /* as after nearly every system call */
	}
	for (;;) {
		int signal;
		enum signal_effect effect = signal_next(process, &signal);
		if (effect == SIGNAL_NOTHING || effect == SIGNAL_HANDLER) {
			return effect == SIGNAL_HANDLER;
		}
		act(process, effect);
	}
}

void signals_set_blocked(struct process *process, signal_set blocked)
{
	process->signals.blocked = blocked & ~UNBLOCKABLE;
}

void signals_restore_blocked(struct process *process)
{
	if (process->signals.blocked_is_saved) {
		process->signals.blocked_is_saved = false;
		process->signals.blocked = process->signals.saved_blocked;
	}
}

/* The child has the same actions, mask and signal stack, and nothing pending. */
void signals_fork(const struct process *parent, struct process *child)
{
	child->signals.blocked = parent->signals.blocked;
	memcpy(child->signals.actions, parent->signals.actions, sizeof(child->signals.actions));
	child->signals.stack = parent->signals.stack;
}

/* Handlers have gone with the program; what is ignored, blocked or pending stays so. */
void signals_exec(struct process *process)
{
	for (int signal = 1; signal <= SIGNAL_COUNT; signal++) {
		struct signal_action *action = &process->signals.actions[signal];
		*action = (struct signal_action){ action->handler == SIG_IGN ? SIG_IGN : SIG_DFL, 0, 0, 0 };
	}
	process->signals.stack = (struct signal_stack){ 0, SS_DISABLE, 0 };
}
