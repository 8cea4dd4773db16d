/* SPDX-License-Identifier: MIT
 * Checks fork, vfork, clone and wait: copies of memory, statuses, zombies, orphans. One line for each check; the
 * exit status is the number of failures. It passes on a real Linux too.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define WILD ((void *)0xC0000000u)
#define MANY 300

static int failures;
static int data = 1;

static void check(const char *what, int condition)
{
	printf("%s %s\n", condition ? "ok  " : "FAIL", what);
	failures += !condition;
}

static int fails_with(long result, int error) { return result == -1 && errno == error; }

static void nap(void)
{
	struct timespec short_time = { 0, 30000000 };

	nanosleep(&short_time, NULL);
}

/* What child() returns comes back as the child's status word. */
static int status_of(int (*child)(void))
{
	int status = -1;
	int pid = fork();

	if (pid == 0) {
		_exit(child());
	}
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static int return_seven(void) { return 7; }

static int kill_itself(void) { return kill(getpid(), SIGTERM); }

static int write_through_null(void) { return *(volatile int *)NULL = 1; }

static void check_status(void)
{
	int status;

	check("waitpid: without children is ECHILD", fails_with(waitpid(-1, &status, 0), ECHILD));
	status = status_of(return_seven);
	check("waitpid: an exit code", WIFEXITED(status) && WEXITSTATUS(status) == 7);
	status = status_of(kill_itself);
	check("waitpid: a signal", WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	status = status_of(write_through_null);
	check("waitpid: a fault", WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	check("waitpid: a child is asked for once", fails_with(waitpid(-1, &status, 0), ECHILD));
	check("waitpid: unknown options are EINVAL", fails_with(waitpid(-1, &status, 0x100), EINVAL));
}

static int parents_pid;

static int is_childs_parent(void) { return getppid() == parents_pid && getpid() != parents_pid; }

static int change_all(void)
{
	char *block = (char *)&data;
	volatile char stack[3 * PAGE];

	stack[0] = stack[2 * PAGE] = 9;
	data = 2;
	return block == (char *)&data && data == 2 && stack[2 * PAGE] == 9;
}

static void check_memory(void)
{
	volatile char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int status;

	parents_pid = getpid();
	check("getppid: is the parent", WEXITSTATUS(status_of(is_childs_parent)) == 1);
	check("fork: the child writes", WEXITSTATUS(status_of(change_all)) == 1);
	check("fork: the parent does not see it", data == 1);
	page[0] = 1;
	int pid = fork();
	if (pid == 0) {
		nap();
		_exit(page[0] == 1 && page[PAGE] == 0 ? 0 : 1);
	}
	page[0] = 2;
	page[PAGE] = 2;
	check("fork: what the parent writes the child does not see",
	      waitpid(pid, &status, 0) == pid && status == 0);
	check("fork: the parent keeps what it wrote", page[0] == 2 && page[PAGE] == 2);
	mprotect((void *)page, PAGE, PROT_READ);
	pid = fork();
	if (pid == 0) {
		mprotect((void *)page, PAGE, PROT_READ | PROT_WRITE);
		page[0] = 3;
		_exit(page[0]);
	}
	waitpid(pid, &status, 0);
	check("fork: a page made writable later is copied", WEXITSTATUS(status) == 3 && page[0] == 2);
	mprotect((void *)page, PAGE, PROT_READ | PROT_WRITE);
	page[0] = 4;
	check("fork: and is the parent's alone at the end", page[0] == 4);
}

static void check_waiting(void)
{
	int status;
	int slow = fork();

	if (slow == 0) {
		nap();
		_exit(1);
	}
	check("waitpid: WNOHANG does not wait", waitpid(slow, &status, WNOHANG) == 0);
	int fast = fork();
	if (fast == 0) {
		_exit(2);
	}
	check("waitpid: the first to end comes first",
	      waitpid(-1, &status, 0) == fast && WEXITSTATUS(status) == 2);
	check("waitpid: the own process group", waitpid(0, &status, 0) == slow && WEXITSTATUS(status) == 1);
	check("waitpid: no such child is ECHILD", fails_with(waitpid(slow, &status, 0), ECHILD));
	int wild = fork();
	if (wild == 0) {
		_exit(0);
	}
	check("waitpid: a bad pointer is EFAULT", fails_with(waitpid(wild, WILD, 0), EFAULT));
	int zombie = fork();
	if (zombie == 0) {
		_exit(3);
	}
	nap();
	check("kill: a zombie is there", kill(zombie, 0) == 0);
	waitpid(zombie, &status, 0);
	check("kill: and no longer", fails_with(kill(zombie, 0), ESRCH));
	int endless = fork();
	while (endless == 0) {
	}
	kill(endless, SIGKILL);
	check("kill: ends a child that computes",
	      waitpid(endless, &status, 0) == endless && WTERMSIG(status) == SIGKILL);
}

static void check_vfork(void)
{
	int status;
	int pid = vfork();

	if (pid == 0) {
		nap();
		_exit(5);
	}
	check("vfork: the child has ended first",
	      waitpid(pid, &status, WNOHANG) == pid && WEXITSTATUS(status) == 5);
	pid = (int)syscall(SYS_clone, 17, 0, 0, 0, 0);
	if (pid == 0) {
		_exit(6);
	}
	check("clone: as fork", waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 6);
	check("clone: a thread in no group of signals is EINVAL",
	      fails_with(syscall(SYS_clone, 0x10000, 0, 0, 0, 0), EINVAL));
}

static void check_many(void)
{
	int wrong = 0;

	for (int i = 0; i < MANY && wrong == 0; i++) {
		wrong = WEXITSTATUS(status_of(return_seven)) != 7;
	}
	check("fork: 300 times, one after the other", wrong == 0);
}

int main(int argc, char **argv)
{
	check_status();
	check_memory();
	check_waiting();
	check_vfork();
	if (argc > 1 && strcmp(argv[1], "many") == 0) {
		check_many();
	}
	printf("%d failed\n", failures);
	return failures;
}
