/* SPDX-License-Identifier: MIT
 *
 * The kernel info page as the kernel keeps it (its layout for everyone is l4/kip.h), and what follows from it:
 * which frames of memory are the user's.
 */
#pragma once

#include <l4/kip.h>

#include "tcb.h"

extern struct l4_kernel_info kernel_info;

/* After the boot code has filled in the memory ranges. */
unsigned kip_physical(void);

/* May sigma0 own the frame at this physical address? */
bool kip_frame_is_users(unsigned physical);
bool kip_frame_is_info_page(unsigned physical);
