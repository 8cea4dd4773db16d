/* SPDX-License-Identifier: MIT
 * sh [-c COMMAND [NAME [ARGUMENT...]] | FILE [ARGUMENT...]]: where commands come from. Standard input is read a byte at
 * a time up to the line's end, because what follows may be meant for the commands.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sh.h"

#define SYNTAX_ERROR 2
#define NOT_FOUND 127

struct shell shell;

int run_text(const char *text)
{
	struct node *node;

	while (!shell.leaving) {
		switch (parse_command(&text, &node)) {
		case PARSE_DONE:
			execute(node);
			node_free(node);
			break;
		case PARSE_NOTHING:
			return shell.status;
		case PARSE_UNFINISHED:
			dprintf(STDERR_FILENO, "sh: syntax error: the text ends too early\n");
			return shell.status = SYNTAX_ERROR;
		case PARSE_ERROR:
			return shell.status = SYNTAX_ERROR;
		}
	}
	return shell.status;
}

static int read_line(struct text *text)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) == 1) {
		text_add(text, byte);
		if (byte == '\n') {
			return 1;
		}
	}
	return 0;
}

static void prompt(const char *text)
{
	if (shell.interactive) {
		dprintf(STDERR_FILENO, "%s", text);
	}
}

/* Runs the commands that text holds completely; false if more lines are needed. */
static int run_complete(const char *text)
{
	struct node *node;
	const char *at = text;
	enum parse_result result = parse_command(&at, &node);

	if (result == PARSE_DONE) {
		execute(node);
		node_free(node);
	} else if (result == PARSE_ERROR) {
		shell.status = SYNTAX_ERROR;
	}
	return result != PARSE_UNFINISHED;
}

static void run_input(void)
{
	struct text text = { NULL, 0, 0 };

	prompt("$ ");
	while (!shell.leaving && read_line(&text)) {
		if (run_complete(text.bytes)) {
			text_free(&text);
			if (!shell.leaving) {
				prompt("$ ");
			}
		} else {
			prompt("> ");
		}
	}
	if (text.length > 0 && !shell.leaving) {
		run_text(text.bytes);
	}
	if (!shell.leaving) {
		prompt("\n");
	}
}

static void run_file(const char *path)
{
	struct text text = { NULL, 0, 0 };
	char buffer[512];
	long length;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		dprintf(STDERR_FILENO, "sh: %s: %s\n", path, strerror(errno));
		shell.status = NOT_FOUND;
		return;
	}
	while ((length = read(fd, buffer, sizeof(buffer))) > 0) {
		for (long i = 0; i < length; i++) {
			text_add(&text, buffer[i]);
		}
	}
	close(fd);
	run_text(text.bytes ? text.bytes : "");
}

static void take_parameters(int argc, char **argv)
{
	shell.name = argc > 0 ? argv[0] : "sh";
	shell.parameters = argv + 1;
	shell.parameter_count = argc > 1 ? argc - 1 : 0;
}

int main(int argc, char **argv, char **environment)
{
	unsigned ignore[5] = { 1, 0, 0, 0, 0 };

	shell.pid = getpid();
	variables_start(environment);
	if (!variable_get("PATH")) {
		variable_set("PATH", "/bin");
	}
	if (argc > 2 && strcmp(argv[1], "-c") == 0) {
		take_parameters(argc - 3, argv + 3);
		run_text(argv[2]);
	} else if (argc > 1) {
		take_parameters(argc - 1, argv + 1);
		run_file(argv[1]);
	} else {
		take_parameters(argc, argv);
		shell.interactive = isatty(STDIN_FILENO);
		if (shell.interactive) {
			syscall(SYS_rt_sigaction, SIGINT, ignore, NULL, 8);
		}
		run_input();
	}
	return shell.status;
}
