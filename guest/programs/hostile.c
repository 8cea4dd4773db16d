/* SPDX-License-Identifier: MIT
 * Processes that wrong the Linux server, beside one that works: they name wild frames, call and never receive the
 * answer, let strange threads send, knock at the server's interrupt threads, stop their signal threads. Each may harm
 * itself only. The exit status
 * is the number of failures. Only for Linux on L4: it speaks L4 past the emulation library.
 */
#include <l4/syscalls.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SERVER_THREADS 8 /* more than it has */
#define SIGNAL_THREAD 1
#define STRANGER 9 /* an lthread that Linux never made */
#define KNOCKS 3000
#define WORK 2000
#define STACK_WORDS 1024

struct frame {
	unsigned ebx, ecx, edx, esi, edi, ebp, eax;
};

static struct l4_threadid server;
static unsigned stranger_stack[STACK_WORDS];

static void spin(void)
{
	for (;;) {
		__asm__ volatile("pause");
	}
}

/* Frames at addresses that nobody has, that are read-only, that wrap round, the kernel's, the server's own. */
static void name_wild_frames(void)
{
	static const unsigned frames[] = { 0, 0x1000, 0x30000000, 0xBFFFD000, 0xBFFFFFFC, 0xC0000000, 0xC4400000,
					   0xF0100000, 0xFFFFFFF0 };

	for (unsigned i = 0;; i = (i + 1) % (sizeof(frames) / sizeof(frames[0]))) {
		int child = fork(), status;
		if (child == 0) {
			l4_ipc_call(server, L4_SEND_SHORT, SYS_write, frames[i], L4_RECEIVE_SHORT, L4_NEVER);
			_exit(0);
		}
		waitpid(child, &status, 0);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSEGV) {
			printf("FAIL a frame at %x: %x\n", frames[i], status);
		}
	}
}

/* The answers find nobody. */
static void never_receive(void)
{
	struct frame frame = { .eax = SYS_getpid };

	for (unsigned i = 0; i < KNOCKS; i++) {
		l4_ipc_send(server, L4_SEND_SHORT, SYS_getpid, (unsigned)&frame, L4_NEVER);
	}
	spin();
}

/* Short enough to lie in the pages that the first thread has touched. */
static void send_much(void)
{
	for (unsigned i = 0; i < KNOCKS; i++) {
		l4_ipc_send(server, L4_SEND_SHORT, SYS_getpid, 0, L4_NEVER);
	}
}

static void stranger(void)
{
	send_much();
	spin();
}

static void send_by_strangers(void)
{
	memset(stranger_stack, 1, sizeof(stranger_stack)); /* its page faults would find no pager that knows it */
	l4_lthread_ex_regs(STRANGER, (unsigned)stranger, (unsigned)(stranger_stack + STACK_WORDS), l4_invalid(), server);
	spin();
}

/* All of the server's threads but the main one, which would take it for a page fault: those that wait for interrupts,
 * and some that there are not. */
static void knock(void)
{
	for (unsigned i = 0; i < KNOCKS; i++) {
		l4_ipc_send(l4_lthread(server, 1 + i % SERVER_THREADS), L4_SEND_SHORT, i, i, L4_SEND_AT_ONCE);
	}
	spin();
}

static void ignore(int signal) { (void)signal; }

static void wait_for_server(void)
{
	l4_ipc_receive(server, L4_RECEIVE_SHORT, L4_NEVER);
	spin();
}

/* A handler, so that the server needs the signal thread; and that thread does something else. */
static void spoil_signal_thread(void (*instead)(void))
{
	signal(SIGUSR1, ignore);
	memset(stranger_stack, 1, sizeof(stranger_stack));
	l4_lthread_ex_regs(SIGNAL_THREAD, (unsigned)instead, (unsigned)(stranger_stack + STACK_WORDS), l4_invalid(),
			   server);
	spin();
}

static void stop_signal_thread(void) { spoil_signal_thread(spin); }

/* It takes the request and never answers. */
static void deceive_by_signal_thread(void) { spoil_signal_thread(wait_for_server); }

static void (*const wrongs[])(void) = { name_wild_frames, never_receive,      send_by_strangers,
					knock,		  stop_signal_thread, deceive_by_signal_thread };
#define WRONGS (sizeof(wrongs) / sizeof(wrongs[0]))

/* System calls whose results are known, and a page of its own each round. */
static unsigned work(void)
{
	static const char word[] = "through a pipe";
	char copy[sizeof(word)];
	unsigned wrong = 0;
	int ends[2], self = getpid();

	wrong += pipe(ends) != 0;
	for (unsigned i = 0; i < WORK; i++) {
		memset(copy, 0, sizeof(copy));
		wrong += write(ends[1], word, sizeof(word)) != (int)sizeof(word);
		wrong += read(ends[0], copy, sizeof(copy)) != (int)sizeof(copy);
		wrong += strcmp(copy, word) != 0 || getpid() != self;
	}
	return wrong;
}

int main(void)
{
	int children[WRONGS], status;
	unsigned failures = 0;

	server = l4_make_id(L4_TASK_ROOT, 0, 1, L4_TASK_ROOT, 0, 0);
	for (unsigned i = 0; i < WRONGS; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			wrongs[i]();
		}
	}
	failures += work();
	for (unsigned i = 0; i < WRONGS; i++) {
		kill(children[i], SIGUSR1); /* some have a handler and need their signal thread now */
	}
	failures += work();
	for (unsigned i = 0; i < WRONGS; i++) {
		int wrong = kill(children[i], SIGKILL) != 0;
		wrong += waitpid(children[i], &status, 0) != children[i];
		wrong += !WIFSIGNALED(status) || (WTERMSIG(status) != SIGKILL && WTERMSIG(status) != SIGUSR1);
		printf("%s a process that did wrong has ended\n", wrong ? "FAIL" : "ok  ");
		failures += (unsigned)wrong;
	}
	failures += work();
	printf("%u failed\n", failures);
	return (int)failures;
}
