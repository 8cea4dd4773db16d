/* SPDX-License-Identifier: MIT
 * sh: a small shell after POSIX's "Shell Command Language". Text becomes tokens (lexer.c), a tree (parser.c), and
 * processes (execute.c); words are expanded when they are used (expand.c).
 */
#ifndef SH_H
#define SH_H

#include <stddef.h>

/* --- text that grows */
struct text {
	char *bytes; /* ends in NUL once something has been added */
	size_t length, room;
};
void text_add(struct text *text, char character);
void text_add_string(struct text *text, const char *string);
void text_free(struct text *text);
void *allocate(size_t size); /* zeroed; there being no memory ends the shell */
char *copy_string(const char *string, size_t length);

/* --- lists of words, ended by a null pointer */
struct words {
	char **items;
	int count, room;
};
void words_add(struct words *words, char *word);
void words_free(struct words *words);

/* --- tokens */
enum token { TOKEN_WORD, TOKEN_OPERATOR, TOKEN_NEWLINE, TOKEN_END, TOKEN_UNFINISHED };

struct lexer {
	const char *at;
	enum token token;
	char *word; /* of a word, with its quotes, or of an operator */
};
void lexer_next(struct lexer *lexer);

/* --- the tree */
enum node_kind {
	NODE_SIMPLE,	 /* words, redirections */
	NODE_PIPE,	 /* left | right */
	NODE_AND,	 /* left && right */
	NODE_OR,	 /* left || right */
	NODE_NOT,	 /* ! left */
	NODE_SEQUENCE,	 /* left ; right */
	NODE_BACKGROUND, /* left & */
	NODE_IF,	 /* left: condition, right, other */
	NODE_WHILE,	 /* left: condition, right: body */
	NODE_UNTIL,
	NODE_FOR,      /* words: name, list; right: body */
	NODE_GROUP,    /* { left } */
	NODE_SUBSHELL, /* ( left ) */
};

struct redirection {
	struct redirection *next;
	int fd;
	char operator[3]; /* "<" ">" ">>" ">&" "<&" */
	char *word;
};

struct node {
	enum node_kind kind;
	struct node *left, *right, *other;
	struct words words;
	struct redirection *redirections;
};
void node_free(struct node *node);

enum parse_result { PARSE_DONE, PARSE_NOTHING, PARSE_UNFINISHED, PARSE_ERROR };

/* One complete command from *at, which moves behind it. */
enum parse_result parse_command(const char **at, struct node **node);

/* --- variables and parameters */
struct shell {
	int status; /* $? */
	int pid;    /* $$ */
	int last_background;
	int interactive;
	int leaving; /* exit has been called, or the input has ended */
	int break_depth, continue_depth;
	const char *name; /* $0 */
	char **parameters;
	int parameter_count;
};
extern struct shell shell;
const char *variable_get(const char *name);
void variable_set(const char *name, const char *value);
void variable_export(const char *name);
void variable_unset(const char *name);
int variable_is_name(const char *text, size_t length);
char **variable_environment(void); /* allocated; the strings are the variables' own */
void variables_start(char **environment);

/* --- running */
void expand_word(const char *word, struct words *fields); /* none, one, or several */
char *expand_one(const char *word);			  /* without splitting */
int execute(const struct node *node);
int run_text(const char *text);
int redirect(const struct redirection *redirection); /* 0, or -1 and a message has been written */

typedef int builtin(int argc, char **argv);
builtin *builtin_find(const char *name); /* null: it is a program */

#endif
