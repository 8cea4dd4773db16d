/* SPDX-License-Identifier: MIT
 * What the L4 port keeps for each process: its main thread, the message that it has sent, and the reply it is due; its
 * signal thread, and where the main thread is to go on after that has stopped it.
 */
#ifndef L4_ARCH_PROCESS_H
#define L4_ARCH_PROCESS_H

#include <l4/types.h>

#include "signal.h"

enum reply_kind {
	REPLY_NONE,   /* it waits for nothing, or its answer is not known yet */
	REPLY_RESULT, /* a short message: word 0 is the result of a system call */
	REPLY_MAP,    /* word 0 is the user address, word 1 the fpage */
};

/* A main thread between being stopped by its signal thread and going on with registers that we give it. */
enum stop_progress {
	STOP_NONE,
	STOP_ASKED,    /* the signal thread has been asked; what else the main thread says is not heard */
	STOP_REPORTED, /* the main thread has saved its registers and waits */
};

struct arch_process {
	struct l4_threadid thread;
	bool has_message; /* one that has not been served yet */
	unsigned message[2];
	bool serves_call; /* that message was a system call; it is, or has been, carried out */
	enum reply_kind reply_kind;
	unsigned reply[2];
	bool signal_thread_ready; /* it waits for us to ask */
	enum stop_progress stop;
	bool report_is_late;
	unsigned signal_page; /* its frame */
	struct user_state state; /* with which a stopped main thread goes on */
	bool state_has_fpu;
	bool state_is_replaced; /* by sigreturn, fork or execve: not what the main thread had */
	unsigned kept_eflags;	/* bits that the replaced state takes from the main thread */
	unsigned restart_eip, restart_esp; /* to make its system call again */
};

#endif
