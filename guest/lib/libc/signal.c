/* SPDX-License-Identifier: MIT
 * Signals: the system calls with sets of 64 by their usual names.
 */
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "system_call.h"

int raise(int signal) { return (int)CALL3(SYS_tgkill, getpid(), syscall(SYS_gettid), signal); }

int sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
	return (int)CALL6(SYS_rt_sigaction, signal, action, old, sizeof(sigset_t), 0, 0);
}

sighandler_t signal(int signal, sighandler_t handler)
{
	const struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
	struct sigaction old;

	return sigaction(signal, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	return (int)CALL6(SYS_rt_sigprocmask, how, set, old, sizeof(*set), 0, 0);
}

int sigpending(sigset_t *set) { return (int)CALL2(SYS_rt_sigpending, set, sizeof(*set)); }

int sigsuspend(const sigset_t *set) { return (int)CALL2(SYS_rt_sigsuspend, set, sizeof(*set)); }

int sigaltstack(const stack_t *stack, stack_t *old) { return (int)CALL2(SYS_sigaltstack, stack, old); }

int pause(void) { return (int)CALL0(SYS_pause); }
