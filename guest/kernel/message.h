/* SPDX-License-Identifier: MIT
 *
 * The transfer of one message between two threads that have met.
 */
#ifndef KERNEL_MESSAGE_H
#define KERNEL_MESSAGE_H

#include "tcb.h"

/* The result of a thread's ipc: to its user registers, or to rpc_result for a page-fault RPC. */
void ipc_complete(struct tcb *thread, unsigned result);

/* Words, source and mappings from sender to receiver, which becomes ready. False: both have an error. */
bool message_deliver(struct tcb *sender, struct tcb *receiver);

#endif
