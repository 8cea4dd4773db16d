/* SPDX-License-Identifier: MIT
 * Text and lists of words that grow.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

#define NO_MEMORY 2

void *allocate(size_t size)
{
	void *block = calloc(1, size);

	if (!block) {
		dprintf(STDERR_FILENO, "sh: there is no memory left\n");
		exit(NO_MEMORY);
	}
	return block;
}

static void *grow(void *old, size_t used, size_t size)
{
	void *block = allocate(size);

	if (old) {
		memcpy(block, old, used);
		free(old);
	}
	return block;
}

void text_add(struct text *text, char character)
{
	if (text->length + 2 > text->room) {
		text->room = text->room * 2 + 32;
		text->bytes = grow(text->bytes, text->length, text->room);
	}
	text->bytes[text->length++] = character;
	text->bytes[text->length] = 0;
}

void text_add_string(struct text *text, const char *string)
{
	while (*string) {
		text_add(text, *string++);
	}
}

void text_free(struct text *text)
{
	free(text->bytes);
	*text = (struct text){ NULL, 0, 0 };
}

char *copy_string(const char *string, size_t length) { return memcpy(allocate(length + 1), string, length); }

void words_add(struct words *words, char *word)
{
	if (words->count + 2 > words->room) {
		words->room = words->room * 2 + 8;
		words->items = grow(words->items, (size_t)words->count * sizeof(char *),
				    (size_t)words->room * sizeof(char *));
	}
	words->items[words->count++] = word;
	words->items[words->count] = NULL;
}

void words_free(struct words *words)
{
	for (int i = 0; i < words->count; i++) {
		free(words->items[i]);
	}
	free(words->items);
	*words = (struct words){ NULL, 0, 0 };
}
