/* SPDX-License-Identifier: MIT
 *
 * Who waits to send to a thread: first come, first served.
 */
#ifndef KERNEL_SEND_QUEUE_H
#define KERNEL_SEND_QUEUE_H

#include "tcb.h"

void send_queue_append(struct tcb *receiver, struct tcb *sender);
void send_queue_remove(struct tcb *receiver, struct tcb *sender);
/* By the name under which its message comes. */
struct tcb *send_queue_find(const struct tcb *receiver, struct l4_threadid sender);

#endif
