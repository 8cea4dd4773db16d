/* SPDX-License-Identifier: MIT
 * System calls by their usual names. Each returns -1 and sets errno on failure, as its man page says.
 */
#ifndef LIBC_UNISTD_H
#define LIBC_UNISTD_H

#include <stddef.h>

typedef long ssize_t;

#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2

ssize_t read(int fd, void *buffer, size_t size);
ssize_t write(int fd, const void *buffer, size_t size);
int close(int fd);
int fork(void);
int vfork(void) __attribute__((returns_twice));
int getpid(void);
int getppid(void);
unsigned getuid(void);
int isatty(int fd);
int brk(void *end);
void *sbrk(long increment);
long syscall(long number, ...);
void _exit(int status) __attribute__((noreturn));

#endif
