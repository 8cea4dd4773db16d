/* SPDX-License-Identifier: MIT
 * Expansion of words (POSIX, Shell Command Language, 2.6): parameters, command substitution, splitting at blanks,
 * removal of quotes. No patterns, no arithmetic, no ~.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sh.h"

struct expansion {
	struct words *fields;
	struct text field;
	int has_field; /* there is a field, though it may be empty: something quoted */
	int split;
};

static void end_field(struct expansion *expansion)
{
	if (expansion->has_field || expansion->field.length > 0) {
		words_add(expansion->fields, copy_string(expansion->field.bytes ? expansion->field.bytes : "",
							 expansion->field.length));
	}
	text_free(&expansion->field);
	expansion->has_field = 0;
}

static void add_value(struct expansion *expansion, const char *value, int quoted)
{
	for (; *value; value++) {
		if (!quoted && expansion->split && strchr(" \t\n", *value)) {
			end_field(expansion);
		} else {
			text_add(&expansion->field, *value);
		}
	}
}

/* "$@": each parameter a field of its own. */
static void add_parameters(struct expansion *expansion, int quoted, int apart)
{
	for (int i = 0; i < shell.parameter_count; i++) {
		if (i > 0 && apart && expansion->split) {
			end_field(expansion);
		} else if (i > 0) {
			add_value(expansion, " ", quoted);
		}
		expansion->has_field |= quoted;
		add_value(expansion, shell.parameters[i], quoted);
	}
}

/* What the command writes, without the newlines at its end. */
static void add_output(struct expansion *expansion, const char *command, int quoted)
{
	struct text output = { NULL, 0, 0 };
	char byte;
	int fds[2];

	if (pipe(fds) < 0) {
		perror("sh: pipe");
		return;
	}
	int pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		shell.interactive = 0;
		_exit(run_text(command));
	}
	close(fds[1]);
	while (read(fds[0], &byte, 1) == 1) {
		text_add(&output, byte);
	}
	close(fds[0]);
	int status = 0;
	waitpid(pid, &status, 0);
	shell.status = WEXITSTATUS(status);
	while (output.length > 0 && output.bytes[output.length - 1] == '\n') {
		output.bytes[--output.length] = 0;
	}
	add_value(expansion, output.bytes ? output.bytes : "", quoted);
	text_free(&output);
}

static void add_number(struct expansion *expansion, int number)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%d", number);
	add_value(expansion, digits, 1);
}

static void add_parameter(struct expansion *expansion, const char *name, int quoted)
{
	const char *value = NULL;

	if (strcmp(name, "@") == 0 || strcmp(name, "*") == 0) {
		add_parameters(expansion, quoted, *name == '@' || !quoted);
	} else if (strcmp(name, "?") == 0) {
		add_number(expansion, shell.status);
	} else if (strcmp(name, "$") == 0) {
		add_number(expansion, shell.pid);
	} else if (strcmp(name, "!") == 0) {
		add_number(expansion, shell.last_background);
	} else if (strcmp(name, "#") == 0) {
		add_number(expansion, shell.parameter_count);
	} else if (strcmp(name, "0") == 0) {
		value = shell.name;
	} else if (*name >= '1' && *name <= '9') {
		int number = atoi(name);
		value = number <= shell.parameter_count ? shell.parameters[number - 1] : NULL;
	} else {
		value = variable_get(name);
	}
	if (value) {
		add_value(expansion, value, quoted);
	}
}

/* Behind the name that stands at the start of text: a variable's, or one special character; 0: none. */
static size_t name_length(const char *text)
{
	size_t length = 0;

	if (*text && strchr("@*?$!#0123456789", *text)) {
		return 1;
	}
	while (variable_is_name(text, length + 1) && text[length]) {
		length++;
	}
	return length;
}

/* The lexer has seen that parentheses and braces close. */
static const char *expand_dollar(struct expansion *expansion, const char *at, int quoted)
{
	char close = at[1] == '(' ? ')' : at[1] == '{' ? '}' : 0;
	size_t length = close ? 0 : name_length(at + 1);

	if (!close && length == 0) {
		text_add(&expansion->field, '$');
		return at + 1;
	}
	const char *start = close ? at + 2 : at + 1;
	for (int depth = 1; close && !(start[length] == close && depth == 1); length++) {
		depth += (start[length] == at[1]) - (start[length] == close);
	}
	char *inside = copy_string(start, length);
	if (close == ')') {
		add_output(expansion, inside, quoted);
	} else if (name_length(inside) == length) {
		add_parameter(expansion, inside, quoted);
	} else {
		dprintf(STDERR_FILENO, "sh: ${%s}: not a parameter that this shell can expand\n", inside);
		shell.status = 2;
	}
	free(inside);
	return start + length + (close != 0);
}

static const char *expand_double_quotes(struct expansion *expansion, const char *at)
{
	while (*at && *at != '"') {
		if (*at == '\\' && strchr("$`\"\\\n", at[1])) {
			text_add(&expansion->field, at[1]);
			at += 2;
		} else if (*at == '$') {
			at = expand_dollar(expansion, at, 1);
		} else {
			text_add(&expansion->field, *at++);
		}
	}
	return *at ? at + 1 : at;
}

static const char *expand_single_quotes(struct expansion *expansion, const char *at)
{
	while (*at && *at != '\'') {
		text_add(&expansion->field, *at++);
	}
	return *at ? at + 1 : at;
}

static void expand(struct expansion *expansion, const char *at)
{
	int parameters_only = strcmp(at, "\"$@\"") == 0; /* without parameters it is no field at all */

	while (*at) {
		if (*at == '\'') {
			expansion->has_field = 1;
			at = expand_single_quotes(expansion, at + 1);
		} else if (*at == '"') {
			expansion->has_field = !parameters_only;
			at = expand_double_quotes(expansion, at + 1);
		} else if (*at == '$') {
			at = expand_dollar(expansion, at, 0);
		} else {
			at += *at == '\\' && at[1];
			text_add(&expansion->field, *at++);
		}
	}
}

void expand_word(const char *word, struct words *fields)
{
	struct expansion expansion = { fields, { NULL, 0, 0 }, 0, 1 };

	expand(&expansion, word);
	end_field(&expansion);
}

char *expand_one(const char *word)
{
	struct expansion expansion = { NULL, { NULL, 0, 0 }, 0, 0 };

	expand(&expansion, word);
	return expansion.field.bytes ? expansion.field.bytes : copy_string("", 0);
}
