/* SPDX-License-Identifier: MIT
 * Checks thread areas as a C library uses them: a segment at %gs with positive and negative offsets, in the process, in
 * its children, beside other processes, and gone after execve. The exit status is the number of failures. It passes on
 * a real Linux too.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WILD ((void *)0xC0000000u)
#define BIT32_PAGES_USEABLE 0x51
#define SYS_GET_THREAD_AREA 244
#define ROUNDS 40

struct user_desc {
	unsigned number;
	void *base;
	unsigned limit, flags;
};

static int failures;
static int block[3]; /* %gs:-4, %gs:0, %gs:4 */

static void check(const char *what, int condition)
{
	printf("%s %s\n", condition ? "ok  " : "FAIL", what);
	failures += !condition;
}

static int fails_with(long result, int error) { return result == -1 && errno == error; }

static int load(int offset)
{
	int value;

	__asm__ volatile("movl %%gs:(%1), %0" : "=r"(value) : "r"(offset) : "memory");
	return value;
}

static void store(int offset, int value) { __asm__ volatile("movl %0, %%gs:(%1)" : : "r"(value), "r"(offset) : "memory"); }

static void set_gs(unsigned selector) { __asm__ volatile("movw %w0, %%gs" : : "r"(selector)); }

static unsigned set_up(void)
{
	struct user_desc desc = { ~0u, &block[1], 0xFFFFF, BIT32_PAGES_USEABLE };
	struct user_desc read_back = { 0, NULL, 0, 0 };

	check("set_thread_area: any free entry", syscall(SYS_set_thread_area, &desc) == 0 && desc.number != ~0u);
	set_gs(desc.number * 8 + 3);
	read_back.number = desc.number;
	check("get_thread_area: what was set", syscall(SYS_GET_THREAD_AREA, &read_back) == 0 &&
	      read_back.base == &block[1] && read_back.limit == 0xFFFFF);
	return desc.number;
}

static void check_offsets(void)
{
	block[0] = 10, block[1] = 11, block[2] = 12;
	check("%gs: from its base up", load(0) == 11 && load(4) == 12);
	check("%gs: below its base", load(-4) == 10);
	store(-4, 20);
	store(4, 22);
	check("%gs: writing on both sides", block[0] == 20 && block[2] == 22 && load(0) == 11);
	for (int i = 0; i < ROUNDS; i++) {
		store(-4, load(0) + i);
		store(0, load(-4));
	}
	check("%gs: to and fro", block[1] == 11 + ROUNDS * (ROUNDS - 1) / 2);
}

static void check_children(void)
{
	struct timespec nap = { 0, 30000000 };
	int status, sum = 0;
	int pids[3];

	store(0, 100);
	for (int i = 0; i < 3; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			store(-4, i);
			nanosleep(&nap, NULL);
			_exit(load(-4) == i && load(0) == 100 ? i : 99);
		}
	}
	store(-4, 77);
	for (int i = 0; i < 3; i++) {
		waitpid(pids[i], &status, 0);
		sum += WEXITSTATUS(status);
	}
	check("fork: each child has its own", sum == 3 && load(-4) == 77);
}

static void check_errors(unsigned number)
{
	struct user_desc wrong = { 1, block, 0xFFFFF, BIT32_PAGES_USEABLE };
	struct user_desc any = { ~0u, block, 0xFFFFF, BIT32_PAGES_USEABLE };

	check("set_thread_area: a wrong number is EINVAL", fails_with(syscall(SYS_set_thread_area, &wrong), EINVAL));
	check("set_thread_area: a bad pointer is EFAULT", fails_with(syscall(SYS_set_thread_area, WILD), EFAULT));
	check("set_thread_area: three, and no more",
	      syscall(SYS_set_thread_area, &any) == 0 && any.number == number + 1 && (any.number = ~0u) &&
	      syscall(SYS_set_thread_area, &any) == 0 && (any.number = ~0u) &&
	      fails_with(syscall(SYS_set_thread_area, &any), ESRCH));
}

/* In the new program there is no segment left: to read through %gs would be SIGSEGV, so it only looks. */
static int is_clean(void)
{
	struct user_desc desc = { ~0u, block, 0xFFFFF, BIT32_PAGES_USEABLE };
	struct user_desc second = desc;

	syscall(SYS_set_thread_area, &desc);
	syscall(SYS_set_thread_area, &second);
	return second.number == desc.number + 1 ? 5 : 1;
}

int main(int argc, char **argv)
{
	char *arguments[] = { "tls", "clean", NULL };
	const char *self = argc > 1 ? argv[1] : "/bin/tls";
	int status = 0;

	if (argc > 1 && strcmp(argv[1], "clean") == 0) {
		return is_clean();
	}
	unsigned number = set_up();
	check_offsets();
	check_children();
	check_errors(number);
	int pid = fork();
	if (pid == 0) {
		execve(self, arguments, NULL);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	check("execve: the areas have gone", WEXITSTATUS(status) == 5);
	printf("%d failed\n", failures);
	return failures;
}
