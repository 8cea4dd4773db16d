/* SPDX-License-Identifier: MIT
 *
 * Inter-process communication as the rest of the kernel uses it: page faults and interrupts are messages too, and
 * threads are made to stop waiting by cancelling, by time, and by the death of their partner.
 */
#pragma once

#include "space.h"
#include "tcb.h"

/* Carries out the ipc whose parameters stand in the running thread's ipc. Blocks; when it returns, the result is in
 * the user's registers, or in rpc_result if kernel_rpc is set. */
void ipc_perform(struct tcb *self, struct l4_threadid partner);

/* A page-fault RPC to the running thread's pager; its completion code. */
unsigned ipc_page_fault(struct tcb *self, unsigned w0, unsigned w1, l4_timeouts timeouts);

/* A preemption RPC of the running thread; whatever comes of it. */
void ipc_preemption(struct tcb *self, enum kernel_rpc rpc, struct l4_threadid preempter, unsigned w0, unsigned w1);

/* The thread waits for messages of this interrupt, or of anyone. */
bool ipc_waits_for_irq(const struct tcb *thread);

/* An interrupt's message; the thread becomes ready, if it is not running. */
void ipc_deliver_irq(struct tcb *thread, unsigned irq);

/* Ends what the thread waits for; it becomes ready. The code is that of a receive; while it sends it is the same with bit 4
 * set. */
void ipc_end_waiting(struct tcb *thread, enum l4_completion_code code);

/* The same with cancelled, or aborted if it is in a long message. */
void ipc_cancel(struct tcb *thread);

/* Takes a thread that waits to send out of its receiver's queue; of no effect on others. */
void ipc_leave_queue(struct tcb *thread);

/* Takes a thread out of its receiver's send queue, aborts its long message, and ends the waiting of those in its own
 * queue. */
void ipc_withdraw(struct tcb *thread);

/* A task dies: whoever waits for a message of one of its threads gets an error. */
void ipc_forget_task(const struct space *space);

/* Blocks the running thread in what its state says without a message: nobody will wake it. */
void ipc_shut_down(struct tcb *self);

/* The thread that gets self's message for a destination: it, or a chief on the way to it. Sets source, destination and
 * route of self's ipc. Null: there is none. */
struct tcb *ipc_route(struct tcb *self, struct l4_threadid destination);

/* Who waits to send to a thread: first come, first served. */
void send_queue_append(struct tcb *receiver, struct tcb *sender);
void send_queue_remove(struct tcb *receiver, struct tcb *sender);

/* By the name under which its message comes. */
struct tcb *send_queue_find(const struct tcb *receiver, struct l4_threadid sender);
