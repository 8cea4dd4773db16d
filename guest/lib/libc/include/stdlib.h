/* SPDX-License-Identifier: MIT
 * The part of stdlib.h that the sample programs need; malloc is a free list on brk(2).
 */
#ifndef LIBC_STDLIB_H
#define LIBC_STDLIB_H

#include <stddef.h>

extern char **environ;

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void free(void *block);

void exit(int status) __attribute__((noreturn));
void abort(void) __attribute__((noreturn));
char *getenv(const char *name);
int atoi(const char *string);
long strtol(const char *string, char **end, int base);

#endif
