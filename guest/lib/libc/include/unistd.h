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
int execve(const char *path, char *const *argv, char *const *environment);
int pipe(int fds[2]);
int dup(int fd);
int dup2(int from, int to);
int setpgid(int pid, int group);
int chdir(const char *path);
char *getcwd(char *buffer, size_t size);
int mkdir(const char *path, unsigned mode);
int rmdir(const char *path);
int unlink(const char *path);
int rename(const char *from, const char *to);
int access(const char *path, int wanted);
int ftruncate(int fd, long size);
long lseek(int fd, long offset, int whence);

#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define X_OK 1
#define R_OK 4
int brk(void *end);
void *sbrk(long increment);
long syscall(long number, ...);
void _exit(int status) __attribute__((noreturn));

#endif
