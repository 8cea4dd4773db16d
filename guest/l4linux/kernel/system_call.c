/* SPDX-License-Identifier: MIT
 * Dispatch of a system call, the same for every road by which it came.
 */
#include "printk.h"
#include "probe.h"
#include "syscalls.h"

/* Says once for each number that a program wanted what we do not have. */
static void report_missing(struct process *process, int number)
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

int system_call(struct process *process, int number, struct syscall_frame *frame)
{
	int result = -ENOSYS;

	process->current_syscall = number;
	PROBE3("linux-syscall", process, number, frame);
	if ((unsigned)number < SYSCALL_LIMIT && syscalls[number].handler) {
		result = syscalls[number].handler(process, frame);
	} else {
		report_missing(process, number);
	}
	PROBE3("linux-syscall-return", process, number, result);
	process->current_syscall = -1;
	return result;
}
