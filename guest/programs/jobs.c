/* SPDX-License-Identifier: MIT
 * Checks what a parent sees of its children's signals: ending, stopping, going on; SIGCHLD, SIGPIPE, orphaned groups, and
 * what fork and execve hand on. The exit status is the number of failures. It passes on a real Linux too.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_STOPPED 5
#define CLD_CONTINUED 6

static int failures;
static volatile int calls;
static siginfo_t last;

static void check(const char *what, int condition)
{
	printf("%s %s\n", condition ? "ok  " : "FAIL", what);
	failures += !condition;
}

static int fails_with(long result, int error) { return result == -1 && errno == error; }

static void inform(int signal, siginfo_t *info, void *context)
{
	(void)signal, (void)context;
	calls++;
	last = *info;
}

static void handle_child(unsigned flags)
{
	const struct sigaction action = { .sa_sigaction = inform, .sa_flags = SA_SIGINFO | flags };

	sigaction(SIGCHLD, &action, NULL);
	calls = 0;
}

static void sleep_briefly(void)
{
	nanosleep(&(struct timespec){ 0, 50000000 }, NULL);
}

static int computing_child(void)
{
	int child = fork();

	while (child == 0) {
		/* for ever */
	}
	return child;
}

static int sleeping_child(void)
{
	int child = fork();

	while (child == 0) {
		nanosleep(&(struct timespec){ 100, 0 }, NULL);
	}
	return child;
}

static void check_child(void)
{
	int status, child;

	handle_child(SA_RESTART);
	child = fork();
	if (child == 0) {
		_exit(7);
	}
	check("waitpid: the end", waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7);
	check("SIGCHLD: says so", calls == 1 && last.si_code == CLD_EXITED && last.si_pid == child && last.si_status == 7);
	child = computing_child();
	kill(child, SIGTERM);
	check("waitpid: ended by a signal", waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGTERM);
	check("SIGCHLD: says which", calls == 2 && last.si_code == CLD_KILLED && last.si_status == SIGTERM);
}

static void check_stops(const char *what, int child)
{
	int status;

	printf("ok   %s:\n", what);
	setpgid(child, child); /* SIGTSTP does nothing in a group that nobody could continue */
	handle_child(SA_RESTART);
	sleep_briefly();
	calls = 0;
	kill(child, SIGSTOP);
	check("waitpid: it has stopped", waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
	check("SIGCHLD: it has stopped", calls == 1 && last.si_code == CLD_STOPPED && last.si_status == SIGSTOP);
	check("waitpid: once", waitpid(child, &status, WUNTRACED | WNOHANG) == 0);
	kill(child, SIGCONT);
	check("waitpid: it goes on", waitpid(child, &status, WCONTINUED) == child && WIFCONTINUED(status));
	sleep_briefly();
	check("SIGCHLD: it goes on", calls == 2 && last.si_code == CLD_CONTINUED);
	handle_child(SA_RESTART | SA_NOCLDSTOP);
	kill(child, SIGTSTP);
	check("waitpid: stopped by SIGTSTP", waitpid(child, &status, WUNTRACED) == child && WSTOPSIG(status) == SIGTSTP);
	check("SA_NOCLDSTOP: no signal of that", calls == 0);
	kill(child, SIGTERM);
	sleep_briefly();
	check("a stopped process keeps its signals", waitpid(child, &status, WNOHANG) == 0);
	kill(child, SIGCONT);
	check("and acts upon them when it goes on", waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGTERM);
}

static void check_killed_stop(void)
{
	int status, child = computing_child();

	kill(child, SIGSTOP);
	waitpid(child, &status, WUNTRACED);
	kill(child, SIGKILL);
	check("SIGKILL ends a stopped process", waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGKILL);
}

static void check_no_zombies(void)
{
	handle_child(SA_NOCLDWAIT);
	int child = fork();
	if (child == 0) {
		_exit(0);
	}
	check("SA_NOCLDWAIT: nothing to wait for", fails_with(waitpid(child, NULL, 0), ECHILD));
	signal(SIGCHLD, SIG_DFL);
}

static void check_pipe(void)
{
	int fds[2], status;

	pipe(fds);
	close(fds[0]);
	int child = fork();
	if (child == 0) {
		write(fds[1], "x", 1);
		_exit(0);
	}
	check("SIGPIPE ends a writer", waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGPIPE);
	signal(SIGPIPE, SIG_IGN);
	check("EPIPE, if that is ignored", fails_with(write(fds[1], "x", 1), EPIPE));
	signal(SIGPIPE, SIG_DFL);
	close(fds[1]);
}

/* A stopped member of a group that its leader's end orphans gets SIGHUP and SIGCONT. */
static void check_orphans(void)
{
	int fds[2];
	char byte = 0;

	pipe(fds);
	int leader = fork();
	if (leader == 0) {
		setpgid(0, 0);
		int member = fork();
		if (member == 0) {
			handle_child(0);
			const struct sigaction action = { .sa_sigaction = inform, .sa_flags = SA_SIGINFO };
			sigaction(SIGHUP, &action, NULL);
			raise(SIGSTOP);
			write(fds[1], calls == 1 && last.si_signo == SIGHUP ? "h" : "?", 1);
			_exit(0);
		}
		waitpid(member, NULL, WUNTRACED);
		_exit(0);
	}
	close(fds[1]);
	waitpid(leader, NULL, 0);
	check("an orphaned stopped group is hung up and goes on", read(fds[0], &byte, 1) == 1 && byte == 'h');
	close(fds[0]);
}

/* As "/proc/self/exe again": looks at what execve has left. */
static int executed(void)
{
	struct sigaction action;
	sigset_t blocked, pending;

	sigaction(SIGUSR1, NULL, &action);
	check("execve: a handler is gone", action.sa_handler == SIG_DFL && action.sa_flags == 0);
	sigaction(SIGUSR2, NULL, &action);
	check("execve: what was ignored still is", action.sa_handler == SIG_IGN);
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	sigpending(&pending);
	check("execve: the mask stays, and what it holds back", blocked == sigmask(SIGTERM) && pending == sigmask(SIGTERM));
	return failures;
}

static void check_execve(char *program)
{
	char *const arguments[] = { program, "executed", NULL };
	sigset_t set = sigmask(SIGTERM), pending;
	int status;

	handle_child(0);
	signal(SIGUSR1, (sighandler_t)(void *)inform);
	signal(SIGUSR2, SIG_IGN);
	int child = fork();
	if (child == 0) {
		sigprocmask(SIG_BLOCK, &set, NULL);
		raise(SIGTERM);
		execve(program, arguments, arguments + 2);
		_exit(99);
	}
	while (waitpid(child, &status, 0) != child) {
		/* interrupted */
	}
	check("execve: all as it should be", WIFEXITED(status) && WEXITSTATUS(status) == 0);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGTERM);
	child = fork();
	if (child == 0) {
		sigpending(&pending);
		_exit(pending == 0);
	}
	while (waitpid(child, &status, 0) != child) {
		/* interrupted */
	}
	check("fork: a child has nothing pending", WEXITSTATUS(status) == 1);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		return executed();
	}
	check_child();
	check_stops("a child that computes", computing_child());
	check_stops("a child that sleeps", sleeping_child());
	check_killed_stop();
	check_no_zombies();
	check_pipe();
	check_orphans();
	check_execve(argv[0][0] == '/' ? argv[0] : "/bin/jobs");
	printf("%d failed\n", failures);
	return failures;
}
