/* SPDX-License-Identifier: MIT
 * The commands that the shell carries out itself, in one table.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sh.h"

static int do_true(int argc, char **argv) { return (void)argc, (void)argv, 0; }

static int do_false(int argc, char **argv) { return (void)argc, (void)argv, 1; }

static int do_cd(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : variable_get("HOME");

	if (chdir(path ? path : "/") < 0) {
		dprintf(STDERR_FILENO, "sh: cd: %s: %s\n", path ? path : "/", strerror(errno));
		return 1;
	}
	return 0;
}

static int do_pwd(int argc, char **argv)
{
	char path[1000];

	(void)argc, (void)argv;
	if (!getcwd(path, sizeof(path))) {
		perror("sh: pwd");
		return 1;
	}
	printf("%s\n", path);
	return 0;
}

static int do_exit(int argc, char **argv)
{
	shell.leaving = 1;
	return argc > 1 ? atoi(argv[1]) & 0xFF : shell.status;
}

static int do_export(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		char *equals = strchr(argv[i], '=');
		size_t length = equals ? (size_t)(equals - argv[i]) : strlen(argv[i]);
		if (!variable_is_name(argv[i], length)) {
			dprintf(STDERR_FILENO, "sh: export: %s: no name\n", argv[i]);
			return 1;
		}
		char *name = copy_string(argv[i], length);
		if (equals) {
			variable_set(name, equals + 1);
		}
		variable_export(name);
		free(name);
	}
	return 0;
}

static int do_unset(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		variable_unset(argv[i]);
	}
	return 0;
}

/* One line, byte by byte, so that what follows is left to others. */
static int do_read(int argc, char **argv)
{
	struct text line = { NULL, 0, 0 };
	char byte;
	long length;

	while ((length = read(STDIN_FILENO, &byte, 1)) == 1 && byte != '\n') {
		text_add(&line, byte);
	}
	if (argc > 1) {
		variable_set(argv[1], line.bytes ? line.bytes : "");
	}
	text_free(&line);
	return length != 1;
}

static int do_wait(int argc, char **argv)
{
	int status = 0;

	if (argc > 1) {
		if (waitpid(atoi(argv[1]), &status, 0) < 0) {
			return 127;
		}
		return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	}
	while (waitpid(-1, &status, 0) > 0) {
	}
	return 0;
}

static int do_break(int argc, char **argv)
{
	shell.break_depth = argc > 1 ? atoi(argv[1]) : 1;
	return 0;
}

static int do_continue(int argc, char **argv)
{
	shell.continue_depth = argc > 1 ? atoi(argv[1]) : 1;
	return 0;
}

/* test(1), [: strings and numbers. */
static int compare(const char *left, const char *operator, const char *right)
{
	long a = strtol(left, NULL, 10);
	long b = strtol(right, NULL, 10);

	if (strcmp(operator, "=") == 0 || strcmp(operator, "!=") == 0) {
		return (strcmp(left, right) == 0) == (*operator == '=');
	}
	if (strcmp(operator, "-eq") == 0) {
		return a == b;
	}
	if (strcmp(operator, "-ne") == 0) {
		return a != b;
	}
	if (strcmp(operator, "-lt") == 0) {
		return a < b;
	}
	return strcmp(operator, "-gt") == 0 ? a > b : -1;
}

static int do_test(int argc, char **argv)
{
	int result = -1;

	if (strcmp(argv[0], "[") == 0 && (argc < 2 || strcmp(argv[--argc], "]") != 0)) {
		dprintf(STDERR_FILENO, "sh: [: there is no ]\n");
		return 2;
	}
	if (argc <= 2) {
		result = argc == 2 && *argv[1];
	} else if (argc == 3 && (strcmp(argv[1], "-n") == 0 || strcmp(argv[1], "-z") == 0)) {
		result = (*argv[2] == 0) == (argv[1][1] == 'z');
	} else if (argc == 3 && strcmp(argv[1], "-e") == 0) {
		result = access(argv[2], 0) == 0;
	} else if (argc == 4) {
		result = compare(argv[1], argv[2], argv[3]);
	}
	if (result < 0) {
		dprintf(STDERR_FILENO, "sh: %s: an expression that this shell does not know\n", argv[0]);
		return 2;
	}
	return !result;
}

static const struct {
	const char *name;
	builtin *function;
} builtins[] = {
	{ ":", do_true },	{ "true", do_true },	 { "false", do_false }, { "cd", do_cd },
	{ "pwd", do_pwd },	{ "exit", do_exit },	 { "export", do_export }, { "unset", do_unset },
	{ "read", do_read },	{ "wait", do_wait },	 { "break", do_break }, { "continue", do_continue },
	{ "test", do_test },	{ "[", do_test },
};

builtin *builtin_find(const char *name)
{
	for (unsigned i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
		if (strcmp(builtins[i].name, name) == 0) {
			return builtins[i].function;
		}
	}
	return NULL;
}
