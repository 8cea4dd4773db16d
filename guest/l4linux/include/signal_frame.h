/* SPDX-License-Identifier: MIT
 * What lies on the user's stack while a signal handler runs (sigreturn(2)): Linux/i386's structures, part of the ABI.
 */
#ifndef LINUX_SIGNAL_FRAME_H
#define LINUX_SIGNAL_FRAME_H

#include "signal.h"

struct sigcontext {
	unsigned gs, fs, es, ds, edi, esi, ebp, esp, ebx, edx, ecx, eax;
	unsigned trap_number, error_code, eip, cs, eflags, esp_at_signal, ss;
	unsigned fpu_state; /* its address; 0: none */
	unsigned old_mask, cr2;
};

#define UNUSED_FPU_STATE_SIZE 624u /* struct _fpstate's place in old frames */

struct sigframe {
	unsigned return_address;
	int signal;
	struct sigcontext context;
	unsigned char unused[UNUSED_FPU_STATE_SIZE];
	unsigned extra_mask; /* of signals 33 to 64 */
	unsigned char code[8];
};
_Static_assert(sizeof(struct sigframe) == 732, "as in Linux");

struct user_context {
	unsigned flags, link;
	struct signal_stack stack;
	struct sigcontext context;
	signal_set mask;
};

struct rt_sigframe {
	unsigned return_address;
	int signal;
	unsigned info_address, user_context_address;
	struct signal_info info;
	unsigned char info_rest[SIGINFO_SIZE - sizeof(struct signal_info)];
	struct user_context user_context;
	unsigned char code[8];
};
_Static_assert(offsetof(struct rt_sigframe, user_context) == 144 && sizeof(struct rt_sigframe) == 268, "as in Linux");

bool on_signal_stack(const struct process *process, unsigned esp);

#endif
