/* SPDX-License-Identifier: MIT
 *
 * What a chief does with a message of its clan: passes it on in the name of the one who sent it.
 */
#ifndef PROGRAMS_L4_DECEIT_H
#define PROGRAMS_L4_DECEIT_H

#include <l4/ipc.h>

/* A short message with a send timeout of one second; the completion code. Where the kernel does not allow the name (the
 * sender does not stand between the two), the message goes in the sender's own. */
unsigned send_as(struct l4_threadid name, struct l4_threadid to, unsigned descriptor, unsigned w0, unsigned w1);

#endif
