/* SPDX-License-Identifier: MIT
 * What the boot loader left (Multiboot 1): modules and the size of memory, copied to the server's own memory
 * before that memory can be given away.
 */
#ifndef LINUX_BOOT_H
#define LINUX_BOOT_H

#include "types.h"

#define MULTIBOOT_MAGIC 0x2BADB002u

#define COMMAND_LINE_SIZE 128

struct boot_module {
	unsigned start, end; /* physical */
	char command_line[COMMAND_LINE_SIZE];
};

extern unsigned boot_memory_end; /* physical */

void boot_read(unsigned magic, unsigned information);

/* Module n of the boot loader's list, or null. */
const struct boot_module *boot_module(unsigned n);

/* The program and its arguments that the boot loader brought; null: none. Arguments without a program begin with the
 * path of one in the root file system. */
const struct boot_module *boot_program(void);
const struct boot_module *boot_arguments(void);

/* Both ports call this when the server may execute C and its memory is known. */
void linux_main(void) __attribute__((noreturn));

#endif
