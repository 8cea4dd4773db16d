/* SPDX-License-Identifier: MIT
 * Turning a file into a running program.
 */
#ifndef LINUX_EXEC_H
#define LINUX_EXEC_H

#include "process.h"

/* Argument and environment strings in server memory: each NUL-terminated, each list ended by an empty string. */
struct program_strings {
	const char *bytes;
	unsigned size;
};

/* Maps the file's segments; sets the entry. 0 or a negative error. The file must have passed elf_refusal(). */
int program_map(struct process *process, const char *file);

/* Builds the initial stack; gives the user's ESP through *esp. 0 or a negative error. */
int program_stack(struct process *process, const char *file, struct program_strings strings,
		  unsigned *esp);

void first_program(struct process *process) __attribute__((noreturn));

#endif
