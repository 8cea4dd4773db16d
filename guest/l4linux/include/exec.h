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

/* A file that is mapped to run: the program, or the interpreter that loads its libraries (PT_INTERP). */
struct elf_image {
	struct inode *file; /* held; null: there is none */
	unsigned bias;	    /* added to its addresses; known once it is mapped */
	struct elf_header header;
	struct program_header segments[SEGMENT_LIMIT];
};

/* All that is known of a program before it runs; lives in one frame. */
struct program {
	struct elf_image image, interpreter;
	struct inode *directory; /* where its name stands, held; null: nowhere */
	struct program_strings strings;
	char name[PROCESS_NAME_SIZE]; /* of the process: the script's, not its interpreter's */
	char script_line[128];
};
_Static_assert(sizeof(struct program) <= PAGE_SIZE, "a program's description is one frame");

/* Finds the file of a path, or of its interpreter if it is a script, whose words are then the first arguments. The path
 * is a frame of its own, and cut to pieces. 0, 1 if it is a script, or a negative error. */
int program_find(struct process *process, struct program *program, char *path);

/* Reads the headers of the file, and of its interpreter. Null if it is a program that can be loaded, else a sentence that
 * says why not. */
const char *program_read(struct process *process, struct program *program);
void program_free(struct program *program);

/* Maps the segments of both files. 0 or a negative error. */
int program_map(struct process *process, struct program *program);

/* Where the first instruction is: the interpreter's if there is one. */
unsigned program_entry(const struct program *program);

/* Builds the initial stack; gives the user's ESP through *esp. 0 or a negative error. */
int program_stack(struct process *process, const struct program *program, unsigned *esp);

/* Maps the program into the empty space, and enters it; if that fails, the process ends. */
void program_start(struct process *process, struct program *program) __attribute__((noreturn));

void first_program(struct process *process) __attribute__((noreturn));

#endif
