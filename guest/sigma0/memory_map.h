/* SPDX-License-Identifier: MIT
 *
 * Whose each frame of memory is, as sigma0 decides it.
 */
#pragma once

#include <l4/kip.h>
#include <stdbool.h>

void memory_map_initialize(const struct l4_kernel_info *info);

/* Could the task have the frame at this physical address? */
bool memory_map_allows(unsigned address, unsigned task);

/* The frame at this physical address for a task: free ones become the task's; dedicated ones are anyone's. */
bool memory_map_take(unsigned address, unsigned task);

/* Any free frame, from the top of memory downward; false: none is left. */
bool memory_map_take_any(unsigned task, unsigned *address);
