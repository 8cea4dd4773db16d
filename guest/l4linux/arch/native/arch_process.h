/* SPDX-License-Identifier: MIT
 * What the native port keeps for each process: nothing, its coroutine's stack is also its kernel stack.
 */
#ifndef NATIVE_ARCH_PROCESS_H
#define NATIVE_ARCH_PROCESS_H

struct arch_process {
};

#endif
