/* SPDX-License-Identifier: MIT
 *
 * The ipc system call (INT 0x30) in its five useful combinations, as inline functions for any guest program.
 * Words, source and result come back by value. EBP carries the receive descriptor, so the stub saves it on the
 * stack around the trap; the call-frame directives let a debugger unwind from the INT instruction itself
 * (in functions whose frame is counted from ESP, which is what -O2 makes).
 */
#ifndef L4_IPC_H
#define L4_IPC_H

#include <l4/types.h>

#ifdef __GCC_HAVE_DWARF2_CFI_ASM
#define L4_CFI(directive) directive "\n"
#else
#define L4_CFI(directive)
#endif

struct l4_message {
	unsigned result; /* dope and completion code: l4_error(result) is L4_OK if all went well */
	unsigned w0;
	unsigned w1;
	struct l4_threadid source;
	struct l4_threadid destination; /* the true destination; only if result has L4_RESULT_REDIRECTED */
};

/* ECX points to { timeouts, receive descriptor } on entry and there the true destination is put on return. */
static inline struct l4_message l4_ipc(struct l4_threadid partner, unsigned send_descriptor, unsigned w0, unsigned w1,
				       unsigned receive_descriptor, l4_timeouts timeouts)
{
	struct l4_message message;
	unsigned pair[2] = {timeouts, receive_descriptor};
	unsigned *pointer = pair;

	__asm__ volatile("pushl %%ebp\n" L4_CFI(".cfi_remember_state") L4_CFI(".cfi_adjust_cfa_offset 4")
			 "pushl %%ecx\n" L4_CFI(".cfi_adjust_cfa_offset 4")
			 "movl 4(%%ecx), %%ebp\n"
			 "movl (%%ecx), %%ecx\n"
			 "int %[vector]\n"
			 "xchgl %%ecx, (%%esp)\n"
			 "movl %%ebp, 4(%%ecx)\n"
			 "popl (%%ecx)\n" L4_CFI(".cfi_adjust_cfa_offset -4")
			 "popl %%ebp\n" L4_CFI(".cfi_restore_state")
			 : "=a"(message.result), "+c"(pointer), "=d"(message.w0), "=b"(message.w1),
			   "=S"(message.source.low), "=D"(message.source.high)
			 : [vector] "i"(L4_VECTOR_IPC), "0"(send_descriptor), "2"(w0), "3"(w1), "4"(partner.low),
			   "5"(partner.high)
			 : "memory", "cc");
	message.destination.low = pair[0];
	message.destination.high = pair[1];
	return message;
}

/* Send, then receive from that partner only. */
static inline struct l4_message l4_ipc_call(struct l4_threadid partner, unsigned send_descriptor, unsigned w0,
					    unsigned w1, unsigned receive_descriptor, l4_timeouts timeouts)
{
	return l4_ipc(partner, send_descriptor, w0, w1, receive_descriptor & ~(unsigned)L4_RECEIVE_OPEN, timeouts);
}

/* Send, then receive from anyone. */
static inline struct l4_message l4_ipc_reply_and_wait(struct l4_threadid partner, unsigned send_descriptor, unsigned w0,
						      unsigned w1, unsigned receive_descriptor, l4_timeouts timeouts)
{
	return l4_ipc(partner, send_descriptor, w0, w1, receive_descriptor | L4_RECEIVE_OPEN, timeouts);
}

static inline unsigned l4_ipc_send(struct l4_threadid partner, unsigned send_descriptor, unsigned w0, unsigned w1,
				   l4_timeouts timeouts)
{
	return l4_ipc(partner, send_descriptor, w0, w1, L4_NIL_DESCRIPTOR, timeouts).result;
}

/* From one thread, one interrupt (l4_irq_id), or nil: sleep. */
static inline struct l4_message l4_ipc_receive(struct l4_threadid source, unsigned receive_descriptor,
					       l4_timeouts timeouts)
{
	return l4_ipc(source, L4_NIL_DESCRIPTOR, 0, 0, receive_descriptor & ~(unsigned)L4_RECEIVE_OPEN, timeouts);
}

/* From any thread, or the interrupt that is associated with this one. */
static inline struct l4_message l4_ipc_wait(unsigned receive_descriptor, l4_timeouts timeouts)
{
	return l4_ipc(l4_nil(), L4_NIL_DESCRIPTOR, 0, 0, receive_descriptor | L4_RECEIVE_OPEN, timeouts);
}

static inline void l4_sleep(unsigned microseconds)
{
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, l4_receive_timeout_us(microseconds));
}

#endif
