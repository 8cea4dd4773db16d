/* SPDX-License-Identifier: MIT
 * Dispatch of a system call, the same for every road by which it came.
 */
#include "printk.h"
#include "probe.h"
#include "syscalls.h"

/* Says once for each number that a program wanted what we do not have. */
void system_call_missing(const struct process *process, int number)
{
	static unsigned reported[SYSCALL_LIMIT / 32];
	static bool beyond_reported;
	unsigned n = (unsigned)number;

	if (n >= SYSCALL_LIMIT) {
		if (beyond_reported) {
			return;
		}
		beyond_reported = true;
		printk("linux: %s: there is no system call %d\n", process->name, number);
		return;
	}
	if (reported[n / 32] & (1u << n % 32)) {
		return;
	}
	reported[n / 32] |= 1u << n % 32;
	printk("linux: %s: system call %d (%s) is not implemented\n", process->name, number,
	       syscalls[n].name ? syscalls[n].name : "unnamed");
}

static bool is_restart_code(int result)
{
	return result == -ERESTARTSYS || result == -ERESTARTNOINTR || result == -ERESTARTNOHAND ||
	       result == -ERESTART_RESTARTBLOCK;
}

/* True: a signal has interrupted the call, but no handler is to be called, so it begins anew here and now. */
static bool begins_anew(struct process *process, int number, int result)
{
	if (process->current_syscall < 0 || !is_restart_code(result)) {
		return false;
	}
	if (signals_act(process)) {
		process->signals.interrupted_call = number;
		return false;
	}
	signals_restore_blocked(process);
	return true;
}

/* The result may be one of the restart codes, if there is a handler to call; signals_deliver() knows them. */
int system_call(struct process *process, int number, struct syscall_frame *frame)
{
	int result = -ENOSYS;

	process->current_syscall = number;
	process->sleeps_until_tick = false;
	PROBE3("linux-syscall", process, number, frame);
	if ((unsigned)number < SYSCALL_LIMIT && syscalls[number].handler) {
		do {
			result = syscalls[number].handler(process, frame);
		} while (begins_anew(process, number, result));
	} else {
		system_call_missing(process, number);
	}
	PROBE3("linux-syscall-return", process, number, result);
	process->current_syscall = -1;
	return result;
}
