/* SPDX-License-Identifier: MIT
 * What the L4 port keeps for each process: its main thread, the message that it has sent, and the reply it is due.
 */
#ifndef L4_ARCH_PROCESS_H
#define L4_ARCH_PROCESS_H

#include <l4/types.h>

enum reply_kind {
	REPLY_NONE,   /* it waits for nothing, or its answer is not known yet */
	REPLY_RESULT, /* a short message: word 0 is the result of a system call */
	REPLY_MAP,    /* word 0 is the user address, word 1 the fpage */
};

struct arch_process {
	struct l4_threadid thread;
	unsigned message[2];
	enum reply_kind reply_kind;
	unsigned reply[2];
	unsigned area_selector; /* of the thread area set last: what %gs is taken to hold when a child begins; 0: none */
	unsigned fork_frame; /* of a child that has not run yet: where its registers are on its stack */
};

#endif
