/* SPDX-License-Identifier: MIT
 *
 * The linear address map (guest/README.md, "Memory") and the selectors, for C and assembly. The kernel reaches all
 * physical memory through one window of 4 MB pages, so a frame's contents need no mapping of their own.
 */
#pragma once

#define USER_LIMIT 0xc0000000       /* user space: 0 to here */
#define SMALL_SPACES_BASE 0xc0000000 /* slots of small spaces */
#define SMALL_SPACES_END 0xe0000000
#define WINDOW_BASE 0xf0000000      /* physical memory from 0 */
#define WINDOW_SIZE 0x10000000
#define SUPERPAGE_SIZE 0x400000

/* All slots of small spaces have one size, this one at first; nobody owns slot 0, which the large user segment covers. */
#define FIRST_SMALL_SLOT_SIZE 0x04000000

/* Selectors. The user's two stand where Liedtke's kernel has them. */
#define KERNEL_CODE 0x08
#define KERNEL_DATA 0x10
#define TASK_STATE 0x18
#define USER_DATA 0x2b
#define USER_CODE 0x33
#define THREAD_SEGMENTS 0x3b /* the first of L4_THREAD_SEGMENTS */

/* A TCB and its kernel stack share one block. */
#define TCB_SIZE 2048
