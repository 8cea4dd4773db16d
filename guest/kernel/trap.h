/* SPDX-License-Identifier: MIT
 *
 * What lies on kernel stacks: the user's registers at the top (struct trap_frame), and where a thread that does not
 * run will go on (struct switch_frame). The entry stubs (ia32/entry.S) and the debugger read both by their types.
 */
#pragma once

/* The first members may stand in any order; from error_code on the processor decides. */
struct trap_frame {
	unsigned short gs, fs, es, ds;
	unsigned edi, esi, ebp, ebx, edx, ecx, eax;
	unsigned error_code; /* 0 where the processor pushes none */
	unsigned eip, cs, eflags, esp, ss;
};

/* The last member is the return address that the call pushed; the others may stand in any order. */
struct switch_frame {
	unsigned ebx, esi, edi, ebp;
	unsigned eip;
};

enum vector {
	VECTOR_DEBUG = 1,
	VECTOR_DEVICE_NOT_AVAILABLE = 7,
	VECTOR_DOUBLE_FAULT = 8,
	VECTOR_STACK_FAULT = 12,
	VECTOR_GENERAL_PROTECTION = 13,
	VECTOR_PAGE_FAULT = 14,
	VECTOR_ALIGNMENT_CHECK = 17,
	EXCEPTION_VECTORS = 32,
	VECTOR_IRQ_BASE = 0x20,
};

enum page_fault_error {
	PAGE_FAULT_PROTECTION = 1,
	PAGE_FAULT_WRITE = 2,
	PAGE_FAULT_USER = 4,
};

static inline int from_user_mode(const struct trap_frame *frame)
{
	return (frame->cs & 3) != 0;
}
