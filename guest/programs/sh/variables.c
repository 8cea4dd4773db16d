/* SPDX-License-Identifier: MIT
 * The shell's variables, a list of NAME=value strings, of which some are exported.
 */
#include <stdlib.h>
#include <string.h>

#include "sh.h"

struct variable {
	struct variable *next;
	char *text; /* NAME=value */
	size_t name_length;
	int exported;
};

static struct variable *variables;

int variable_is_name(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char c = text[i];
		int letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		if (!letter && (i == 0 || c < '0' || c > '9')) {
			return 0;
		}
	}
	return length > 0;
}

static struct variable *find(const char *name)
{
	for (struct variable *variable = variables; variable; variable = variable->next) {
		if (strlen(name) == variable->name_length && strncmp(variable->text, name, variable->name_length) == 0) {
			return variable;
		}
	}
	return NULL;
}

const char *variable_get(const char *name)
{
	const struct variable *variable = find(name);

	return variable ? variable->text + variable->name_length + 1 : NULL;
}

static struct variable *find_or_make(const char *name)
{
	struct variable *variable = find(name);

	if (!variable) {
		variable = allocate(sizeof(*variable));
		variable->name_length = strlen(name);
		variable->next = variables;
		variables = variable;
	}
	return variable;
}

void variable_set(const char *name, const char *value)
{
	struct variable *variable = find_or_make(name);
	struct text text = { NULL, 0, 0 };

	text_add_string(&text, name);
	text_add(&text, '=');
	text_add_string(&text, value);
	free(variable->text);
	variable->text = text.bytes;
}

void variable_export(const char *name)
{
	if (!find(name)) {
		variable_set(name, "");
	}
	find(name)->exported = 1;
}

void variable_unset(const char *name)
{
	struct variable *variable = find(name);
	struct variable **link = &variables;

	if (!variable) {
		return;
	}
	while (*link != variable) {
		link = &(*link)->next;
	}
	*link = variable->next;
	free(variable->text);
	free(variable);
}

char **variable_environment(void)
{
	struct words words = { NULL, 0, 0 };

	words_add(&words, NULL);
	words.count = 0;
	for (const struct variable *variable = variables; variable; variable = variable->next) {
		if (variable->exported) {
			words_add(&words, variable->text);
		}
	}
	return words.items;
}

void variables_start(char **environment)
{
	for (; *environment; environment++) {
		const char *equals = strchr(*environment, '=');
		if (equals && variable_is_name(*environment, (size_t)(equals - *environment))) {
			char *name = copy_string(*environment, (size_t)(equals - *environment));
			variable_set(name, equals + 1);
			variable_export(name);
			free(name);
		}
	}
}
