/* SPDX-License-Identifier: MIT
 * Checks what waits for time or for files: alarm, setitimer, the sleeps, select and poll. The exit status is the number
 * of failures. It passes on a real Linux too.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WILD ((void *)0xC0000000u)
#define ITIMER_REAL 0
#define TIMER_ABSTIME 1
#define POLLIN 1
#define POLLOUT 4
#define POLLERR 8
#define POLLHUP 16
#define POLLNVAL 32
#define MILLISECOND 1000000

struct timeval {
	long tv_sec, tv_usec;
};

struct itimerval {
	struct timeval it_interval, it_value;
};

struct pollfd {
	int fd;
	short events, revents;
};

static int failures;
static volatile int calls;

static void check(const char *what, int condition)
{
	printf("%s %s\n", condition ? "ok  " : "FAIL", what);
	failures += !condition;
}

static int fails_with(long result, int error) { return result == -1 && errno == error; }

static void count(int signal)
{
	(void)signal;
	calls++;
}

static void handle(int signal, unsigned flags)
{
	const struct sigaction action = { .sa_handler = count, .sa_flags = flags };

	sigaction(signal, &action, NULL);
	calls = 0;
}

static long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / MILLISECOND;
}

static void set_timer(long value, long interval)
{
	const struct itimerval timer = { { 0, interval }, { 0, value } };

	syscall(SYS_setitimer, ITIMER_REAL, &timer, NULL);
}

static void check_timers(void)
{
	const struct itimerval bad = { { 0, 0 }, { 0, 1000000 } };
	struct itimerval now;
	long start = milliseconds();

	handle(SIGALRM, 0);
	check("alarm: none before", syscall(SYS_alarm, 100) == 0);
	check("alarm: nearly all is left", syscall(SYS_alarm, 1) == 100);
	check("pause: until the alarm", fails_with(pause(), EINTR) && calls == 1);
	check("alarm: after a second", milliseconds() - start >= 1000 && milliseconds() - start < 2000);
	check("alarm: then none", syscall(SYS_alarm, 0) == 0);
	set_timer(20000, 20000);
	while (calls < 6) {
		pause();
	}
	check("setitimer: again and again", calls == 6);
	check("getitimer: its period", syscall(SYS_getitimer, ITIMER_REAL, &now) == 0 && now.it_interval.tv_usec == 20000 &&
	      now.it_value.tv_usec > 0 && now.it_value.tv_usec <= 30000);
	set_timer(0, 0);
	check("getitimer: then nothing", syscall(SYS_getitimer, ITIMER_REAL, &now) == 0 && now.it_value.tv_usec == 0);
	check("setitimer: bad times are EINVAL", fails_with(syscall(SYS_setitimer, ITIMER_REAL, &bad, NULL), EINVAL));
	check("setitimer: a bad timer is EINVAL", fails_with(syscall(SYS_setitimer, 3, &now, NULL), EINVAL));
	check("getitimer: a wild place is EFAULT", fails_with(syscall(SYS_getitimer, ITIMER_REAL, WILD), EFAULT));
	set_timer(30000, 0);
	calls = 0;
	while (calls == 0) {
		/* computing, not in a system call */
	}
	check("setitimer: a computing program is interrupted", calls == 1);
}

static void check_sleeps(void)
{
	const struct timespec short_time = { 0, 30 * MILLISECOND }, bad = { 0, 1000000000 }, long_time = { 5, 0 };
	const long long wide_time[2] = { 0, 30 * MILLISECOND };
	struct timespec rest = { 0, 0 }, until;
	long start = milliseconds();

	check("clock_nanosleep: sleeps", syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &short_time, NULL) == 0 &&
	      milliseconds() - start >= 30);
	start = milliseconds();
	check("clock_nanosleep_time64: too", syscall(SYS_clock_nanosleep_time64, CLOCK_REALTIME, 0, wide_time, NULL) == 0 &&
	      milliseconds() - start >= 30);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += 1;
	check("clock_nanosleep: until a time", syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == 0);
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	check("clock_nanosleep: it has come", now.tv_sec > until.tv_sec || (now.tv_sec == until.tv_sec && now.tv_nsec >= until.tv_nsec));
	check("clock_nanosleep: the past is over", syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == 0);
	check("nanosleep: bad nanoseconds are EINVAL", fails_with(nanosleep(&bad, NULL), EINVAL));
	check("clock_nanosleep: a bad clock is EINVAL", fails_with(syscall(SYS_clock_nanosleep, 77, 0, &short_time, NULL), EINVAL));
	handle(SIGALRM, SA_RESTART);
	set_timer(50000, 0);
	check("nanosleep: interrupted", fails_with(nanosleep(&long_time, &rest), EINTR) && calls == 1 && rest.tv_sec == 4);
	check("clock_getres", syscall(SYS_clock_getres, CLOCK_MONOTONIC, &rest) == 0 && rest.tv_sec == 0);
}

static void check_poll(void)
{
	int fds[2];
	const unsigned long long mask = sigmask(SIGALRM);
	const struct timespec second = { 1, 0 };

	pipe(fds);
	struct pollfd entries[3] = { { fds[0], POLLIN, 0 }, { fds[1], POLLOUT, 0 }, { 55, POLLIN, 0 } };
	check("poll: one end can be written to, one is none", syscall(SYS_poll, entries, 3, -1) == 2 && entries[0].revents == 0 &&
	      entries[1].revents == POLLOUT && entries[2].revents == POLLNVAL);
	long start = milliseconds();
	check("poll: nothing until the time is over", syscall(SYS_poll, entries, 1, 50) == 0 && milliseconds() - start >= 50);
	check("poll: or at once", syscall(SYS_poll, entries, 1, 0) == 0);
	int child = fork();
	if (child == 0) {
		nanosleep(&(struct timespec){ 0, 50 * MILLISECOND }, NULL);
		write(fds[1], "x", 1);
		_exit(0);
	}
	check("poll: woken by what comes", syscall(SYS_poll, entries, 1, -1) == 1 && entries[0].revents == POLLIN);
	waitpid(child, NULL, 0);
	close(fds[1]);
	check("poll: and the other end has gone", syscall(SYS_poll, entries, 1, -1) == 1 && entries[0].revents == (POLLIN | POLLHUP));
	entries[0].fd = -1;
	check("poll: a negative descriptor is left out", syscall(SYS_poll, entries, 1, 0) == 0);
	handle(SIGALRM, SA_RESTART);
	set_timer(30000, 0);
	check("poll: EINTR, SA_RESTART or not", fails_with(syscall(SYS_poll, entries, 1, -1), EINTR) && calls == 1);
	set_timer(30000, 0);
	check("ppoll: what is blocked waits", syscall(SYS_ppoll, entries, 1, &(struct timespec){ 0, 80 * MILLISECOND }, &mask, 8) == 0);
	check("ppoll: until it is over", calls == 2);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	set_timer(30000, 0);
	check("ppoll: what is not blocked comes", fails_with(syscall(SYS_ppoll, entries, 1, &second, &(sigset_t){ 0 }, 8), EINTR) && calls == 3);
	sigset_t now;
	sigprocmask(SIG_UNBLOCK, &mask, &now);
	check("ppoll: the mask is back", now == mask);
	check("poll: wild entries are EFAULT", fails_with(syscall(SYS_poll, WILD, 1, 0), EFAULT));
	close(fds[0]);
}

static void check_select(void)
{
	int fds[2];
	unsigned readable[2] = { 0, 0 }, writable[2] = { 0, 0 };
	struct timeval time = { 0, 40000 };

	pipe(fds);
	readable[0] = 1u << fds[0];
	writable[0] = 1u << fds[1];
	check("select: one is ready", syscall(SYS__newselect, fds[1] + 1, readable, writable, NULL, NULL) == 1 &&
	      readable[0] == 0 && writable[0] == 1u << fds[1]);
	readable[0] = 1u << fds[0];
	check("select: nothing in time", syscall(SYS__newselect, fds[0] + 1, readable, NULL, NULL, &time) == 0 &&
	      readable[0] == 0 && time.tv_usec == 0);
	write(fds[1], "x", 1);
	readable[0] = 1u << fds[0];
	time.tv_sec = 3;
	check("select: something, with time left", syscall(SYS__newselect, fds[0] + 1, readable, NULL, NULL, &time) == 1 &&
	      readable[0] == 1u << fds[0] && time.tv_sec >= 2);
	readable[0] = 1u << 30;
	check("select: no such file is EBADF", fails_with(syscall(SYS__newselect, 31, readable, NULL, NULL, &time), EBADF));
	check("select: a negative number is EINVAL", fails_with(syscall(SYS__newselect, -1, NULL, NULL, NULL, &time), EINVAL));
	readable[0] = 1u << fds[0];
	const struct timespec second = { 1, 0 };
	check("pselect: ready", syscall(SYS_pselect6, fds[0] + 1, readable, NULL, NULL, &second, NULL) == 1);
	handle(SIGALRM, 0);
	set_timer(30000, 0);
	check("pselect: EINTR", fails_with(syscall(SYS_pselect6, 0, NULL, NULL, NULL, &second, NULL), EINTR) && calls == 1);
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	check_timers();
	check_sleeps();
	check_poll();
	check_select();
	printf("%d failed\n", failures);
	return failures;
}
