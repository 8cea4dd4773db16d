/* SPDX-License-Identifier: MIT
 * Basic types and block functions of the server. The compiler may call the block functions by itself.
 */
#ifndef LINUX_TYPES_H
#define LINUX_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define PAGE_SIZE 4096u
#define PAGE_MASK 0xFFFFF000u
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static inline unsigned page_floor(unsigned address) { return address & PAGE_MASK; }

static inline unsigned page_ceiling(unsigned address) { return (address + PAGE_SIZE - 1) & PAGE_MASK; }

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *block, int value, size_t size);
int memcmp(const void *left, const void *right, size_t size);
size_t strlen(const char *string);
int strcmp(const char *left, const char *right);
const char *strstr(const char *string, const char *part);

#endif
