/* SPDX-License-Identifier: MIT
 * The stack with which a program starts (System V ABI, i386 supplement, figure "Initial Process Stack"):
 *
 *	STACK_TOP   a null word
 *	            strings of arguments and environment, 16 random bytes
 *	            auxiliary vector, AT_NULL last
 *	            environment pointers, null
 *	            argument pointers, null
 *	ESP ->      argc                                        (ESP is a multiple of 16)
 */
#include "clock.h"
#include "exec.h"
#include "memory.h"
#include "random.h"

#define AUXILIARY_LIMIT 20
#define STACK_ALIGNMENT 16u
#define RANDOM_BYTES 16u

/* The address of the program headers in the process, or 0 if no segment holds them. */
static unsigned program_headers_address(const struct program *program)
{
	const struct elf_header *header = &program->image.header;
	const struct program_header *segments = program->image.segments;

	for (unsigned i = 0; i < header->program_header_count; i++) {
		unsigned into = header->program_headers - segments[i].offset;
		if (segments[i].type == PT_LOAD && into < segments[i].file_size) {
			return segments[i].virtual_address + into + program->image.bias;
		}
	}
	return 0;
}

static unsigned auxiliary_vector(struct process *process, const struct program *program, unsigned random,
				 struct auxiliary_entry *entries)
{
	const struct elf_header *header = &program->image.header;
	const struct auxiliary_entry fixed[] = {
		{ AT_PHDR, program_headers_address(program) },
		{ AT_PHENT, sizeof(struct program_header) },
		{ AT_PHNUM, header->program_header_count },
		{ AT_PAGESZ, PAGE_SIZE },
		{ AT_BASE, program->interpreter.bias },
		{ AT_FLAGS, 0 },
		{ AT_ENTRY, header->entry + program->image.bias },
		{ AT_UID, 0 },
		{ AT_EUID, 0 },
		{ AT_GID, 0 },
		{ AT_EGID, 0 },
		{ AT_CLKTCK, TICKS_PER_SECOND },
		{ AT_SECURE, 0 },
		{ AT_RANDOM, random },
	};
	memcpy(entries, fixed, sizeof(fixed));
	unsigned count = COUNT_OF(fixed) + arch_auxiliary(process, entries + COUNT_OF(fixed));
	entries[count++] = (struct auxiliary_entry){ AT_NULL, 0 };
	return count;
}

/* Copies all strings to the stack. */
static int write_strings(struct process *process, const struct program_strings *strings, unsigned to)
{
	for (unsigned at = 0; at < strings->used; at += PAGE_SIZE) {
		unsigned length = strings->used - at < PAGE_SIZE ? strings->used - at : PAGE_SIZE;
		if (copy_out(process, to + at, strings_at(strings, at), length) < 0) {
			return -ENOMEM;
		}
	}
	return 0;
}

/* Writes count pointers to consecutive strings, of which the first is at *offset, and a null. */
static int write_pointers(struct process *process, const struct program_strings *strings, unsigned *at,
			  unsigned count, unsigned base, unsigned *offset)
{
	for (unsigned i = 0; i <= count; i++) {
		unsigned pointer = i < count ? base + *offset : 0;
		if (copy_out(process, *at, &pointer, sizeof(pointer)) < 0) {
			return -ENOMEM;
		}
		*at += sizeof(pointer);
		while (i < count && *strings_at(strings, *offset)) {
			++*offset;
		}
		*offset += i < count;
	}
	return 0;
}

int program_stack(struct process *process, const struct program *program, unsigned *esp)
{
	struct auxiliary_entry auxiliary[AUXILIARY_LIMIT];
	unsigned char random_bytes[RANDOM_BYTES];
	const struct program_strings *strings = &program->strings;
	unsigned base = STACK_TOP - sizeof(unsigned) - strings->used;
	unsigned random = (base - RANDOM_BYTES) & ~(STACK_ALIGNMENT - 1);
	unsigned entries = auxiliary_vector(process, program, random, auxiliary);
	unsigned words = 1 + strings->argument_count + 1 + strings->environment_count + 1 + entries * 2;
	unsigned at = (random - words * sizeof(unsigned)) & ~(STACK_ALIGNMENT - 1);
	unsigned offset = 0;

	*esp = at;
	random_fill(random_bytes, RANDOM_BYTES);
	if (write_strings(process, strings, base) < 0 ||
	    copy_out(process, random, random_bytes, RANDOM_BYTES) < 0 ||
	    copy_out(process, at, &strings->argument_count, sizeof(unsigned)) < 0) {
		return -ENOMEM;
	}
	at += sizeof(unsigned);
	if (write_pointers(process, strings, &at, strings->argument_count, base, &offset) < 0 ||
	    write_pointers(process, strings, &at, strings->environment_count, base, &offset) < 0 ||
	    copy_out(process, at, auxiliary, entries * sizeof(auxiliary[0])) < 0) {
		return -ENOMEM;
	}
	return 0;
}
