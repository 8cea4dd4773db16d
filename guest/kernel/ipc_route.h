/* SPDX-License-Identifier: MIT
 *
 * To whom a message goes, and in whose name.
 */
#ifndef KERNEL_IPC_ROUTE_H
#define KERNEL_IPC_ROUTE_H

#include "tcb.h"

/* The thread that gets self's message for a destination: it, or a chief on the way to it. Sets source, destination and
 * route of self's ipc. Null: there is none. */
struct tcb *ipc_route(struct tcb *self, struct l4_threadid destination);

#endif
