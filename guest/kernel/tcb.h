/* SPDX-License-Identifier: MIT
 *
 * The thread control block. A debugger reads it by its DWARF type (guest/README.md lists the names), so members may
 * move and new ones may come. The kernel stack is the rest of the TCB's block, from its end downward.
 */
#pragma once

#include <l4/syscalls.h>
#include <stdbool.h>
#include <stddef.h>

#include "ia32/layout.h"
#include "trap.h"

typedef unsigned long long microseconds;

enum thread_state {
	THREAD_INACTIVE,
	THREAD_READY,
	THREAD_SENDING,
	THREAD_RECEIVING, /* from one partner */
	THREAD_WAITING,   /* from anyone */
	THREAD_PAGE_FAULT_SEND,
	THREAD_PAGE_FAULT_REPLY,
	THREAD_PREEMPTION_SEND,
	THREAD_PREEMPTION_REPLY,
	THREAD_TRANSFERRING, /* in a long message: waits for what its partner does (long_message.h) */
	THREAD_DEAD, /* shut down by an exception that nobody handles; lthread_ex_regs revives it */
};

/* Calls that the kernel makes for a thread: nothing of the answer goes to the user's registers. In the order of the
 * manual's thread states. */
enum kernel_rpc {
	RPC_NONE,
	RPC_PAGER,
	RPC_INTERNAL_PREEMPTER,
	RPC_EXTERNAL_PREEMPTER,
};

/* The parameters of the ipc that a thread is in, from its registers or made by the kernel for an RPC of its own. */
struct ipc_parameters {
	unsigned send_descriptor;
	unsigned receive_descriptor;
	l4_timeouts timeouts;
	unsigned words[2];
	unsigned char kernel_rpc; /* enum kernel_rpc */
	bool receive_follows; /* its message was fetched by the receiver; it must still start to receive itself */
	unsigned char route;  /* flags of the receiver's result: deceited, redirected, from an inner clan */
	unsigned rpc_result;
	struct l4_threadid source;         /* whom the receiver will see as the sender */
	struct l4_threadid destination;    /* whom the sender named */
	struct l4_threadid virtual_sender; /* whom a deceiving sender named as the source */
	struct l4_message_header send_header, receive_header; /* of descriptors that are addresses */
};

/* One of the two threads of a long message. */
struct transfer {
	struct tcb *partner; /* null: there is none under way */
	bool sends;
	bool page_wanted;    /* of the receiver: its page fault is to be sent to its pager */
	bool page_missing;   /* and that failed */
	unsigned address;
};

/* A data segment of the thread's own (l4/syscalls.h, l4_thread_segment). */
struct thread_segment {
	unsigned base; /* within the space */
	unsigned limit;
	bool used;
	bool expands_down; /* which side of the base the descriptor reaches now */
};

enum { BREAKPOINTS = 4 };

/* The thread's own debug registers, as it has set them (ia32/debug_registers.c). */
struct breakpoints {
	unsigned address[BREAKPOINTS]; /* DR0 to DR3; within the space */
	unsigned status, control;      /* DR6; DR7, 0: none is enabled */
};

struct tcb {
	struct l4_threadid id;
	enum thread_state state;
	struct space *space;
	unsigned char priority;
	unsigned char max_controlled_priority;
	int timeslice;      /* microseconds; 0: it runs on donated time only */
	int timeslice_left; /* of that, or of a donated one */
	struct l4_threadid pager;
	struct l4_threadid partner;
	struct l4_threadid internal_preempter;
	struct l4_threadid external_preempter;
	struct tcb *ready_next, *ready_previous;   /* ring of its priority (schedule.h) */
	struct tcb *send_queue;                    /* first of those who wait to send to it */
	struct tcb *send_next;
	struct tcb *thread_next, **thread_link;    /* thread_list; the pointer to this one */
	struct tcb *wakeup_next, **wakeup_link;    /* wakeup_list, by time */
	microseconds wakeup_time;                  /* 0: never */
	microseconds cpu_time;
	struct switch_frame *kernel_esp; /* valid while it does not run */
	struct trap_frame *user_frame;   /* null for the idle thread */
	unsigned user_idt;               /* address of its exception table; 0: none */
	struct fpu_state *fpu_state;     /* null until it first computes */
	struct thread_segment segments[L4_THREAD_SEGMENTS];
	bool has_extras;                 /* segments or breakpoints: what switching to it must load */
	struct breakpoints breakpoints;
	unsigned segment_flips;          /* how often one of them was turned round */
	struct trap_frame flipped_at;    /* when that was last; all zero: never */
	unsigned irq_id;                 /* irq + 1 of the associated interrupt; 0: none */
	bool irq_pending;
	struct ipc_parameters ipc;
	struct transfer transfer;
};

extern struct tcb *thread_list;
extern struct tcb *current;

static inline bool same_id(struct l4_threadid a, struct l4_threadid b)
{
	return a.low == b.low && a.high == b.high;
}
