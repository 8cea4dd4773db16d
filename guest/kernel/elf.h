/* SPDX-License-Identifier: MIT
 *
 * Loading of an i386 ELF executable to physical memory.
 */
#pragma once

#include <l4/kip.h>
#include <stdbool.h>

/* image: where the file is; becomes where its segments are. False, and nothing written, if it is not an executable
 * whose segments all lie in the allowed range. */
bool elf_load(struct l4_memory_range *image, struct l4_memory_range allowed, unsigned *entry);
