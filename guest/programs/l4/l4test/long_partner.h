/* SPDX-License-Identifier: MIT
 *
 * The other side of long messages: a task that receives them into long_in and answers, its pager, and senders.
 */
#ifndef L4TEST_LONG_PARTNER_H
#define L4TEST_LONG_PARTNER_H

#include "check.h"

enum { LONG_DWORDS = 20, LONG_STRINGS = 2, LONG_PAGER = 7, LONG_WATCHER = 8 };

struct long_message {
	struct l4_message_header header;
	unsigned words[LONG_DWORDS];
	struct l4_string_dope strings[LONG_STRINGS];
};

extern struct long_message long_out, long_in;
extern struct l4_message long_received; /* what the partner got */
extern volatile unsigned long_sender_result;
extern volatile unsigned long_faults, long_fault_eip;
extern volatile bool long_pager_answers;
extern volatile bool long_seen_in_the_middle;

void long_start(void);
void long_restart(void);
void long_stop(void);

/* What the partner waits with: long_in, or registers only. */
void long_receive_short(void);
void long_receive_buffer(void);

/* From this task to the partner: long_out with w0 = 11 and w1 = 22; the completion code. */
unsigned long_send(l4_timeouts timeouts);
unsigned long_send_map(l4_timeouts timeouts);

/* From the partner's task to this one. */
unsigned long_send_back(l4_timeouts timeouts);

/* A byte as the partner's task sees it. */
unsigned long_peek(unsigned address);

/* Threads of this task: their result goes to long_sender_result. */
void long_send_to_main(void);
void long_send_to_partner(void);
void long_after_cancel(void);

/* A second task that sends to the partner, from its own SCRATCH; and an urgent thread that looks at the partner. */
void long_start_source(void);
unsigned long_source_send(void);
void long_watch(void);
void long_stop_source(void);

#endif
