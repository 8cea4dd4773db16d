/* SPDX-License-Identifier: MIT
 * Running a tree: builtins and compound commands in the shell itself, programs and the sides of a pipe in children.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sh.h"

#define NOT_EXECUTABLE 126
#define NOT_FOUND 127
#define SIGNAL_BASE 128
#define SAVED_FROM 10 /* where the shell keeps its own streams during a redirected builtin */
#define STREAMS 10

static int status_of(int status) { return WIFSIGNALED(status) ? SIGNAL_BASE + WTERMSIG(status) : WEXITSTATUS(status); }

static int wait_for(int pid)
{
	int status = 0;

	if (waitpid(pid, &status, 0) < 0) {
		perror("sh: wait");
		return 1;
	}
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGINT && WTERMSIG(status) != SIGPIPE) {
		dprintf(STDERR_FILENO, "sh: a process has ended by signal %d\n", WTERMSIG(status));
	}
	return status_of(status);
}

static int fork_or_say(void)
{
	int pid = fork();

	if (pid < 0) {
		perror("sh: fork");
	}
	if (pid == 0) {
		shell.interactive = 0;
	}
	return pid;
}

/* An interactive shell ignores ^C; its programs shall not. */
static void default_signals(void)
{
	unsigned action[5] = { 0, 0, 0, 0, 0 };

	syscall(SYS_rt_sigaction, SIGINT, action, NULL, 8);
}

static int open_word(const struct redirection *redirection, const char *word)
{
	if (strcmp(redirection->operator, "<") == 0) {
		return open(word, O_RDONLY);
	}
	int how = strcmp(redirection->operator, ">>") == 0 ? O_APPEND : O_TRUNC;
	return open(word, O_WRONLY | O_CREAT | how, 0666);
}

static int redirect_one(const struct redirection *redirection, const char *word)
{
	if (redirection->operator[1] == '&') {
		return dup2(atoi(word), redirection->fd);
	}
	int fd = open_word(redirection, word);
	if (fd < 0) {
		return -1;
	}
	if (fd != redirection->fd) {
		dup2(fd, redirection->fd);
		close(fd);
	}
	return 0;
}

int redirect(const struct redirection *redirection)
{
	for (; redirection; redirection = redirection->next) {
		char *word = expand_one(redirection->word);
		if (redirect_one(redirection, word) < 0) {
			dprintf(STDERR_FILENO, "sh: %s: %s\n", word, strerror(errno));
			free(word);
			return -1;
		}
		free(word);
	}
	return 0;
}

/* Tries the directories of PATH in order; returns only if none has it. */
static void execute_by_path(char **argv, char **environment)
{
	const char *path = variable_get("PATH");

	while (path && *path) {
		const char *end = strchr(path, ':');
		size_t length = end ? (size_t)(end - path) : strlen(path);
		struct text name = { NULL, 0, 0 };
		char *directory = copy_string(path, length);
		text_add_string(&name, directory);
		text_add(&name, '/');
		text_add_string(&name, argv[0]);
		execve(name.bytes, argv, environment);
		if (errno != ENOENT && errno != ENOTDIR) {
			return;
		}
		free(directory);
		text_free(&name);
		path = end ? end + 1 : NULL;
	}
	errno = ENOENT;
}

static void run_program(char **argv)
{
	char **environment = variable_environment();

	default_signals();
	if (strchr(argv[0], '/')) {
		execve(argv[0], argv, environment);
	} else {
		execute_by_path(argv, environment);
	}
	dprintf(STDERR_FILENO, "sh: %s: %s\n", argv[0], errno == ENOENT ? "not found" : strerror(errno));
	_exit(errno == ENOENT ? NOT_FOUND : NOT_EXECUTABLE);
}

/* "NAME=value" before the command; the length of the name, or 0. */
static size_t assignment(const char *word)
{
	const char *equals = strchr(word, '=');
	size_t length = equals ? (size_t)(equals - word) : 0;

	return length > 0 && variable_is_name(word, length) ? length : 0;
}

static void assign(const char *word, int exported)
{
	size_t length = assignment(word);
	char *name = copy_string(word, length);
	char *value = expand_one(word + length + 1);

	variable_set(name, value);
	if (exported) {
		variable_export(name);
	}
	free(name);
	free(value);
}

/* Runs in the shell with its streams replaced for as long as that takes. */
static int run_here(const struct node *node, builtin *function, int argc, char **argv)
{
	int saved[STREAMS];

	for (int fd = 0; fd < STREAMS; fd++) {
		saved[fd] = node->redirections ? fcntl(fd, F_DUPFD, SAVED_FROM) : -1;
		if (saved[fd] >= 0) {
			fcntl(saved[fd], F_SETFD, FD_CLOEXEC);
		}
	}
	int status = redirect(node->redirections) < 0 ? 1 : function ? function(argc, argv) : 0;
	for (int fd = 0; fd < STREAMS; fd++) {
		if (saved[fd] >= 0) {
			dup2(saved[fd], fd);
			close(saved[fd]);
		} else if (node->redirections) {
			close(fd);
		}
	}
	return status;
}

static int run_simple(const struct node *node)
{
	struct words fields = { NULL, 0, 0 };
	int first = 0;
	int status;

	while (first < node->words.count && assignment(node->words.items[first])) {
		first++;
	}
	for (int i = first; i < node->words.count; i++) {
		expand_word(node->words.items[i], &fields);
	}
	builtin *function = fields.count > 0 ? builtin_find(fields.items[0]) : NULL;
	if (fields.count == 0 || function) {
		shell.status = function ? shell.status : 0; /* assignments alone, unless a substitution fails */
		for (int i = 0; i < first; i++) {
			assign(node->words.items[i], 0);
		}
		int substitution = shell.status;
		status = run_here(node, function, fields.count, fields.items);
		status = function || status != 0 ? status : substitution;
	} else {
		int pid = fork_or_say();
		if (pid == 0) {
			for (int i = 0; i < first; i++) {
				assign(node->words.items[i], 1);
			}
			if (redirect(node->redirections) == 0) {
				run_program(fields.items);
			}
			_exit(1);
		}
		status = pid < 0 ? 1 : wait_for(pid);
	}
	words_free(&fields);
	return status;
}

static int start_side(const struct node *node, int fds[2], int side)
{
	int pid = fork_or_say();

	if (pid == 0) {
		dup2(fds[side], side == 1 ? STDOUT_FILENO : STDIN_FILENO);
		close(fds[0]);
		close(fds[1]);
		default_signals();
		_exit(execute(node));
	}
	return pid;
}

static int run_pipe(const struct node *node)
{
	int fds[2];

	if (pipe(fds) < 0) {
		perror("sh: pipe");
		return 1;
	}
	int left = start_side(node->left, fds, 1);
	int right = left < 0 ? -1 : start_side(node->right, fds, 0);
	close(fds[0]);
	close(fds[1]);
	if (left > 0) {
		wait_for(left);
	}
	return right < 0 ? 1 : wait_for(right);
}

static int run_child(const struct node *node, int background)
{
	int pid = fork_or_say();

	if (pid == 0) {
		if (background) {
			close(STDIN_FILENO);
			open("/dev/null", O_RDONLY);
		} else {
			default_signals();
		}
		_exit(redirect(node->redirections) < 0 ? 1 : execute(node->left));
	}
	if (pid < 0) {
		return 1;
	}
	if (background) {
		shell.last_background = pid;
		return 0;
	}
	return wait_for(pid);
}

/* After a round of a loop: true if another may follow. */
static int goes_on(void)
{
	if (shell.break_depth > 0) {
		shell.break_depth--;
		return 0;
	}
	shell.continue_depth -= shell.continue_depth > 0;
	return shell.continue_depth == 0 && !shell.leaving;
}

static int run_while(const struct node *node)
{
	int wanted = node->kind == NODE_WHILE;
	int status = 0;

	while ((execute(node->left) == 0) == wanted && !shell.leaving) {
		status = execute(node->right);
		if (!goes_on()) {
			break;
		}
	}
	return status;
}

static int run_for(const struct node *node)
{
	struct words fields = { NULL, 0, 0 };
	int status = 0;

	for (int i = 1; i < node->words.count; i++) {
		expand_word(node->words.items[i], &fields);
	}
	for (int i = 0; i < fields.count; i++) {
		variable_set(node->words.items[0], fields.items[i]);
		status = execute(node->right);
		if (!goes_on()) {
			break;
		}
	}
	words_free(&fields);
	return status;
}

static int run_node(const struct node *node);

/* A compound command with redirections runs in a child, so that they need not be taken back. */
static int run_redirected(const struct node *node)
{
	struct node inner = *node;

	inner.redirections = NULL;
	struct node outer = { NODE_SUBSHELL, &inner, NULL, NULL, { NULL, 0, 0 }, node->redirections };
	return run_child(&outer, 0);
}

static int run_node(const struct node *node)
{
	switch (node->kind) {
	case NODE_SIMPLE:
		return run_simple(node);
	case NODE_PIPE:
		return run_pipe(node);
	case NODE_AND:
		return execute(node->left) == 0 && !shell.leaving ? execute(node->right) : shell.status;
	case NODE_OR:
		return execute(node->left) != 0 && !shell.leaving ? execute(node->right) : shell.status;
	case NODE_NOT:
		return !execute(node->left);
	case NODE_SEQUENCE:
		execute(node->left);
		return execute(node->right);
	case NODE_BACKGROUND:
		return run_child(node, 1);
	case NODE_IF:
		if (execute(node->left) == 0) {
			return execute(node->right);
		}
		return node->other ? execute(node->other) : 0;
	case NODE_WHILE:
	case NODE_UNTIL:
		return run_while(node);
	case NODE_FOR:
		return run_for(node);
	case NODE_GROUP:
		return execute(node->left);
	case NODE_SUBSHELL:
		return run_child(node, 0);
	}
	return 1;
}

/* Nothing runs any more after exit, or up to the loop that break and continue mean. */
int execute(const struct node *node)
{
	if (!node || shell.leaving || shell.break_depth > 0 || shell.continue_depth > 0) {
		return shell.status;
	}
	int compound = node->redirections && node->kind != NODE_SIMPLE && node->kind != NODE_SUBSHELL;
	shell.status = compound ? run_redirected(node) : run_node(node);
	return shell.status;
}
