/* SPDX-License-Identifier: MIT
 * The grammar (POSIX, Shell Command Language, 2.10), by recursive descent: one function a rule. No here-documents,
 * case, functions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

struct parser {
	struct lexer lexer;
	int unfinished; /* more text could make it right */
	int failed;
};

static struct node *parse_list(struct parser *parser);

static void fail(struct parser *parser)
{
	enum token token = parser->lexer.token;

	if (parser->failed) {
		return;
	}
	parser->failed = 1;
	parser->unfinished = token == TOKEN_UNFINISHED || token == TOKEN_END;
	if (!parser->unfinished) {
		dprintf(STDERR_FILENO, "sh: syntax error near %s\n",
			token == TOKEN_NEWLINE ? "the end of the line" : parser->lexer.word);
	}
}

static struct node *make(enum node_kind kind, struct node *left, struct node *right)
{
	struct node *node = allocate(sizeof(*node));

	node->kind = kind;
	node->left = left;
	node->right = right;
	return node;
}

void node_free(struct node *node)
{
	if (!node) {
		return;
	}
	node_free(node->left);
	node_free(node->right);
	node_free(node->other);
	words_free(&node->words);
	while (node->redirections) {
		struct redirection *redirection = node->redirections;
		node->redirections = redirection->next;
		free(redirection->word);
		free(redirection);
	}
	free(node);
}

static int at(const struct parser *parser, enum token token, const char *text)
{
	return !parser->failed && parser->lexer.token == token && strcmp(parser->lexer.word, text) == 0;
}

static int at_word(const struct parser *parser, const char *text) { return at(parser, TOKEN_WORD, text); }

static int at_operator(const struct parser *parser, const char *text) { return at(parser, TOKEN_OPERATOR, text); }

static char *take(struct parser *parser)
{
	char *word = parser->lexer.word;

	parser->lexer.word = NULL;
	lexer_next(&parser->lexer);
	return word;
}

static void expect(struct parser *parser, int condition)
{
	if (condition && !parser->failed) {
		lexer_next(&parser->lexer);
	} else {
		fail(parser);
	}
}

static void skip_newlines(struct parser *parser)
{
	while (!parser->failed && parser->lexer.token == TOKEN_NEWLINE) {
		lexer_next(&parser->lexer);
	}
}

/* "2>" is a redirection of 2: a number directly before the operator. */
static int is_number_before_redirection(const struct parser *parser)
{
	const char *word = parser->lexer.word;

	return parser->lexer.token == TOKEN_WORD && word[0] >= '0' && word[0] <= '9' && !word[1] &&
	       (*parser->lexer.at == '<' || *parser->lexer.at == '>');
}

static int at_redirection(const struct parser *parser)
{
	return !parser->failed &&
	       (is_number_before_redirection(parser) ||
		(parser->lexer.token == TOKEN_OPERATOR && strchr("<>", parser->lexer.word[0])));
}

static void parse_redirection(struct parser *parser, struct node *node)
{
	struct redirection *redirection = allocate(sizeof(*redirection));
	struct redirection **link = &node->redirections;
	int number = -1;

	if (parser->lexer.token == TOKEN_WORD) {
		number = parser->lexer.word[0] - '0';
		lexer_next(&parser->lexer);
	}
	strcpy(redirection->operator, parser->lexer.word);
	redirection->fd = number >= 0 ? number : redirection->operator[0] == '<' ? 0 : 1;
	while (*link) {
		link = &(*link)->next;
	}
	*link = redirection;
	lexer_next(&parser->lexer);
	if (parser->lexer.token != TOKEN_WORD) {
		fail(parser);
		return;
	}
	redirection->word = take(parser);
}

static struct node *parse_simple(struct parser *parser)
{
	struct node *node = make(NODE_SIMPLE, NULL, NULL);

	while (!parser->failed) {
		if (at_redirection(parser)) {
			parse_redirection(parser, node);
		} else if (parser->lexer.token == TOKEN_WORD) {
			words_add(&node->words, take(parser));
		} else {
			break;
		}
	}
	if (node->words.count == 0 && !node->redirections) {
		fail(parser);
	}
	return node;
}

/* Behind "if" or "elif". */
static struct node *parse_if(struct parser *parser)
{
	struct node *node = make(NODE_IF, parse_list(parser), NULL);

	expect(parser, at_word(parser, "then"));
	node->right = parse_list(parser);
	if (at_word(parser, "elif")) {
		lexer_next(&parser->lexer);
		node->other = parse_if(parser);
		return node;
	}
	if (at_word(parser, "else")) {
		lexer_next(&parser->lexer);
		node->other = parse_list(parser);
	}
	expect(parser, at_word(parser, "fi"));
	return node;
}

static struct node *parse_body(struct parser *parser)
{
	expect(parser, at_word(parser, "do"));
	struct node *body = parse_list(parser);
	expect(parser, at_word(parser, "done"));
	return body;
}

static struct node *parse_loop(struct parser *parser, enum node_kind kind)
{
	struct node *node = make(kind, parse_list(parser), NULL);

	node->right = parse_body(parser);
	return node;
}

static struct node *parse_for(struct parser *parser)
{
	struct node *node = make(NODE_FOR, NULL, NULL);

	if (parser->lexer.token != TOKEN_WORD || !variable_is_name(parser->lexer.word, strlen(parser->lexer.word))) {
		fail(parser);
		return node;
	}
	words_add(&node->words, take(parser));
	skip_newlines(parser);
	if (at_word(parser, "in")) {
		lexer_next(&parser->lexer);
		while (parser->lexer.token == TOKEN_WORD) {
			words_add(&node->words, take(parser));
		}
	} else {
		words_add(&node->words, copy_string("\"$@\"", 4));
	}
	if (at_operator(parser, ";")) {
		lexer_next(&parser->lexer);
	}
	skip_newlines(parser);
	node->right = parse_body(parser);
	return node;
}

static struct node *parse_group(struct parser *parser, enum node_kind kind)
{
	struct node *node = make(kind, parse_list(parser), NULL);

	expect(parser, kind == NODE_GROUP ? at_word(parser, "}") : at_operator(parser, ")"));
	return node;
}

/* The compound command that begins with this word, or null. */
static struct node *parse_compound(struct parser *parser)
{
	static const struct {
		const char *word;
		enum node_kind kind;
	} starts[] = { { "if", NODE_IF },      { "while", NODE_WHILE }, { "until", NODE_UNTIL },
		       { "for", NODE_FOR },    { "{", NODE_GROUP },	{ "(", NODE_SUBSHELL } };

	for (unsigned i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		enum node_kind kind = starts[i].kind;
		if (kind == NODE_SUBSHELL ? !at_operator(parser, "(") : !at_word(parser, starts[i].word)) {
			continue;
		}
		lexer_next(&parser->lexer);
		switch (kind) {
		case NODE_IF:
			return parse_if(parser);
		case NODE_FOR:
			return parse_for(parser);
		case NODE_GROUP:
		case NODE_SUBSHELL:
			return parse_group(parser, kind);
		default:
			return parse_loop(parser, kind);
		}
	}
	return NULL;
}

static struct node *parse_one(struct parser *parser)
{
	struct node *node = parse_compound(parser);

	if (!node) {
		return parse_simple(parser);
	}
	while (at_redirection(parser)) {
		parse_redirection(parser, node);
	}
	return node;
}

static struct node *parse_pipeline(struct parser *parser)
{
	int not = at_word(parser, "!");

	if (not) {
		lexer_next(&parser->lexer);
	}
	struct node *node = parse_one(parser);
	while (at_operator(parser, "|")) {
		lexer_next(&parser->lexer);
		skip_newlines(parser);
		node = make(NODE_PIPE, node, parse_one(parser));
	}
	return not ? make(NODE_NOT, node, NULL) : node;
}

static struct node *parse_and_or(struct parser *parser)
{
	struct node *node = parse_pipeline(parser);

	while (at_operator(parser, "&&") || at_operator(parser, "||")) {
		enum node_kind kind = at_operator(parser, "&&") ? NODE_AND : NODE_OR;
		lexer_next(&parser->lexer);
		skip_newlines(parser);
		node = make(kind, node, parse_pipeline(parser));
	}
	return node;
}

static int at_list_end(const struct parser *parser)
{
	static const char *const words[] = { "then", "elif", "else", "fi", "do", "done", "}" };

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (at_word(parser, words[i])) {
			return 1;
		}
	}
	return parser->failed || parser->lexer.token == TOKEN_END || at_operator(parser, ")");
}

/* An and-or list with its ";" or "&", if there is one. */
static struct node *parse_item(struct parser *parser)
{
	struct node *node = parse_and_or(parser);

	if (at_operator(parser, "&")) {
		lexer_next(&parser->lexer);
		return make(NODE_BACKGROUND, node, NULL);
	}
	if (at_operator(parser, ";")) {
		lexer_next(&parser->lexer);
	}
	return node;
}

/* Inside a compound command: items up to the word that ends it. */
static struct node *parse_list(struct parser *parser)
{
	skip_newlines(parser);
	struct node *list = parse_item(parser);
	skip_newlines(parser);
	while (!at_list_end(parser)) {
		list = make(NODE_SEQUENCE, list, parse_item(parser));
		skip_newlines(parser);
	}
	return list;
}

enum parse_result parse_command(const char **text, struct node **result)
{
	struct parser parser = { { *text, TOKEN_END, NULL }, 0, 0 };
	struct node *node = NULL;

	lexer_next(&parser.lexer);
	skip_newlines(&parser);
	if (parser.lexer.token == TOKEN_END) {
		return PARSE_NOTHING;
	}
	node = parse_item(&parser);
	while (!parser.failed && parser.lexer.token != TOKEN_NEWLINE && parser.lexer.token != TOKEN_END) {
		node = make(NODE_SEQUENCE, node, parse_item(&parser));
	}
	free(parser.lexer.word);
	if (parser.failed) {
		node_free(node);
		return parser.unfinished ? PARSE_UNFINISHED : PARSE_ERROR;
	}
	*text = parser.lexer.at;
	*result = node;
	return PARSE_DONE;
}
