/* SPDX-License-Identifier: MIT
 * Checks sending, blocking and handling of signals, and what they do to system calls. The exit status is the number of
 * failures. It passes on a real Linux too.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WILD ((void *)0xC0000000u)
#define SI_USER 0
#define SI_QUEUE (-1)
#define SI_TKILL (-6)
#define SYS_SIGQUEUEINFO_THREAD 335

static int failures;
static volatile int calls, last_signal;
static siginfo_t last_info;
static ucontext_t last_context;
static char other_stack[16384];

static void check(const char *what, int condition)
{
	printf("%s %s\n", condition ? "ok  " : "FAIL", what);
	failures += !condition;
}

static int fails_with(long result, int error) { return result == -1 && errno == error; }

static void count(int signal)
{
	calls++;
	last_signal = signal;
}

static void inform(int signal, siginfo_t *info, void *context)
{
	count(signal);
	last_info = *info;
	last_context = *(ucontext_t *)context;
}

static void handle(int signal, sighandler_t handler, unsigned flags, sigset_t mask)
{
	const struct sigaction action = { .sa_handler = handler, .sa_flags = flags, .sa_mask = mask };

	if (sigaction(signal, &action, NULL) != 0) {
		check("sigaction", 0);
	}
	calls = last_signal = 0;
}

static void handle_with_info(int signal, unsigned flags)
{
	handle(signal, (sighandler_t)(void *)inform, flags | SA_SIGINFO, 0);
}

/* --- one handler after the other */

static volatile int depth, deepest;

static void nest(int signal)
{
	if (++depth > deepest) {
		deepest = depth;
	}
	if (++calls < 3) {
		raise(signal);
	}
	depth--;
}

static void check_handlers(void)
{
	handle(SIGUSR1, count, 0, 0);
	check("raise: the handler has been called when it returns", raise(SIGUSR1) == 0 && calls == 1 && last_signal == SIGUSR1);
	check("kill: the same", kill(getpid(), SIGUSR1) == 0 && calls == 2);
	check("tkill: the same", syscall(SYS_tkill, getpid(), SIGUSR1) == 0 && calls == 3);
	handle(SIGUSR1, count, SA_RESETHAND, 0);
	raise(SIGUSR1);
	struct sigaction now;
	check("SA_RESETHAND: the default is back", sigaction(SIGUSR1, NULL, &now) == 0 && now.sa_handler == SIG_DFL && calls == 1);
	handle(SIGUSR1, nest, 0, 0);
	deepest = 0;
	raise(SIGUSR1);
	check("a handler is not interrupted by its own signal", calls == 3 && deepest == 1);
	handle(SIGUSR1, nest, SA_NODEFER, 0);
	deepest = 0;
	raise(SIGUSR1);
	check("SA_NODEFER: but now it is", calls == 3 && deepest == 3);
	handle(SIGUSR1, SIG_IGN, 0, 0);
	check("SIG_IGN: nothing", raise(SIGUSR1) == 0 && calls == 0);
}

static void check_information(void)
{
	int value = 77;
	siginfo_t info = { .si_code = SI_QUEUE };

	handle_with_info(SIGUSR1, 0);
	kill(getpid(), SIGUSR1);
	check("SA_SIGINFO: kill says who", last_info.si_signo == SIGUSR1 && last_info.si_code == SI_USER &&
	      last_info.si_pid == getpid());
	raise(SIGUSR1);
	check("SA_SIGINFO: tgkill has its own code", last_info.si_code == SI_TKILL);
	memcpy(&info.si_status, &value, sizeof(value));
	check("rt_sigqueueinfo: the value arrives", syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &info) == 0 &&
	      last_info.si_code == SI_QUEUE && last_info.si_status == 77);
	check("the context has the mask of before", last_context.uc_sigmask == 0 && last_context.uc_link == NULL);
	check("the context has this program's segments", (last_context.uc_mcontext.cs & 3) == 3 &&
	      last_context.uc_mcontext.esp == last_context.uc_mcontext.esp_at_signal);
	check("the context has a floating-point state", last_context.uc_mcontext.fpstate != NULL);
}

/* --- masks */

static void check_masks(void)
{
	sigset_t set = sigmask(SIGUSR1) | sigmask(SIGKILL), old, pending;

	handle(SIGUSR1, count, 0, 0);
	check("sigprocmask: block", sigprocmask(SIG_BLOCK, &set, &old) == 0 && old == 0);
	check("sigprocmask: SIGKILL stays out", sigprocmask(SIG_BLOCK, NULL, &old) == 0 && old == sigmask(SIGUSR1));
	raise(SIGUSR1);
	raise(SIGUSR1);
	check("a blocked signal waits", calls == 0 && sigpending(&pending) == 0 && pending == sigmask(SIGUSR1));
	set = 0;
	check("sigsuspend: it comes now, once", fails_with(sigsuspend(&set), EINTR) && calls == 1);
	check("sigsuspend: the mask is back", sigprocmask(SIG_BLOCK, NULL, &old) == 0 && old == sigmask(SIGUSR1));
	raise(SIGUSR1);
	check("sigprocmask: unblock and it comes", sigprocmask(SIG_SETMASK, &set, NULL) == 0 && calls == 2);
	check("sigprocmask: a bad how is EINVAL", fails_with(sigprocmask(9, &set, NULL), EINVAL));
	check("sigprocmask: a bad size is EINVAL", fails_with(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 4), EINVAL));
	check("sigprocmask: a wild set is EFAULT", fails_with(sigprocmask(SIG_BLOCK, WILD, NULL), EFAULT));
	check("sigaction: signal 65 is EINVAL", fails_with(syscall(SYS_rt_sigaction, 65, NULL, NULL, 8), EINVAL));
	check("sigaction: SIGSTOP is EINVAL", fails_with(syscall(SYS_rt_sigaction, SIGSTOP, &(struct sigaction){ .sa_flags = 0 }, NULL, 8), EINVAL));
	check("sigaction: a wild action is EFAULT", fails_with(syscall(SYS_rt_sigaction, SIGUSR1, WILD, NULL, 8), EFAULT));
}

static void check_real_time(void)
{
	sigset_t set = sigmask(SIGRTMIN) | sigmask(SIGRTMIN + 1) | sigmask(SIGUSR2);
	const struct timespec at_once = { 0, 0 };
	siginfo_t info = { .si_code = SI_QUEUE };
	int order = 0;

	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int i = 1; i <= 3; i++) {
		info.si_status = i;
		syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN, &info);
	}
	raise(SIGUSR2);
	check("sigtimedwait: the lowest first", syscall(SYS_rt_sigtimedwait, &set, &info, &at_once, 8) == SIGUSR2);
	for (int i = 1; i <= 3; i++) {
		order += syscall(SYS_rt_sigtimedwait, &set, &info, &at_once, 8) == SIGRTMIN && info.si_status == i;
	}
	check("real-time signals queue, in order", order == 3);
	check("sigtimedwait: nothing is EAGAIN", fails_with(syscall(SYS_rt_sigtimedwait, &set, &info, &at_once, 8), EAGAIN));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* --- interrupted system calls */

static int signal_from_child(int signal, int fd)
{
	int parent = getpid();
	int child = fork();

	if (child == 0) {
		const struct timespec pause_time = { 0, 50000000 };
		nanosleep(&pause_time, NULL);
		kill(parent, signal);
		nanosleep(&pause_time, NULL);
		if (fd >= 0) {
			write(fd, "x", 1);
		}
		_exit(0);
	}
	return child;
}

static void check_interruption(void)
{
	const struct timespec second = { 1, 0 };
	struct timespec rest = { 0, 0 };
	char byte = 0;
	int fds[2], child;

	pipe(fds);
	handle(SIGUSR1, count, 0, 0);
	child = signal_from_child(SIGUSR1, fds[1]);
	check("read: EINTR after a handler", fails_with(read(fds[0], &byte, 1), EINTR) && calls == 1);
	check("read: then the byte", read(fds[0], &byte, 1) == 1 && byte == 'x');
	waitpid(child, NULL, 0);
	handle(SIGUSR1, count, SA_RESTART, 0);
	child = signal_from_child(SIGUSR1, fds[1]);
	check("read: SA_RESTART goes on", read(fds[0], &byte, 1) == 1 && calls == 1);
	waitpid(child, NULL, 0);
	child = signal_from_child(SIGUSR1, -1);
	check("nanosleep: EINTR even so, with the rest", fails_with(nanosleep(&second, &rest), EINTR) && calls == 2 &&
	      rest.tv_sec == 0 && rest.tv_nsec > 500000000);
	check("waitpid: restarted", waitpid(child, NULL, 0) == child);
	child = signal_from_child(SIGCONT, fds[1]);
	check("read: a signal without a handler does nothing", read(fds[0], &byte, 1) == 1);
	waitpid(child, NULL, 0);
	child = signal_from_child(SIGUSR1, -1);
	check("pause: EINTR", fails_with(pause(), EINTR) && calls == 3);
	waitpid(child, NULL, 0);
}

/* --- a stack of its own */

static int on_other_stack(const void *address)
{
	return (unsigned)address - (unsigned)other_stack < sizeof(other_stack);
}

static volatile int was_on_other_stack, denied;

static void look_at_stack(int signal)
{
	stack_t now;

	count(signal);
	was_on_other_stack = on_other_stack(&now);
	sigaltstack(NULL, &now);
	was_on_other_stack += now.ss_flags == SS_ONSTACK;
	denied = was_on_other_stack && fails_with(sigaltstack(&now, NULL), EPERM);
}

static void check_stack(void)
{
	stack_t stack = { other_stack, 0, 100 }, old;

	check("sigaltstack: none at first", sigaltstack(NULL, &old) == 0 && old.ss_flags == SS_DISABLE);
	check("sigaltstack: too small is ENOMEM", fails_with(sigaltstack(&stack, NULL), ENOMEM));
	stack = (stack_t){ other_stack, 99, sizeof(other_stack) };
	check("sigaltstack: bad flags are EINVAL", fails_with(sigaltstack(&stack, NULL), EINVAL));
	stack.ss_flags = 0;
	check("sigaltstack: set", sigaltstack(&stack, NULL) == 0);
	handle(SIGUSR1, look_at_stack, 0, 0);
	raise(SIGUSR1);
	check("without SA_ONSTACK the handler is not there", calls == 1 && was_on_other_stack == 0);
	handle(SIGUSR1, look_at_stack, SA_ONSTACK, 0);
	raise(SIGUSR1);
	check("SA_ONSTACK: it is, and knows", calls == 1 && was_on_other_stack == 2);
	check("SA_ONSTACK: it may not change that", denied);
	stack.ss_flags = SS_DISABLE;
	check("sigaltstack: disabled", sigaltstack(&stack, NULL) == 0 && sigaltstack(NULL, &old) == 0 && old.ss_flags == SS_DISABLE);
}

/* --- groups and processes */

static void check_groups(void)
{
	int status, children[2];
	sigset_t none = 0;

	handle(SIGUSR1, SIG_DFL, 0, 0);
	for (int i = 0; i < 2; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			setpgid(0, i == 0 ? 0 : children[0]);
			for (;;) {
				sigsuspend(&none);
			}
		}
		setpgid(children[i], children[0]);
	}
	check("kill: a group", kill(-children[0], SIGUSR1) == 0);
	check("kill: all of it", waitpid(children[0], &status, 0) == children[0] && WTERMSIG(status) == SIGUSR1 &&
	      waitpid(children[1], &status, 0) == children[1] && WTERMSIG(status) == SIGUSR1);
	check("kill: then there is none", fails_with(kill(-children[0], SIGUSR1), ESRCH));
	check("kill: a bad signal is EINVAL", fails_with(kill(0, 65), EINVAL));
	check("tgkill: another group is ESRCH", fails_with(syscall(SYS_tgkill, getpid() + 1, getpid(), 0), ESRCH));
	check("tkill: 0 is EINVAL", fails_with(syscall(SYS_tkill, 0, 0), EINVAL));
}

static void check_old_calls(void)
{
	struct {
		void *handler;
		unsigned mask, flags;
		void *restorer;
	} old = { count, sigmask(SIGUSR2), 0, NULL }, now;
	unsigned set = sigmask(SIGUSR1), before = 1;

	calls = 0;
	check("sigaction, the old one", syscall(SYS_sigaction, SIGUSR1, &old, NULL) == 0 && raise(SIGUSR1) == 0 && calls == 1);
	check("sigaction: what was set", syscall(SYS_sigaction, SIGUSR1, NULL, &now) == 0 && now.handler == count &&
	      now.mask == sigmask(SIGUSR2));
	check("sigprocmask, the old one", syscall(SYS_sigprocmask, SIG_BLOCK, &set, &before) == 0 && before == 0 &&
	      syscall(SYS_sgetmask) == (long)set);
	raise(SIGUSR1);
	check("sigpending, the old one", syscall(SYS_sigpending, &before) == 0 && before == set);
	check("sigsuspend, the old one", fails_with(syscall(SYS_sigsuspend, 0, 0, 0), EINTR) && calls == 2);
	check("ssetmask", syscall(SYS_ssetmask, 0) == (long)set && syscall(SYS_sgetmask) == 0);
	check("signal, the old one", syscall(SYS_signal, SIGUSR1, SIG_IGN) == (long)count);
}

int main(void)
{
	check_handlers();
	check_information();
	check_masks();
	check_real_time();
	check_interruption();
	check_stack();
	check_groups();
	check_old_calls();
	printf("%d failed\n", failures);
	return failures;
}
