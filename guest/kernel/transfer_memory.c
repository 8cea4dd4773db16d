/* SPDX-License-Identifier: MIT
 *
 * Memory of two spaces during a long message: translated by their page tables, reached through the window on physical
 * memory, a page at a time. What is missing is asked of the pager of the space's thread, which for the receiver's space
 * only the receiver can do: the sender wakes it and waits. L4 reference manual, "IPC: page faults".
 */
#include "transfer_memory.h"

#include "ia32/cpu.h"
#include "memory.h"
#include "schedule.h"
#include "string.h"
#include "timeout.h"
#include "user_memory.h"

bool transfer_page_in(struct tcb *self, unsigned address, bool write)
{
	const struct ipc_parameters asked = self->ipc;
	l4_timeouts partners = self->transfer.partner->ipc.timeouts;
	bool there = user_page_in(self, address, write, USER_PAGE_IN_IPC,
				  self->transfer.sends ? timeout_receive_fault(partners) : timeout_send_fault(partners));
	self->ipc = asked;
	self->partner = self->transfer.partner->id;
	return there;
}

/* In the receiver's thread. */
static void serve_page_fault(struct tcb *self)
{
	struct tcb *sender = self->transfer.partner;
	self->transfer.page_wanted = false;
	self->transfer.page_missing = !user_bring_in(self, self->transfer.address, true);
	self->state = THREAD_TRANSFERRING;
	ready_add(sender);
	thread_block(sender);
}

void transfer_wait(struct tcb *self, struct tcb *next)
{
	thread_block(next);
	while (self->transfer.page_wanted) {
		serve_page_fault(self);
	}
}

/* In the sender's thread. */
static bool receiver_page_in(struct tcb *self, struct tcb *receiver, unsigned address)
{
	receiver->transfer.page_wanted = true;
	receiver->transfer.address = address;
	ready_add(receiver);
	self->state = THREAD_TRANSFERRING;
	thread_block(receiver);
	return !receiver->transfer.page_missing;
}

/* So many bytes at the address are the user's. */
static bool is_users(unsigned address, unsigned size)
{
	return address < USER_LIMIT && size <= USER_LIMIT - address;
}

/* The sender's bytes at an address, up to a page's end; the kernel's address, or null: not to be had. */
static const char *source_piece(struct tcb *self, unsigned address)
{
	const char *there;
	while (!(there = user_translate(self->space, address, false))) {
		if (!user_bring_in(self, address, false)) {
			return NULL;
		}
	}
	return there;
}

static unsigned left_in_page(unsigned address)
{
	return L4_PAGE_SIZE - address % L4_PAGE_SIZE;
}

enum l4_completion_code transfer_read(struct tcb *self, void *to, unsigned from, unsigned size)
{
	if (!is_users(from, size)) {
		return L4_RECEIVE_CUT;
	}
	return user_read(self, to, from, size) ? L4_OK : L4_RECEIVE_RECEIVE_FAULT_TIMEOUT;
}

/* One piece that crosses no page on either side; its size, or 0 and the error. */
static unsigned copy_piece(struct tcb *self, unsigned to, unsigned from, unsigned size, enum l4_completion_code *error)
{
	struct tcb *receiver = self->transfer.partner;
	for (;;) {
		const char *source = source_piece(self, from);
		if (!source) {
			*error = L4_RECEIVE_RECEIVE_FAULT_TIMEOUT;
			return 0;
		}
		char *destination = user_translate(receiver->space, to, true);
		if (destination) {
			unsigned piece = smaller(size, smaller(left_in_page(from), left_in_page(to)));
			memmove(destination, source, piece);
			return piece;
		}
		if (!receiver_page_in(self, receiver, to)) {
			*error = L4_RECEIVE_SEND_FAULT_TIMEOUT;
			return 0;
		}
	}
}

enum l4_completion_code transfer_copy(struct tcb *self, unsigned to, unsigned from, unsigned size)
{
	enum l4_completion_code error = L4_OK;
	if (!is_users(to, size) || !is_users(from, size)) {
		return L4_RECEIVE_CUT;
	}
	while (size > 0) {
		unsigned piece = copy_piece(self, to, from, size, &error);
		if (piece == 0) {
			break;
		}
		to += piece;
		from += piece;
		size -= piece;
		preemption_point();
	}
	return error;
}

/* One of the receiver's words, which must be writable; null: not to be had. */
static unsigned *receiver_word(struct tcb *self, unsigned address)
{
	char *there;
	while (!(there = user_translate(self->transfer.partner->space, address, true))) {
		if (!receiver_page_in(self, self->transfer.partner, address)) {
			return NULL;
		}
	}
	return (unsigned *)there;
}

enum l4_completion_code transfer_receiver_words(struct tcb *self, unsigned address, unsigned *words, unsigned count,
						bool write)
{
	if (!is_users(address, count * sizeof *words)) {
		return L4_RECEIVE_CUT;
	}
	for (unsigned i = 0; i < count; i++) {
		unsigned *there = receiver_word(self, address + i * sizeof *words);
		if (!there) {
			return L4_RECEIVE_SEND_FAULT_TIMEOUT;
		}
		*(write ? there : &words[i]) = *(write ? &words[i] : there);
	}
	return L4_OK;
}
