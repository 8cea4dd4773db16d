/* SPDX-License-Identifier: MIT
 *
 * memcpy and friends with the Pentium's string instructions: dwords first, then the odd bytes.
 * The direction flag is clear in the whole kernel (the entry stubs see to it).
 */
#include "../string.h"

void *memcpy(void *to, const void *from, size_t size)
{
	void *d = to;
	size_t dwords = size >> 2;
	__asm__ volatile("rep movsl" : "+D"(d), "+S"(from), "+c"(dwords) : : "memory");
	size &= 3;
	__asm__ volatile("rep movsb" : "+D"(d), "+S"(from), "+c"(size) : : "memory");
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	if ((size_t)to - (size_t)from >= size) {
		return memcpy(to, from, size);
	}
	char *d = (char *)to + size - 1;
	const char *s = (const char *)from + size - 1;
	__asm__ volatile("std\n\trep movsb\n\tcld" : "+D"(d), "+S"(s), "+c"(size) : : "memory", "cc");
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	void *d = to;
	size_t dwords = size >> 2;
	unsigned pattern = (unsigned char)byte * 0x01010101u;
	__asm__ volatile("rep stosl" : "+D"(d), "+c"(dwords) : "a"(pattern) : "memory");
	size &= 3;
	__asm__ volatile("rep stosb" : "+D"(d), "+c"(size) : "a"(pattern) : "memory");
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *x = a, *y = b;
	for (; size > 0; size--, x++, y++) {
		if (*x != *y) {
			return *x - *y;
		}
	}
	return 0;
}
