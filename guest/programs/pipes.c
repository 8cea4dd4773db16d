/* SPDX-License-Identifier: MIT
 * Checks pipes and descriptors: data through pipes, ends of file, broken pipes, dup, fcntl, and what execve closes.
 * The exit status is the number of failures. It passes on a real Linux too.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WILD ((void *)0xC0000000u)
#define LARGE 200000
#define HIGH 40

static int failures;
static unsigned char buffer[LARGE];

static void check(const char *what, int condition)
{
	printf("%s %s\n", condition ? "ok  " : "FAIL", what);
	failures += !condition;
}

static int fails_with(long result, int error) { return result == -1 && errno == error; }

static void check_data(void)
{
	int fds[2];
	struct stat facts;

	check("pipe: two descriptors", pipe(fds) == 0 && fds[0] != fds[1]);
	check("write, read: the same bytes",
	      write(fds[1], "abc", 3) == 3 && read(fds[0], buffer, 100) == 3 &&
	      memcmp(buffer, "abc", 3) == 0);
	check("fstat: a pipe", fstat(fds[0], &facts) == 0 && (facts.st_mode & S_IFMT) == S_IFIFO);
	check("lseek: is ESPIPE", fails_with(lseek(fds[0], 0, SEEK_CUR), ESPIPE));
	check("read: the writing end is EBADF", fails_with(read(fds[1], buffer, 1), EBADF));
	check("write: the reading end is EBADF", fails_with(write(fds[0], "x", 1), EBADF));
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	check("read: nothing there, O_NONBLOCK, is EAGAIN", fails_with(read(fds[0], buffer, 1), EAGAIN));
	close(fds[1]);
	check("read: without writers it is at its end", read(fds[0], buffer, 1) == 0);
	close(fds[0]);
	check("pipe: a bad pointer is EFAULT", fails_with(pipe(WILD), EFAULT));
	check("pipe2: unknown flags are EINVAL", fails_with(syscall(SYS_pipe2, fds, 1), EINVAL));
}

/* The child fills the pipe, far more than it holds; the parent reads late and in odd pieces. */
static void check_large(void)
{
	struct timespec late = { 0, 30000000 };
	int fds[2], status, sum = 0;
	long length;

	pipe(fds);
	int pid = fork();
	if (pid == 0) {
		memset(buffer, 3, LARGE);
		_exit(write(fds[1], buffer, LARGE) == LARGE ? 0 : 1);
	}
	close(fds[1]);
	nanosleep(&late, NULL);
	int total = 0;
	while ((length = read(fds[0], buffer, 777)) > 0) {
		total += (int)length;
		sum += buffer[0] + buffer[length - 1];
		status = length;
	}
	check("read: all that a child writes", total == LARGE && sum >= 6 * (LARGE / 777));
	check("write: everything has gone", waitpid(pid, &status, 0) == pid && status == 0);
	close(fds[0]);
}

static void check_broken(void)
{
	unsigned ignore[5] = { 1, 0, 0, 0, 0 };
	int fds[2], status;

	pipe(fds);
	close(fds[0]);
	int pid = fork();
	if (pid == 0) {
		write(fds[1], "x", 1);
		_exit(1);
	}
	check("write: without readers is SIGPIPE", waitpid(pid, &status, 0) == pid && status == SIGPIPE);
	syscall(SYS_rt_sigaction, SIGPIPE, ignore, NULL, 8);
	check("write: with SIGPIPE ignored, EPIPE", fails_with(write(fds[1], "x", 1), EPIPE));
	close(fds[1]);
}

static void check_descriptors(void)
{
	int fds[2];

	pipe(fds);
	int copy = dup(fds[1]);
	check("dup: the lowest free one",
	      copy == fds[1] + 1 && write(copy, "d", 1) == 1 && read(fds[0], buffer, 1) == 1);
	check("dup2: a chosen one", dup2(fds[1], HIGH) == HIGH && write(HIGH, "e", 1) == 1);
	check("dup2: onto itself", dup2(HIGH, HIGH) == HIGH && fails_with(dup2(99, 99), EBADF));
	check("dup2: a closed one is EBADF", fails_with(dup2(99, 5), EBADF));
	check("dup2: a number too high is EBADF", fails_with(dup2(fds[0], 1 << 30), EBADF));
	check("dup3: onto itself is EINVAL", fails_with(syscall(SYS_dup3, HIGH, HIGH, 0), EINVAL));
	check("fcntl: F_DUPFD, from a number on", fcntl(fds[0], F_DUPFD, HIGH) == HIGH + 1);
	check("fcntl: F_GETFD, F_SETFD",
	      fcntl(HIGH, F_GETFD) == 0 && fcntl(HIGH, F_SETFD, FD_CLOEXEC) == 0 &&
	      fcntl(HIGH, F_GETFD) == FD_CLOEXEC);
	check("fcntl: F_GETFL", (fcntl(fds[1], F_GETFL) & 3) == O_WRONLY);
	check("fcntl: a closed one is EBADF", fails_with(fcntl(99, F_GETFD), EBADF));
	check("fcntl: an unknown command is EINVAL", fails_with(fcntl(HIGH, 12345), EINVAL));
}

/* HIGH has FD_CLOEXEC, HIGH + 1 has not: the new program tells which of them it has. */
static void check_exec(const char *self)
{
	char *arguments[] = { (char *)self, "child", NULL };
	int status;
	int pid = fork();

	if (pid == 0) {
		execve(self, arguments, NULL);
		_exit(99);
	}
	check("execve: closes what has FD_CLOEXEC", waitpid(pid, &status, 0) == pid && status == 2 << 8);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "child") == 0) {
		return (fcntl(HIGH, F_GETFD) >= 0) + 2 * (fcntl(HIGH + 1, F_GETFD) >= 0);
	}
	check_data();
	check_large();
	check_broken();
	check_descriptors();
	check_exec(argc > 1 ? argv[1] : "/bin/pipes");
	printf("%d failed\n", failures);
	return failures;
}
