/* SPDX-License-Identifier: MIT
 *
 * The transfer of long messages. L4 reference manual, "IPC: long messages". Source and destination are translated by
 * the page tables of the two spaces (transfer_memory.c), a page at a time; after each piece the thread can be preempted.
 * The layout of messages is in l4/types.h.
 *
 *   result        a receive code; the sender gets the same with bit 4 set
 *   source page missing, RPC failed        receive page-fault timeout (0xa0): the receiver's time limit was used
 *   destination page missing, RPC failed   send page-fault timeout (0x80): the sender's
 *   does not fit, or not a user address    cut (0xe0), with what did fit
 */
#include "long_message.h"

#include "fpage.h"
#include "ia32/cpu.h"
#include "ipc.h"
#include "message.h"
#include "schedule.h"
#include "thread.h"
#include "timeout.h"
#include "transfer_memory.h"

enum {
	REGISTER_WORDS = 2,
	WORD = sizeof(unsigned),
	WORDS_OFFSET = sizeof(struct l4_message_header),
	MAX_STRING = 4 << 20,
};

/* What one transfer has brought so far. */
struct progress {
	unsigned dwords, strings, flags;
	enum l4_completion_code error;
};

static bool is_short(const struct tcb *sender, const struct tcb *receiver)
{
	return !is_message(sender->ipc.send_descriptor) || !is_buffer(receiver->ipc.receive_descriptor);
}

/* So many pages that interrupts should not wait for them. Whoever is in another transfer has no large window (ipc.c). */
static bool is_large_mapping(const struct tcb *sender, const struct tcb *receiver)
{
	return !receiver->transfer.partner && l4_fpage_size_log2(sender->ipc.words[1]) > MAPPED_AT_ONCE_LOG2 &&
	       l4_fpage_size_log2(message_window(receiver)) > MAPPED_AT_ONCE_LOG2;
}

bool long_message_is(const struct tcb *sender, const struct tcb *receiver)
{
	if ((sender->ipc.send_descriptor & L4_SEND_MAP) && is_large_mapping(sender, receiver)) {
		return true;
	}
	if (is_short(sender, receiver)) {
		return false;
	}
	unsigned sent = sender->ipc.send_header.send_dope;
	unsigned room = receiver->ipc.receive_header.size_dope;
	return (l4_dope_dwords(sent) > REGISTER_WORDS && l4_dope_dwords(room) > REGISTER_WORDS) ||
	       (l4_dope_strings(sent) > 0 && l4_dope_strings(room) > 0);
}

void long_message_begin(struct tcb *sender, struct tcb *receiver)
{
	timeout_cancel(sender);
	timeout_cancel(receiver);
	sender->transfer = (struct transfer){.partner = receiver, .sends = true};
	receiver->transfer = (struct transfer){.partner = sender};
	receiver->state = THREAD_TRANSFERRING;
	receiver->partner = sender->id;
	sender->partner = receiver->id;
	if (!is_message(sender->ipc.send_descriptor)) {
		sender->ipc.send_header.send_dope = l4_make_dope(REGISTER_WORDS, 0);
	}
	if (!is_buffer(receiver->ipc.receive_descriptor)) {
		receiver->ipc.receive_header.size_dope = l4_make_dope(REGISTER_WORDS, 0);
	}
}

static void end(struct tcb *thread)
{
	thread->transfer = (struct transfer){.partner = NULL};
}

static unsigned send_address(const struct tcb *self)
{
	return self->ipc.send_descriptor & ~3u;
}

static unsigned receive_address(const struct tcb *self)
{
	return self->transfer.partner->ipc.receive_descriptor & ~3u;
}

/* The first two travel in registers. */
static void carry_dwords(struct tcb *self, struct progress *progress)
{
	unsigned sent = l4_dope_dwords(self->ipc.send_header.send_dope);
	unsigned room = l4_dope_dwords(self->transfer.partner->ipc.receive_header.size_dope);
	room = room > REGISTER_WORDS ? room : REGISTER_WORDS;
	unsigned dwords = smaller(sent, room);
	if (dwords > REGISTER_WORDS) {
		unsigned offset = WORDS_OFFSET + REGISTER_WORDS * WORD;
		progress->error = transfer_copy(self, receive_address(self) + offset, send_address(self) + offset,
						(dwords - REGISTER_WORDS) * WORD);
	}
	progress->dwords = progress->error == L4_OK ? dwords : REGISTER_WORDS;
	if (progress->error == L4_OK && sent > room) {
		progress->error = L4_RECEIVE_CUT;
	}
}

/* The words, in pairs, until one is no flexpage. */
static void carry_mappings(struct tcb *self, struct progress *progress)
{
	struct tcb *receiver = self->transfer.partner;
	l4_fpage window = message_window(receiver);
	struct send_fpage item = {self->ipc.words[0], self->ipc.words[1]};
	if (!fpage_is_valid(window)) {
		progress->error = L4_RECEIVE_CUT;
		return;
	}
	for (unsigned word = 0; fpage_is_valid(item.fpage);) {
		if (!fpage_map(self->space, receiver->space, item, window, true)) {
			progress->error = L4_RECEIVE_MAP_FAILED;
			return;
		}
		progress->flags = L4_RESULT_MAPPED;
		word += sizeof item / WORD;
		if (word + 1 >= progress->dwords) {
			return;
		}
		enum l4_completion_code error =
			transfer_read(self, &item, send_address(self) + WORDS_OFFSET + word * WORD, sizeof item);
		if (error != L4_OK) {
			progress->error = error;
			return;
		}
	}
}

/* A string dope's address: behind the dwords for which the message has room. */
static unsigned string_dope(unsigned message, unsigned size_dope, unsigned number)
{
	return message + WORDS_OFFSET + l4_dope_dwords(size_dope) * WORD + number * sizeof(struct l4_string_dope);
}

static enum l4_completion_code carry_string(struct tcb *self, unsigned number)
{
	struct l4_string_dope from, to;
	unsigned to_dope = string_dope(receive_address(self), self->transfer.partner->ipc.receive_header.size_dope, number);
	enum l4_completion_code error = transfer_read(
		self, &from, string_dope(send_address(self), self->ipc.send_header.size_dope, number), sizeof from);
	if (error == L4_OK) {
		error = transfer_receiver_words(self, to_dope, (unsigned *)&to, sizeof to / WORD, false);
	}
	if (error != L4_OK) {
		return error;
	}
	unsigned size = smaller(smaller(from.send_size, to.receive_size), MAX_STRING);
	error = transfer_copy(self, to.receive_address, from.send_address, size);
	if (error == L4_OK) {
		/* Its dope as it comes back: what was received can be sent on. */
		unsigned sendable[] = {size, to.receive_address};
		error = transfer_receiver_words(self, to_dope, sendable, 2, true);
	}
	return error == L4_OK && size < from.send_size ? L4_RECEIVE_CUT : error;
}

static void carry_strings(struct tcb *self, struct progress *progress)
{
	unsigned sent = l4_dope_strings(self->ipc.send_header.send_dope);
	unsigned room = l4_dope_strings(self->transfer.partner->ipc.receive_header.size_dope);
	for (unsigned number = 0; number < smaller(sent, room); number++) {
		enum l4_completion_code error = carry_string(self, number);
		if (error != L4_OK && error != L4_RECEIVE_CUT) {
			progress->error = error;
			return;
		}
		progress->strings = number + 1;
		if (error != L4_OK) {
			progress->error = error;
		}
	}
	if (sent > room) {
		progress->error = L4_RECEIVE_CUT;
	}
}

/* A message that is cut is still carried as far as it goes; any other error ends it. */
static bool goes_on(const struct progress *progress)
{
	return progress->error == L4_OK || progress->error == L4_RECEIVE_CUT;
}

bool long_message_carry(struct tcb *self)
{
	struct progress progress = {.error = L4_OK};
	struct tcb *receiver = self->transfer.partner;
	carry_dwords(self, &progress);
	if (goes_on(&progress) && (self->ipc.send_descriptor & L4_SEND_MAP)) {
		carry_mappings(self, &progress);
	}
	if (goes_on(&progress)) {
		carry_strings(self, &progress);
	}
	end(self);
	end(receiver);
	unsigned dope = l4_make_dope(progress.dwords, progress.strings);
	dope = is_short(self, receiver) ? 0 : dope;
	return message_finish(self, receiver, dope | progress.flags | progress.error);
}

static void abort_one(struct tcb *thread)
{
	enum l4_completion_code code = thread->transfer.sends ? L4_SEND_ABORTED : L4_RECEIVE_ABORTED;
	bool is_answer = thread->state == THREAD_TRANSFERRING && thread->ipc.kernel_rpc;
	end(thread);
	if (is_answer) {
		/* Its pager's: what is still missing will be asked for again. */
		ipc_complete(thread, L4_OK);
		ready_add(thread);
		return;
	}
	ipc_leave_queue(thread);
	timeout_cancel(thread);
	thread->ipc.kernel_rpc = RPC_NONE;
	thread->ipc.receive_follows = false;
	ipc_complete(thread, code);
	thread_reset_stack(thread);
	ready_add(thread);
}

void long_message_abort(struct tcb *thread)
{
	struct tcb *partner = thread->transfer.partner;
	abort_one(thread);
	abort_one(partner);
}
