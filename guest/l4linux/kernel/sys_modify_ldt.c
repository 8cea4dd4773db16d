/* SPDX-License-Identifier: MIT
 * modify_ldt(2): the segments of a process's own. Whatever a program asks for, it gets descriptors of code and data
 * for ring 3 (Intel manual, volume 3, "Segment Descriptors"); the pages say what they reach.
 */
#include "memory.h"
#include "syscalls.h"
#include "user_desc.h"

#define NUMBERS 8192u /* what a selector can name */
#define DESCRIPTOR_SIZE 8u
#define DEFAULT_TABLE_SIZE 40u /* of Linux/i386, all zero */

enum function { READ = 0, WRITE_OLD = 1, READ_DEFAULT = 2, WRITE = 0x11 };

#define ACCESSED 0x01u
#define WRITABLE_OR_READABLE 0x02u
#define NOT_A_SYSTEM_SEGMENT 0x10u
#define RING_3 0x60u
#define PRESENT 0x80u
#define AVAILABLE 0x1000u
#define WIDE 0x4000u
#define LIMIT_IN_PAGES 0x8000u

static unsigned long long descriptor_of(const struct user_desc *desc, bool old)
{
	/* Linux sets "accessed" itself */
	unsigned attributes = ACCESSED | NOT_A_SYSTEM_SEGMENT | RING_3 | (desc->flags & DESC_CONTENTS) << 1;

	attributes |= desc->flags & DESC_READ_OR_EXECUTE_ONLY ? 0 : WRITABLE_OR_READABLE;
	attributes |= desc->flags & DESC_NOT_PRESENT ? 0 : PRESENT;
	attributes |= desc->flags & DESC_USEABLE && !old ? AVAILABLE : 0;
	attributes |= desc->flags & DESC_32BIT ? WIDE : 0;
	attributes |= desc->flags & DESC_LIMIT_IN_PAGES ? LIMIT_IN_PAGES : 0;
	unsigned low = desc->base << 16 | (desc->limit & 0xFFFF);
	unsigned high = (desc->base & 0xFF000000u) | (desc->limit & 0xF0000) | attributes << 8 | (desc->base >> 16 & 0xFF);
	return (unsigned long long)high << 32 | low;
}

static bool is_empty(const struct user_desc *desc, bool old)
{
	return desc->base == 0 && desc->limit == 0 &&
	       (old || desc->flags == (DESC_READ_OR_EXECUTE_ONLY | DESC_NOT_PRESENT));
}

static int write_entry(struct process *process, unsigned address, unsigned size, bool old)
{
	struct user_desc desc;

	if (size != sizeof(desc)) {
		return -EINVAL;
	}
	if (copy_in(process, &desc, address, sizeof(desc)) < 0) {
		return -EFAULT;
	}
	bool conforming = (desc.flags & DESC_CONTENTS) == CONTENTS_CONFORMING;
	if (desc.number >= NUMBERS || (conforming && (old || !(desc.flags & DESC_NOT_PRESENT)))) {
		return -EINVAL;
	}
	if (desc.number >= arch_ldt_entries) {
		return -ENOMEM;
	}
	return arch_ldt_write(process, desc.number, is_empty(&desc, old) ? 0 : descriptor_of(&desc, old));
}

/* What lies behind the table reads as zero. */
static int read_table(struct process *process, unsigned address, unsigned size)
{
	if (!arch_ldt_exists(process)) {
		return 0;
	}
	if (size > NUMBERS * DESCRIPTOR_SIZE) {
		size = NUMBERS * DESCRIPTOR_SIZE;
	}
	for (unsigned at = 0; at < size; at += DESCRIPTOR_SIZE) {
		unsigned n = at / DESCRIPTOR_SIZE, rest = size - at;
		unsigned long long descriptor = n < arch_ldt_entries ? arch_ldt_read(process, n) : 0;

		if (copy_out(process, address + at, &descriptor, rest < DESCRIPTOR_SIZE ? rest : DESCRIPTOR_SIZE) < 0) {
			return -EFAULT;
		}
	}
	return (int)size;
}

static int read_default(struct process *process, unsigned address, unsigned size)
{
	static const unsigned char nothing[DEFAULT_TABLE_SIZE];

	if (size > sizeof(nothing)) {
		size = sizeof(nothing);
	}
	return copy_out(process, address, nothing, size) < 0 ? -EFAULT : (int)size;
}

int sys_modify_ldt(struct process *process, const struct syscall_frame *frame)
{
	if (arch_ldt_entries == 0) {
		system_call_missing(process, process->current_syscall);
		return -ENOSYS;
	}
	switch (frame->ebx) {
	case READ:
		return read_table(process, frame->ecx, frame->edx);
	case READ_DEFAULT:
		return read_default(process, frame->ecx, frame->edx);
	case WRITE_OLD:
	case WRITE:
		return write_entry(process, frame->ecx, frame->edx, frame->ebx == WRITE_OLD);
	default:
		return -ENOSYS;
	}
}
