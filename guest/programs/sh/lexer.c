/* SPDX-License-Identifier: MIT
 * Tokens (POSIX, Shell Command Language, 2.3). A word keeps its quotes and expansions as they were typed; only its
 * end is found here.
 */
#include <stdlib.h>
#include <string.h>

#include "sh.h"

static const char *const operators[] = { "&&", "||", ">>", ">&", "<&", ";", "&", "|", "<", ">", "(", ")" };

#define OPERATOR_COUNT (sizeof(operators) / sizeof(operators[0]))

static int is_blank(char character) { return character == ' ' || character == '\t'; }

/* Behind the closing parenthesis or brace of an expansion that begins before at; null: it never closes. */
static const char *skip_nested(const char *at, char open, char close)
{
	for (int depth = 1; *at; at++) {
		if (*at == '\\' && at[1]) {
			at++;
		} else if (*at == '\'' && !(at = strchr(at + 1, '\''))) {
			return NULL;
		} else if (*at == open) {
			depth++;
		} else if (*at == close && --depth == 0) {
			return at + 1;
		}
	}
	return NULL;
}

static const char *skip_expansion(const char *dollar)
{
	if (dollar[1] == '(') {
		return skip_nested(dollar + 2, '(', ')');
	}
	return dollar[1] == '{' ? skip_nested(dollar + 2, '{', '}') : dollar + 1;
}

static const char *skip_double_quotes(const char *at)
{
	while (at && *at && *at != '"') {
		if (*at == '\\' && at[1]) {
			at += 2;
		} else {
			at = *at == '$' ? skip_expansion(at) : at + 1;
		}
	}
	return at && *at ? at + 1 : NULL;
}

/* Behind the quoted or plain piece at the start; null: a quote is not closed. */
static const char *skip_piece(const char *at)
{
	switch (*at) {
	case '\\':
		return at[1] ? at + 2 : NULL;
	case '\'':
		at = strchr(at + 1, '\'');
		return at ? at + 1 : NULL;
	case '"':
		return skip_double_quotes(at + 1);
	case '$':
		return skip_expansion(at);
	default:
		return at + 1;
	}
}

static void skip_blanks(struct lexer *lexer)
{
	for (;;) {
		if (is_blank(*lexer->at)) {
			lexer->at++;
		} else if (lexer->at[0] == '\\' && lexer->at[1] == '\n') {
			lexer->at += 2;
		} else {
			break;
		}
	}
	if (*lexer->at == '#') {
		const char *end = strchr(lexer->at, '\n');
		lexer->at = end ? end : lexer->at + strlen(lexer->at);
	}
}

static int take_operator(struct lexer *lexer)
{
	for (unsigned i = 0; i < OPERATOR_COUNT; i++) {
		size_t length = strlen(operators[i]);
		if (strncmp(lexer->at, operators[i], length) == 0) {
			lexer->word = copy_string(lexer->at, length);
			lexer->at += length;
			lexer->token = TOKEN_OPERATOR;
			return 1;
		}
	}
	return 0;
}

static void take_word(struct lexer *lexer)
{
	const char *start = lexer->at;
	const char *at = start;

	while (at && *at && !is_blank(*at) && !strchr("\n;&|<>()", *at)) {
		at = skip_piece(at);
	}
	if (!at) {
		lexer->token = TOKEN_UNFINISHED;
		return;
	}
	lexer->word = copy_string(start, (size_t)(at - start));
	lexer->at = at;
	lexer->token = TOKEN_WORD;
}

void lexer_next(struct lexer *lexer)
{
	free(lexer->word);
	lexer->word = NULL;
	skip_blanks(lexer);
	if (!*lexer->at) {
		lexer->token = TOKEN_END;
	} else if (*lexer->at == '\n') {
		lexer->at++;
		lexer->token = TOKEN_NEWLINE;
	} else if (!take_operator(lexer)) {
		take_word(lexer);
	}
}
