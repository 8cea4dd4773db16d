/* SPDX-License-Identifier: MIT
 * Checks execve: arguments and environment arrive, scripts find their interpreter, and errors leave the program as
 * it was. With an argument it is its own child, and says what it has got.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define WILD ((void *)0xC0000000u)
#define SCRIPT "/tmp/script"

static int failures;
static const char *self;

static void check(const char *what, int condition)
{
	printf("%s %s\n", condition ? "ok  " : "FAIL", what);
	failures += !condition;
}

static int fails_with(long result, int error) { return result == -1 && errno == error; }

static int run(const char *path, char *const *argv, char *const *environment)
{
	int status = -1;
	int pid = vfork();

	if (pid == 0) {
		execve(path, argv, environment);
		_exit(errno);
	}
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

/* The child's side: the status says whether it was started as its first argument tells. */
static int be_child(int argc, char **argv)
{
	if (strcmp(argv[1], "arguments") == 0) {
		const char *value = getenv("KEY");
		return argc == 4 && strcmp(argv[2], "") == 0 && strcmp(argv[3], "two words") == 0 && value &&
		       strcmp(value, "value") == 0 ? 7 : 1;
	}
	if (strcmp(argv[1], "script words") == 0) { /* #!self script words */
		return argc == 4 && strcmp(argv[2], SCRIPT) == 0 && strcmp(argv[3], "more") == 0 ? 8 : 1;
	}
	return strcmp(argv[1], "nothing") == 0 && argc == 2 && !*environ ? 9 : 1;
}

static void check_programs(void)
{
	char *arguments[] = { (char *)self, "arguments", "", "two words", NULL };
	char *nothing[] = { (char *)self, "nothing", NULL };
	char *key[] = { "KEY=value", NULL };
	int pid = getpid();

	check("execve: arguments and environment", run(self, arguments, key) == 7 << 8);
	check("execve: an empty environment", run(self, nothing, NULL) == 9 << 8);
	check("execve: the parent is what it was", getpid() == pid);
}

static void write_file(const char *path, int mode, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	write(fd, text, strlen(text));
	close(fd);
}

static void check_scripts(void)
{
	char *arguments[] = { "script", "more", NULL };
	char line[200];

	snprintf(line, sizeof(line), "#! %s script words \nrest\n", self);
	write_file(SCRIPT, 0755, line);
	check("execve: a script", run(SCRIPT, arguments, NULL) == 8 << 8);
	write_file(SCRIPT, 0755, "#!/no/such/interpreter\n");
	check("execve: no interpreter is ENOENT", run(SCRIPT, arguments, NULL) == ENOENT << 8);
	write_file(SCRIPT, 0755, "neither\n");
	check("execve: neither program nor script is ENOEXEC", run(SCRIPT, arguments, NULL) == ENOEXEC << 8);
	unlink(SCRIPT);
	write_file(SCRIPT, 0644, "#!/bin/echo\n");
	check("execve: without permission is EACCES", run(SCRIPT, arguments, NULL) == EACCES << 8);
	unlink(SCRIPT);
}

static void check_errors(void)
{
	char *arguments[] = { "x", NULL };
	char *wild[] = { "x", WILD, NULL };

	check("execve: no file is ENOENT", fails_with(execve("/no/such", arguments, NULL), ENOENT));
	check("execve: a directory is EACCES", fails_with(execve("/tmp", arguments, NULL), EACCES));
	check("execve: a bad path is EFAULT", fails_with(execve(WILD, arguments, NULL), EFAULT));
	check("execve: bad arguments are EFAULT", fails_with(execve(self, WILD, NULL), EFAULT));
	check("execve: a bad string is EFAULT", fails_with(execve(self, wild, NULL), EFAULT));
	check("open: a running program for writing is ETXTBSY", fails_with(open(self, O_WRONLY), ETXTBSY));
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "at") != 0) {
		return be_child(argc, argv);
	}
	self = argc > 2 ? argv[2] : "/bin/execs";
	check_programs();
	check_scripts();
	check_errors();
	printf("%d failed\n", failures);
	return failures;
}
