/* SPDX-License-Identifier: MIT
 *
 * Deceiving ipc: the virtual sender's id stands on the user's stack. L4 reference manual, "Clans & Chiefs".
 */
#include "deceit.h"

enum { A_SECOND = 250 << 16 | 9 << 4 /* send timeout */ };

unsigned send_as(struct l4_threadid name, struct l4_threadid to, unsigned descriptor, unsigned w0, unsigned w1)
{
	unsigned result = descriptor | L4_SEND_DECEIT, low = to.low, high = to.high;
	__asm__ volatile("pushl %%ebp\n" L4_CFI(".cfi_adjust_cfa_offset 4")
			 "pushl 4(%%ecx)\n" L4_CFI(".cfi_adjust_cfa_offset 4")
			 "pushl (%%ecx)\n" L4_CFI(".cfi_adjust_cfa_offset 4")
			 "movl %[timeouts], %%ecx\n"
			 "movl %[nil], %%ebp\n"
			 "int %[vector]\n"
			 "addl $8, %%esp\n" L4_CFI(".cfi_adjust_cfa_offset -8")
			 "popl %%ebp\n" L4_CFI(".cfi_adjust_cfa_offset -4")
			 : "+a"(result), "+d"(w0), "+b"(w1), "+S"(low), "+D"(high)
			 : "c"(&name), [vector] "i"(L4_VECTOR_IPC), [timeouts] "i"(A_SECOND),
			   [nil] "i"(L4_NIL_DESCRIPTOR)
			 : "memory", "cc");
	return result;
}
