/* SPDX-License-Identifier: MIT
 * What the native port keeps for each process. Its kernel stack is its coroutine's, and
 * the user's registers stand at that stack's end.
 */
#ifndef NATIVE_ARCH_PROCESS_H
#define NATIVE_ARCH_PROCESS_H

struct arch_process {
	unsigned char fpu[FPU_STATE_SIZE]; /* unless the processor has it (fpu.c) */
	unsigned short fs, gs;		   /* unless the processor has them (segments.c) */
	unsigned long long *ldt; /* null: none */
	unsigned user_ticks; /* clock interrupts that came while it executed its own code */
};

#endif
