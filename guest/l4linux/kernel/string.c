/* SPDX-License-Identifier: MIT
 * Block and string functions of the server.
 */
#include "types.h"

void *memcpy(void *to, const void *from, size_t size)
{
	void *result = to;
	size_t words = size / 4;
	size_t rest = size % 4;

	__asm__ volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(rest) : : "memory");
	return result;
}

void *memset(void *block, int value, size_t size)
{
	void *at = block;
	size_t words = size / 4;
	size_t rest = size % 4;
	unsigned word = (unsigned char)value * 0x01010101u;

	__asm__ volatile("rep stosl" : "+D"(at), "+c"(words) : "a"(word) : "memory");
	__asm__ volatile("rep stosb" : "+D"(at), "+c"(rest) : "a"(word) : "memory");
	return block;
}

int memcmp(const void *left, const void *right, size_t size)
{
	const unsigned char *a = left;
	const unsigned char *b = right;

	for (; size > 0; size--, a++, b++) {
		if (*a != *b) {
			return *a - *b;
		}
	}
	return 0;
}

size_t strlen(const char *string)
{
	size_t length = 0;

	while (string[length]) {
		length++;
	}
	return length;
}

int strcmp(const char *left, const char *right)
{
	for (; *left && *left == *right; left++, right++) {
	}
	return (unsigned char)*left - (unsigned char)*right;
}

const char *strstr(const char *string, const char *part)
{
	size_t length = strlen(part);

	for (; *string; string++) {
		if (memcmp(string, part, length) == 0) {
			return string;
		}
	}
	return NULL;
}
