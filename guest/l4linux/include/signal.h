/* SPDX-License-Identifier: MIT
 * Signals (signal(7)): what a process has pending, blocks and does about each; how they are sent, from anywhere; how
 * they are acted upon, in the process's own coroutine before it returns to the user.
 */
#ifndef LINUX_SIGNAL_H
#define LINUX_SIGNAL_H

#include "abi.h"
#include "types.h"

struct process;

typedef unsigned long long signal_set; /* bit n - 1 is signal n */

static inline signal_set signal_bit(int signal) { return 1ull << (signal - 1); }

#define UNBLOCKABLE (signal_bit(SIGKILL) | signal_bit(SIGSTOP))

/* Who or what sent a signal: the beginning of the ABI's siginfo_t, which is filled with zeroes to 128 bytes. */
#define SIGINFO_SIZE 128u
struct signal_info {
	int signal, error, code;
	unsigned fields[5]; /* by code: pid, uid, value; or pid, uid, status, two times; or the address of a fault */
};

/* A code that no program sees: the floating-point unit's status says which it is. */
#define FPE_BY_UNIT 0x7F00

/* struct sigaction of rt_sigaction(2) */
struct signal_action {
	unsigned handler, flags, restorer;
	signal_set mask;
};

struct queued_signal {
	struct queued_signal *next;
	struct signal_info info;
};

struct signal_stack {
	unsigned base, flags, size;
};

struct signal_state {
	signal_set pending, blocked;
	signal_set awaited; /* by rt_sigtimedwait(): they end its wait although they are blocked */
	signal_set saved_blocked; /* what sigsuspend() and its like shall leave behind */
	bool blocked_is_saved;
	struct signal_action actions[SIGNAL_COUNT + 1];
	struct signal_info infos[FIRST_REALTIME_SIGNAL]; /* of pending standard signals */
	struct queued_signal *queue;			 /* of pending real-time ones, in order */
	struct signal_stack stack;
	int stopped_by; /* 0: it is not stopped */
	bool stop_unreported, continue_unreported; /* to a waiting parent */
	int interrupted_call; /* its restart code stands in EAX; -1: none */
	unsigned trap_number, error_code, fault_address; /* of its last exception */
};

/* The user's registers; the beginning as in the ABI's struct sigcontext. */
struct user_registers {
	unsigned gs, fs, es, ds, edi, esi, ebp, esp, ebx, edx, ecx, eax;
	unsigned eip, cs, eflags, ss;
};

/* Linux/i386's struct _fpstate: what FNSAVE stores, the status word once more, a magic number, and what FXSAVE stores if
 * the processor has that. The x87's registers are in both; the first counts. */
#define FPU_STATUS 108
#define FPU_MAGIC 110
#define FPU_FXSAVE 112
#define FPU_STATE_SIZE 624

struct user_state {
	struct user_registers registers;
	unsigned char fpu[FPU_STATE_SIZE];
};

/* --- fpu_state.c */
bool cpu_has_fxsave(void);
bool cpu_has_sse(void);
unsigned fpu_state_size(void);			/* as much of it as this processor has */
void fpu_state_initial(unsigned char *state);	/* after FNINIT */
void fpu_state_mark(unsigned char *state);	/* the status word and the magic number */
void fpu_state_mend(unsigned char *state);	/* it comes from a program: the processor must take it */
int floating_point_code(const unsigned char *state); /* si_code of an exception that is not masked; 0: there is none */

/* --- sending, from anywhere, bottom halves included, but a real-time signal from a coroutine only. 0 or -EAGAIN */
int signal_send(struct process *process, const struct signal_info *info);
void signal_send_kernel(struct process *process, int signal); /* without a sender */
void signal_send_group(int group, int signal);		      /* by the kernel, to all of a process group */

/* In the process's own coroutine: it caused the signal and cannot go on without; blocking or ignoring does not help. */
void signal_force(struct process *process, const struct signal_info *info);

/* --- looking */
bool signal_pending(const struct process *process); /* it should not wait any longer */
bool signal_is_ignored(const struct process *process, int signal);
enum signal_effect { SIGNAL_NOTHING, SIGNAL_IGNORED, SIGNAL_ENDS, SIGNAL_STOPS, SIGNAL_HANDLER };
enum signal_effect signal_next(const struct process *process, int *signal);
bool signal_ends(const struct process *process); /* what is pending will end it: no use in going on */

/* --- acting, in the process's own coroutine */

/* Takes one of the set that is pending and fills in info: its number, 0 if there is none. */
int signal_take(struct process *process, signal_set set, struct signal_info *info);

/* Acts upon everything that is pending as far as no handler is called. True: the next has a handler. */
bool signals_act(struct process *process);

/* The same, and calls the handlers: each gets a frame on the user's stack, and the registers lead into the last. */
void signals_deliver(struct process *process, struct user_state *state);

/* Puts the frame of a handler on the user's stack; false: that cannot be written. */
bool signal_frame_push(struct process *process, struct user_state *state, const struct signal_info *info,
		       const struct signal_action *action);

void signals_set_blocked(struct process *process, signal_set blocked);
void signals_restore_blocked(struct process *process); /* if a system call had replaced it */
void signals_discard(struct process *process, signal_set set);
void signals_fork(const struct process *parent, struct process *child);
void signals_exec(struct process *process);
void signals_release(struct process *process);

/* Tells the parent that its child has ended, stopped or gone on. */
void signal_tell_parent(struct process *child, int code, int status);

/* Would nobody be left to continue the group if it stopped? (POSIX: orphaned process group) */
bool group_is_orphaned(int group, const struct process *except);

#endif
