/* SPDX-License-Identifier: MIT
 *
 * What the boot loader hands over, and what the kernel makes of it: the modules out of the way, sigma0 and the root
 * task at their addresses, the memory ranges in the kernel info page.
 */
#pragma once

#define MULTIBOOT_LOADER_MAGIC 0x2badb002u

/* The physical address of the corrected Multiboot information, which the root task gets. */
unsigned multiboot_prepare(unsigned information);
