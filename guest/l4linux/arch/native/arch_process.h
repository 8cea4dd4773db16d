/* SPDX-License-Identifier: MIT
 * What the native port keeps for each process. Its kernel stack is its coroutine's.
 */
#ifndef NATIVE_ARCH_PROCESS_H
#define NATIVE_ARCH_PROCESS_H

struct arch_process {
	unsigned user_ticks; /* clock interrupts that came while it executed its own code */
};

#endif
