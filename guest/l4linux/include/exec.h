/* SPDX-License-Identifier: MIT
 * Turning a file into a running program.
 */
#ifndef LINUX_EXEC_H
#define LINUX_EXEC_H

#include "elf.h"
#include "inode.h"
#include "process.h"

/* Argument and environment strings, each with its NUL, one after the other in frames of server memory. */
#define STRING_PAGES 32
struct program_strings {
	unsigned argument_count, environment_count;
	unsigned used; /* bytes */
	unsigned frames[STRING_PAGES];
};
int strings_add(struct program_strings *strings, const char *string); /* 0, -E2BIG or -ENOMEM */
int strings_add_user(struct process *process, struct program_strings *strings, unsigned address);
int strings_add_list(struct process *process, struct program_strings *strings, unsigned list, unsigned *count);
void strings_free(struct program_strings *strings);
const char *strings_at(const struct program_strings *strings, unsigned offset);

#define SEGMENT_LIMIT 32

/* All that is known of a program before it runs; lives in one frame. */
struct program {
	struct inode *file;
	struct elf_header header;
	struct program_header segments[SEGMENT_LIMIT];
	struct program_strings strings;
	char name[PROCESS_NAME_SIZE]; /* of the process: the script's, not its interpreter's */
	char script_line[128];
};
_Static_assert(sizeof(struct program) <= PAGE_SIZE, "a program's description is one frame");

/* Reads the file's headers. Null if it is a program that can be loaded, else a sentence that says why not. */
const char *program_read(struct program *program);

/* Maps the file's segments. 0 or a negative error. */
int program_map(struct process *process, const struct program *program);

/* Builds the initial stack; gives the user's ESP through *esp. 0 or a negative error. */
int program_stack(struct process *process, const struct program *program, unsigned *esp);

/* Maps the program into the empty space, and enters it; if that fails, the process ends. */
void program_start(struct process *process, struct program *program) __attribute__((noreturn));

void first_program(struct process *process) __attribute__((noreturn));

#endif
