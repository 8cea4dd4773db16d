/* SPDX-License-Identifier: MIT
 * Signals as Linux/i386's system calls see them (signal(7), sigaction(2)): structures are the kernel's own.
 */
#ifndef LIBC_SIGNAL_H
#define LIBC_SIGNAL_H

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGUSR1 10
#define SIGSEGV 11
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGCHLD 17
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTSTP 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGRTMIN 34

#define SA_NOCLDSTOP 0x00000001u
#define SA_NOCLDWAIT 0x00000002u
#define SA_SIGINFO 0x00000004u
#define SA_RESTORER 0x04000000u
#define SA_ONSTACK 0x08000000u
#define SA_RESTART 0x10000000u
#define SA_NODEFER 0x40000000u
#define SA_RESETHAND 0x80000000u

#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SS_ONSTACK 1
#define SS_DISABLE 2

typedef unsigned long long sigset_t;
typedef void (*sighandler_t)(int);

#define SIG_DFL ((sighandler_t)0)
#define SIG_IGN ((sighandler_t)1)
#define SIG_ERR ((sighandler_t)-1)

typedef struct {
	int si_signo, si_errno, si_code;
	union {
		struct {
			int si_pid;
			unsigned si_uid;
			int si_status; /* or the value of a queued signal */
		};
		void *si_addr;
		unsigned char rest[116];
	};
} siginfo_t;

struct sigaction {
	union {
		sighandler_t sa_handler;
		void (*sa_sigaction)(int, siginfo_t *, void *);
	};
	unsigned sa_flags;
	void (*sa_restorer)(void);
	sigset_t sa_mask;
};

typedef struct {
	void *ss_sp;
	int ss_flags;
	unsigned ss_size;
} stack_t;

struct sigcontext {
	unsigned gs, fs, es, ds, edi, esi, ebp, esp, ebx, edx, ecx, eax;
	unsigned trapno, err, eip, cs, eflags, esp_at_signal, ss;
	void *fpstate;
	unsigned oldmask, cr2;
};

typedef struct ucontext {
	unsigned uc_flags;
	struct ucontext *uc_link;
	stack_t uc_stack;
	struct sigcontext uc_mcontext;
	sigset_t uc_sigmask;
} ucontext_t;

static inline sigset_t sigmask(int signal) { return 1ull << (signal - 1); }

int kill(int pid, int signal);
int raise(int signal);
int sigaction(int signal, const struct sigaction *action, struct sigaction *old);
sighandler_t signal(int signal, sighandler_t handler); /* as BSD has it: SA_RESTART, and it stays */
int sigprocmask(int how, const sigset_t *set, sigset_t *old);
int sigpending(sigset_t *set);
int sigsuspend(const sigset_t *set);
int sigaltstack(const stack_t *stack, stack_t *old);
int pause(void);

#endif
