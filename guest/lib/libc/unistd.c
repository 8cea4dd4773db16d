/* SPDX-License-Identifier: MIT
 * System calls as functions, one line each; the man page of each name (section 2) says what it does.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "system_call.h"

#define TCGETS 0x5401
#define PAGE_SHIFT 12

int errno;

long __checked(long result)
{
	if ((unsigned long)result >= (unsigned long)-4095) {
		errno = (int)-result;
		return -1;
	}
	return result;
}

long syscall(long number, ...)
{
	long a[6];
	va_list arguments;

	va_start(arguments, number);
	for (int i = 0; i < 6; i++) {
		a[i] = va_arg(arguments, long);
	}
	va_end(arguments);
	return CALL6(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

ssize_t read(int fd, void *buffer, size_t size) { return CALL3(SYS_read, fd, buffer, size); }

ssize_t write(int fd, const void *buffer, size_t size) { return CALL3(SYS_write, fd, buffer, size); }

/* The mode counts with O_CREAT only; without it whatever stands there is passed and not used. */
int open(const char *path, int flags, ...)
{
	va_list arguments;

	va_start(arguments, flags);
	int mode = va_arg(arguments, int);
	va_end(arguments);
	return (int)CALL3(SYS_open, path, flags, mode);
}

int fcntl(int fd, int command, ...)
{
	va_list arguments;

	va_start(arguments, command);
	int argument = va_arg(arguments, int);
	va_end(arguments);
	return (int)CALL3(SYS_fcntl64, fd, command, argument);
}

int pipe(int fds[2]) { return (int)CALL1(SYS_pipe, fds); }

int dup(int fd) { return (int)CALL1(SYS_dup, fd); }

int dup2(int from, int to) { return (int)CALL2(SYS_dup2, from, to); }

int setpgid(int pid, int group) { return (int)CALL2(SYS_setpgid, pid, group); }

long lseek(int fd, long offset, int whence) { return CALL3(SYS_lseek, fd, offset, whence); }

int execve(const char *path, char *const *argv, char *const *environment)
{
	return (int)CALL3(SYS_execve, path, argv, environment);
}

int chdir(const char *path) { return (int)CALL1(SYS_chdir, path); }

char *getcwd(char *buffer, size_t size) { return CALL2(SYS_getcwd, buffer, size) < 0 ? NULL : buffer; }

int mkdir(const char *path, unsigned mode) { return (int)CALL2(SYS_mkdir, path, mode); }

int rmdir(const char *path) { return (int)CALL1(SYS_rmdir, path); }

int unlink(const char *path) { return (int)CALL1(SYS_unlink, path); }

int rename(const char *from, const char *to) { return (int)CALL2(SYS_rename, from, to); }

int access(const char *path, int wanted) { return (int)CALL2(SYS_access, path, wanted); }

int ftruncate(int fd, long size) { return (int)CALL2(SYS_ftruncate, fd, size); }

int stat(const char *path, struct stat *result) { return (int)CALL2(SYS_stat64, path, result); }

int fstat(int fd, struct stat *result) { return (int)CALL2(SYS_fstat64, fd, result); }

int close(int fd) { return (int)CALL1(SYS_close, fd); }

int fork(void) { return (int)CALL0(SYS_fork); }

int waitpid(int pid, int *status, int options)
{
	return (int)CALL6(SYS_wait4, pid, status, options, 0, 0, 0);
}

int getpid(void) { return (int)CALL0(SYS_getpid); }

int getppid(void) { return (int)CALL0(SYS_getppid); }

unsigned getuid(void) { return (unsigned)CALL0(SYS_getuid32); }

int kill(int pid, int signal) { return (int)CALL2(SYS_kill, pid, signal); }

time_t time(time_t *result) { return CALL1(SYS_time, result); }

int clock_gettime(int clock, struct timespec *result)
{
	return (int)CALL2(SYS_clock_gettime, clock, result);
}

int nanosleep(const struct timespec *request, struct timespec *remaining)
{
	return (int)CALL2(SYS_nanosleep, request, remaining);
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, long offset)
{
	return (void *)CALL6(SYS_mmap2, address, length, protection, flags, fd, offset >> PAGE_SHIFT);
}

int munmap(void *address, size_t length) { return (int)CALL2(SYS_munmap, address, length); }

int mprotect(void *address, size_t length, int protection)
{
	return (int)CALL3(SYS_mprotect, address, length, protection);
}

int isatty(int fd)
{
	unsigned char termios[64];

	return CALL3(SYS_ioctl, fd, TCGETS, termios) == 0;
}

void _exit(int status)
{
	for (;;) {
		CALL1(SYS_exit_group, status);
	}
}
