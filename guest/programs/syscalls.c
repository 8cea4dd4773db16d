/* SPDX-License-Identifier: MIT
 * Checks the system calls: results, and errors for what is wrong. One line for each check; the exit status is
 * the number of failures. It passes on a real Linux too, where it is run as the reference.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define WILD ((void *)0xC0000000u)
#define UNUSED_NUMBER 500

static int failures;

static void check(const char *what, int condition)
{
	printf("%s %s\n", condition ? "ok  " : "FAIL", what);
	failures += !condition;
}

static int fails_with(long result, int error) { return result == -1 && errno == error; }

static void check_errors(void)
{
	char byte;

	check("write: bad descriptor is EBADF", fails_with(write(9, "x", 1), EBADF));
	check("write: bad pointer is EFAULT", fails_with(write(1, WILD, 1), EFAULT));
	check("write: null pointer is EFAULT", fails_with(write(1, NULL, 1), EFAULT));
	check("write: nothing writes nothing", write(1, "", 0) == 0);
	check("read: bad descriptor is EBADF", fails_with(read(-1, &byte, 1), EBADF));
	check("close: bad descriptor is EBADF", fails_with(close(77), EBADF));
	check("open: no such file is ENOENT", fails_with(open("/no/such/file", O_RDONLY), ENOENT));
	check("open: bad pointer is EFAULT", fails_with(open(WILD, O_RDONLY), EFAULT));
	check("ioctl: bad descriptor is EBADF", fails_with(syscall(SYS_ioctl, 9, 0x5401, 0), EBADF));
	check("unused number is ENOSYS", fails_with(syscall(UNUSED_NUMBER), ENOSYS));
	check("huge number is ENOSYS", fails_with(syscall(0x12345678), ENOSYS));
	check("negative number is ENOSYS", fails_with(syscall(-5), ENOSYS));
}

static void check_files(void)
{
	int fd = open("/dev/null", O_RDWR);
	char byte;

	check("open: the lowest free descriptor", fd == 3);
	check("read: /dev/null is at its end", read(fd, &byte, 1) == 0);
	check("write: /dev/null takes everything", write(fd, "abc", 3) == 3);
	check("isatty: /dev/null is none", !isatty(fd) && errno == ENOTTY);
	check("close: an open descriptor", close(fd) == 0);
	check("close: not twice", fails_with(close(fd), EBADF));

	struct {
		const void *base;
		size_t length;
	} parts[] = { { "ok  writev: ", 12 }, { NULL, 0 }, { "two parts\n", 10 } };
	check("writev: sum of the parts", syscall(SYS_writev, 1, parts, 3) == 22);
	check("writev: bad vector is EFAULT", fails_with(syscall(SYS_writev, 1, WILD, 1), EFAULT));
	check("writev: too many parts is EINVAL", fails_with(syscall(SYS_writev, 1, parts, 5000), EINVAL));
}

static void check_memory(void)
{
	char *before = sbrk(0);
	char *block = malloc(100000);
	unsigned char *page;

	check("malloc: memory that holds what is written",
	      block && memset(block, 0x5A, 100000) && block[0] == 0x5A && block[99999] == 0x5A);
	check("brk: has grown", (char *)sbrk(0) > before);
	free(block);
	check("malloc: freed memory is used again", malloc(100000) == block);
	check("brk: cannot go below the program", syscall(SYS_brk, 1) == (long)sbrk(0));
	page = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check("mmap: zeroed pages", page != MAP_FAILED && page[0] == 0 && page[3 * PAGE - 1] == 0);
	page[PAGE] = 7;
	check("mprotect: read only", mprotect(page + PAGE, PAGE, PROT_READ) == 0 && page[PAGE] == 7);
	check("read into a read-only page is EFAULT",
	      fails_with(syscall(SYS_time, page + PAGE), EFAULT) && page[PAGE] == 7);
	check("mprotect: none", mprotect(page + PAGE, PAGE, PROT_NONE) == 0);
	check("write from a page without access is EFAULT", fails_with(write(1, page + PAGE, 1), EFAULT));
	check("mprotect: and back", mprotect(page + PAGE, PAGE, PROT_READ | PROT_WRITE) == 0 && page[PAGE] == 7);
	check("munmap: the middle page", munmap(page + PAGE, PAGE) == 0);
	check("write from an unmapped page is EFAULT", fails_with(write(1, page + PAGE, 1), EFAULT));
	check("the pages beside it are there", (page[0] = 1, page[2 * PAGE] = 2, page[0] + page[2 * PAGE] == 3));
	check("mprotect: over a hole is ENOMEM", fails_with(mprotect(page, 3 * PAGE, PROT_READ), ENOMEM));
	check("munmap: unaligned is EINVAL", fails_with(munmap(page + 1, PAGE), EINVAL));
	check("mmap: no length is EINVAL",
	      mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
}

static void check_time(void)
{
	struct timespec start, end, nap = { 0, 30000000 }, wrong = { 0, 1000000000 };

	check("time: after the year 2000", time(NULL) > 946684800);
	check("clock_gettime: monotonic", clock_gettime(CLOCK_MONOTONIC, &start) == 0);
	check("nanosleep: 30 ms", nanosleep(&nap, NULL) == 0);
	clock_gettime(CLOCK_MONOTONIC, &end);
	long milliseconds = (end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000;
	check("nanosleep: has taken 30 ms at least", milliseconds >= 30 && milliseconds < 5000);
	struct {
		long user, system, children_user, children_system;
	} times = { -1, -1, -1, -1 }, later;
	check("times: what has been used so far", syscall(SYS_times, &times) != -1 && times.user >= 0);
	for (unsigned rounds = 0; rounds < 100000000 && (syscall(SYS_times, &later), later.user < times.user + 2);) {
		for (volatile int i = 0; i < 10000; i++, rounds++) {
		}
	}
	check("times: computing takes time", later.user >= times.user + 2);
	check("times: bad pointer is EFAULT", fails_with(syscall(SYS_times, WILD), EFAULT));
	check("nanosleep: too many nanoseconds is EINVAL", fails_with(nanosleep(&wrong, NULL), EINVAL));
	check("nanosleep: bad pointer is EFAULT", fails_with(nanosleep(WILD, NULL), EFAULT));
	check("clock_gettime: unknown clock is EINVAL", fails_with(clock_gettime(1234, &end), EINVAL));
	check("clock_gettime: bad pointer is EFAULT", fails_with(clock_gettime(0, WILD), EFAULT));
}

static void check_start_up(void)
{
	unsigned char random[8] = { 0 }, more[8] = { 0 };
	unsigned limit[2] = { 0, 0 };
	long long now[2] = { 0, -1 };

	check("set_tid_address: the thread's id", syscall(SYS_set_tid_address, random) == getpid());
	check("getrandom: bytes that differ", syscall(SYS_getrandom, random, 8, 0) == 8 &&
	      syscall(SYS_getrandom, more, 8, 0) == 8 && memcmp(random, more, 8) != 0);
	check("getrandom: unknown flags are EINVAL", fails_with(syscall(SYS_getrandom, random, 8, 0x100), EINVAL));
	check("getrandom: bad pointer is EFAULT", fails_with(syscall(SYS_getrandom, WILD, 8, 0), EFAULT));
	check("ugetrlimit: the stack", syscall(SYS_ugetrlimit, 3, limit) == 0 && limit[0] >= 0x100000);
	check("ugetrlimit: unknown is EINVAL", fails_with(syscall(SYS_ugetrlimit, 99, limit), EINVAL));
	check("clock_gettime64: 64 bits of seconds", syscall(SYS_clock_gettime64, CLOCK_REALTIME, now) == 0 &&
	      now[0] > 946684800 && now[1] >= 0 && now[1] < 1000000000);
}

static void check_process(int argc, char **argv)
{
	char names[6][65];
	unsigned action[5] = { 1, 0, 0, 0, 0 };

	check("argv: ends with a null pointer", argc >= 1 && argv[argc] == NULL);
	check("auxiliary vector: page size", getauxval(AT_PAGESZ) == PAGE);
	check("auxiliary vector: program headers", getauxval(AT_PHDR) != 0 && getauxval(AT_PHNUM) != 0);
	check("auxiliary vector: random bytes", getauxval(AT_RANDOM) != 0);
	check("getpid: gettid of the only thread", getpid() > 0 && getpid() == syscall(SYS_gettid));
	check("sched_yield: comes back", syscall(SYS_sched_yield) == 0);
	check("uname: Linux", syscall(SYS_uname, names) == 0 && strcmp(names[0], "Linux") == 0);
	check("uname: bad pointer is EFAULT", fails_with(syscall(SYS_uname, WILD), EFAULT));
	check("kill: signal 0 only looks", kill(getpid(), 0) == 0);
	check("kill: nobody is ESRCH", fails_with(kill(30000000, 0), ESRCH));
	check("kill: bad signal is EINVAL", fails_with(kill(getpid(), 99), EINVAL));
	check("rt_sigaction: ignore", syscall(SYS_rt_sigaction, SIGTERM, action, NULL, 8) == 0);
	check("kill: an ignored signal does nothing", kill(getpid(), SIGTERM) == 0);
	check("rt_sigaction: SIGKILL is EINVAL",
	      fails_with(syscall(SYS_rt_sigaction, SIGKILL, action, NULL, 8), EINVAL));
	check("rt_sigaction: bad pointer is EFAULT",
	      fails_with(syscall(SYS_rt_sigaction, SIGTERM, WILD, NULL, 8), EFAULT));
}

int main(int argc, char **argv)
{
	check_errors();
	check_files();
	check_memory();
	check_time();
	check_start_up();
	check_process(argc, argv);
	printf("%d failed\n", failures);
	return failures;
}
