/* SPDX-License-Identifier: MIT
 * Calling signal handlers, and what becomes of the system call that a signal has interrupted (signal(7), "Interruption
 * of system calls and library functions by signal handlers").
 */
#include "probe.h"
#include "process.h"
#include "signal.h"

/* The call begins anew, or fails with EINTR: the first handler decides. */
static void settle_call(struct process *process, struct user_state *state, const struct signal_action *action)
{
	int number = process->signals.interrupted_call;
	int code = -(int)state->registers.eax;

	process->signals.interrupted_call = -1;
	if (number < 0) {
		return;
	}
	if (code == ERESTARTNOINTR || (code == ERESTARTSYS && (!action || action->flags & SA_RESTART)) || !action) {
		state->registers.eax = (unsigned)number;
		arch_restart_call(process, &state->registers);
	} else {
		state->registers.eax = (unsigned)-EINTR;
	}
}

static void block_for_handler(struct process *process, const struct signal_action *action, int signal)
{
	signal_set blocked = process->signals.blocked | action->mask;

	process->signals.blocked_is_saved = false;
	if (!(action->flags & SA_NODEFER)) {
		blocked |= signal_bit(signal);
	}
	signals_set_blocked(process, blocked);
}

/* The stack cannot take the frame: SIGSEGV, which a handler on a stack of its own may still catch. */
static void give_up(struct process *process, int signal)
{
	const struct signal_info info = { .signal = SIGSEGV, .code = SI_KERNEL };

	if (signal == SIGSEGV) {
		process->signals.actions[SIGSEGV].handler = SIG_DFL;
	}
	signal_force(process, &info);
}

static void call_handler(struct process *process, struct user_state *state)
{
	struct signal_info info;
	int signal = signal_take(process, ~process->signals.blocked, &info);
	struct signal_action action = process->signals.actions[signal];

	if (info.code == FPE_BY_UNIT) {
		info.code = floating_point_code(state->fpu);
	}
	settle_call(process, state, &action);
	PROBE2("signal-deliver", process, signal);
	if (action.flags & SA_RESETHAND) {
		process->signals.actions[signal].handler = SIG_DFL;
	}
	if (signal_frame_push(process, state, &info, &action)) {
		block_for_handler(process, &action, signal);
	} else {
		give_up(process, signal);
	}
}

void signals_deliver(struct process *process, struct user_state *state)
{
	while (signals_act(process)) {
		call_handler(process, state);
	}
	settle_call(process, state, NULL);
	signals_restore_blocked(process);
}
