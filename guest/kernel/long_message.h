/* SPDX-License-Identifier: MIT
 *
 * Messages with more than two words: dwords and strings from memory to memory, and more than one flexpage. The sender's
 * thread does the work. It may fault in either space, be preempted and be aborted while its partner waits for the end;
 * until then both have each other as transfer.partner and are of no use to anybody else.
 */
#pragma once

#include "tcb.h"

/* The two need more than message_deliver: the sender has more than two words and the receiver room for more. */
bool long_message_is(const struct tcb *sender, const struct tcb *receiver);

/* The two have met. */
void long_message_begin(struct tcb *sender, struct tcb *receiver);

/* The running thread is the sender. As message_deliver; does not return if it is aborted. */
bool long_message_carry(struct tcb *self);

/* Ends the transfer that a thread, not the running one, is in: both get the code for that. */
void long_message_abort(struct tcb *thread);
