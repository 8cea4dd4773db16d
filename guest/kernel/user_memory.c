/* SPDX-License-Identifier: MIT
 *
 * User memory as the kernel reads and writes it, and the page-fault RPC that brings in what is missing. L4
 * reference manual, "Page Fault RPC".
 */
#include "user_memory.h"

#include "console.h"
#include "ipc.h"
#include "mapping.h"
#include "memory.h"
#include "paging.h"
#include "string.h"
#include "transfer_memory.h"

enum { PAGE_FAULT_WORD_WRITE = 2, PAGE_FAULT_WORD_FLAGS = 3 };

bool user_page_in(struct tcb *self, unsigned address, bool write, unsigned eip, l4_timeouts timeouts)
{
	if (self->space == sigma0_space) {
		const page_table_entry *entry = entry_find(self->space->page_directory, address);
		bool protected = *entry & PAGE_PRESENT;
		return !protected && mapping_sigma0(address & L4_PAGE_MASK, L4_PAGE_SIZE_LOG2) == MAP_DONE;
	}
	unsigned w0 = (address & ~(unsigned)PAGE_FAULT_WORD_FLAGS) | (write ? PAGE_FAULT_WORD_WRITE : 0);
	return l4_error(ipc_page_fault(self, w0, eip, timeouts)) == L4_OK;
}

bool user_bring_in(struct tcb *self, unsigned address, bool write)
{
	page_table_entry entry = *entry_find(self->space->page_directory, address);
	if ((entry & PAGE_PRESENT) && entry_frame(entry, address) >= WINDOW_SIZE) {
		return false; /* device memory, out of the kernel's reach */
	}
	return self->transfer.partner ? transfer_page_in(self, address, write)
				      : user_page_in(self, address, write, self->user_frame->eip, L4_NEVER);
}

char *user_translate(const struct space *space, unsigned address, bool write)
{
	unsigned needed = PAGE_PRESENT | PAGE_USER | (write ? PAGE_WRITABLE : 0);
	const page_table_entry *entry = entry_find(space->page_directory, address);
	if ((*entry & needed) != needed || entry_frame(*entry, address) >= WINDOW_SIZE) {
		return NULL;
	}
	return (char *)window(entry_frame(*entry, address)) + address % FRAME_SIZE;
}

/* Calls back for each piece within a page. The buffer is on the kernel stack, which survives blocking. */
static bool copy(struct tcb *self, unsigned address, char *buffer, unsigned size, bool write)
{
	if (address >= USER_LIMIT || size > USER_LIMIT - address) {
		return false;
	}
	while (size > 0) {
		char *there = user_translate(self->space, address, write);
		if (!there) {
			if (!user_bring_in(self, address, write)) {
				return false;
			}
			continue;
		}
		unsigned piece = FRAME_SIZE - address % FRAME_SIZE;
		piece = piece < size ? piece : size;
		if (write) {
			memcpy(there, buffer, piece);
		} else {
			memcpy(buffer, there, piece);
		}
		address += piece;
		buffer += piece;
		size -= piece;
	}
	return true;
}

bool user_read(struct tcb *self, void *to, unsigned from, unsigned size)
{
	return copy(self, from, to, size, false);
}

bool user_write(struct tcb *self, unsigned to, const void *from, unsigned size)
{
	return copy(self, to, (char *)from, size, true);
}
