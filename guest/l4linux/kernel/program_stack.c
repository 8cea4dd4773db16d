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
#include "elf.h"
#include "exec.h"
#include "memory.h"

#define AUXILIARY_LIMIT 20
#define STACK_ALIGNMENT 16u
#define RANDOM_BYTES 16u

/* Counts the strings up to the list's empty one and moves *at behind it. */
static unsigned count_strings(struct program_strings strings, unsigned *at)
{
	unsigned count = 0;

	while (*at < strings.size && strings.bytes[*at]) {
		while (*at < strings.size && strings.bytes[*at]) {
			++*at;
		}
		++*at;
		count++;
	}
	++*at;
	return count;
}

/* The address of the program headers in the process, or 0 if no segment holds them. */
static unsigned program_headers_address(const char *file)
{
	const struct elf_header *header = (const void *)file;
	const struct program_header *segments = (const void *)(file + header->program_headers);

	for (unsigned i = 0; i < header->program_header_count; i++) {
		unsigned into = header->program_headers - segments[i].offset;
		if (segments[i].type == PT_LOAD && into < segments[i].file_size) {
			return segments[i].virtual_address + into;
		}
	}
	return 0;
}

static unsigned auxiliary_vector(struct process *process, const char *file, unsigned random,
				 struct auxiliary_entry *entries)
{
	const struct elf_header *header = (const void *)file;
	const struct auxiliary_entry fixed[] = {
		{ AT_PHDR, program_headers_address(file) },
		{ AT_PHENT, sizeof(struct program_header) },
		{ AT_PHNUM, header->program_header_count },
		{ AT_PAGESZ, PAGE_SIZE },
		{ AT_BASE, 0 },
		{ AT_FLAGS, 0 },
		{ AT_ENTRY, header->entry },
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

/* Not secret, but different at each start date, and the same in each replay. */
static void make_random(unsigned char *bytes)
{
	unsigned state = clock_start_date() | 1;

	for (unsigned i = 0; i < RANDOM_BYTES; i++) {
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		bytes[i] = (unsigned char)state;
	}
}

/* Writes count pointers to consecutive strings and a null; *string moves behind the last of them. */
static int write_pointers(struct process *process, unsigned *at, unsigned count, unsigned *string,
			  const char **bytes)
{
	for (unsigned i = 0; i <= count; i++) {
		unsigned pointer = i < count ? *string : 0;
		if (copy_out(process, *at, &pointer, sizeof(pointer)) < 0) {
			return -EFAULT;
		}
		*at += sizeof(pointer);
		if (i < count) {
			unsigned length = strlen(*bytes) + 1;
			*string += length;
			*bytes += length;
		}
	}
	++*string;
	++*bytes;
	return 0;
}

int program_stack(struct process *process, const char *file, struct program_strings strings, unsigned *esp)
{
	struct auxiliary_entry auxiliary[AUXILIARY_LIMIT];
	unsigned char random_bytes[RANDOM_BYTES];
	unsigned used = 0;
	unsigned argument_count = count_strings(strings, &used);
	unsigned environment_count = count_strings(strings, &used);

	if (used > strings.size || used > STACK_SIZE / 4) {
		return -EINVAL;
	}
	unsigned string = STACK_TOP - sizeof(unsigned) - used;
	unsigned random = (string - RANDOM_BYTES) & ~(STACK_ALIGNMENT - 1);
	unsigned entries = auxiliary_vector(process, file, random, auxiliary);
	unsigned words = 1 + argument_count + 1 + environment_count + 1 + entries * 2;
	unsigned at = (random - words * sizeof(unsigned)) & ~(STACK_ALIGNMENT - 1);
	const char *bytes = strings.bytes;

	*esp = at;
	make_random(random_bytes);
	if (copy_out(process, string, strings.bytes, used) < 0 ||
	    copy_out(process, random, random_bytes, RANDOM_BYTES) < 0 ||
	    copy_out(process, at, &argument_count, sizeof(argument_count)) < 0) {
		return -ENOMEM;
	}
	at += sizeof(argument_count);
	if (write_pointers(process, &at, argument_count, &string, &bytes) < 0 ||
	    write_pointers(process, &at, environment_count, &string, &bytes) < 0 ||
	    copy_out(process, at, auxiliary, entries * sizeof(auxiliary[0])) < 0) {
		return -ENOMEM;
	}
	return 0;
}
