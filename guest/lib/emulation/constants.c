/* SPDX-License-Identifier: MIT
 * Constants of the L4 headers for this library's assembly (scripts/build-guest.mjs turns them into
 * generated/offsets.h).
 */
#include <l4/types.h>

#define CONSTANT(name, value) __asm__ volatile("\n->" #name " %0" : : "i"(value))

void constants(void);

void constants(void)
{
	CONSTANT(VECTOR_IPC, L4_VECTOR_IPC);
	CONSTANT(NO_SEND, L4_NIL_DESCRIPTOR);
	CONSTANT(RESULT_ERROR_MASK, L4_RESULT_ERROR_MASK);
	CONSTANT(VECTOR_LTHREAD_EX_REGS, L4_VECTOR_LTHREAD_EX_REGS);
	/* the Linux server is thread 0 of the root task; no version but the first ever exists */
	CONSTANT(SERVER_LOW, L4_TASK_ROOT << L4_ID_TASK_SHIFT | 1);
	CONSTANT(SERVER_HIGH, L4_TASK_ROOT << L4_ID_TASK_SHIFT);
}
