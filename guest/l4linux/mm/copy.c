/* SPDX-License-Identifier: MIT
 * Copying to and from user memory in software: walk the logical page table, page by page, and use the
 * server's own address of the frame ("physical" copyin and copyout of the SOSP'97 paper, section 4.3).
 */
#include "arch.h"
#include "memory.h"
#include "process.h"

/* The server's address of a user byte; null if the user may not access it so. */
static char *user_byte(struct process *process, unsigned address, bool write)
{
	unsigned needed = PAGE_PRESENT | (write ? PAGE_WRITABLE : 0);
	unsigned *entry = page_entry(process, address);

	if (!entry || (*entry & needed) != needed) {
		if (memory_fault(process, address, write) < 0) {
			return NULL;
		}
		entry = page_entry(process, address);
	}
	return (char *)frame_address(*entry & PAGE_MASK) + address % PAGE_SIZE;
}

static bool is_user_range(unsigned address, unsigned size)
{
	return address < USER_LIMIT && size <= USER_LIMIT - address;
}

static unsigned in_this_page(unsigned address, unsigned size)
{
	unsigned rest = PAGE_SIZE - address % PAGE_SIZE;

	return size < rest ? size : rest;
}

void user_prepare(struct process *process, unsigned address, unsigned size, bool write)
{
	while (size > 0 && is_user_range(address, size) && user_byte(process, address, write)) {
		unsigned piece = in_this_page(address, size);
		address += piece;
		size -= piece;
	}
}

int copy_in(struct process *process, void *to, unsigned from, unsigned size)
{
	char *target = to;

	if (!is_user_range(from, size)) {
		return -EFAULT;
	}
	while (size > 0) {
		unsigned piece = in_this_page(from, size);
		const char *source = user_byte(process, from, false);
		if (!source) {
			return -EFAULT;
		}
		memcpy(target, source, piece);
		target += piece;
		from += piece;
		size -= piece;
	}
	return 0;
}

int copy_out(struct process *process, unsigned to, const void *from, unsigned size)
{
	const char *source = from;

	if (!is_user_range(to, size)) {
		return -EFAULT;
	}
	while (size > 0) {
		unsigned piece = in_this_page(to, size);
		char *target = user_byte(process, to, true);
		if (!target) {
			return -EFAULT;
		}
		memcpy(target, source, piece);
		source += piece;
		to += piece;
		size -= piece;
	}
	return 0;
}

/* Copies a string with its NUL: its length, -EFAULT, or -ENAMETOOLONG if it does not fit. */
int string_in(struct process *process, char *to, unsigned from, unsigned limit)
{
	for (unsigned length = 0; length < limit; length++) {
		if (copy_in(process, to + length, from + length, 1) < 0) {
			return -EFAULT;
		}
		if (to[length] == 0) {
			return (int)length;
		}
	}
	return -ENAMETOOLONG;
}
