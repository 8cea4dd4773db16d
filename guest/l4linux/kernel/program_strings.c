/* SPDX-License-Identifier: MIT
 * The strings of execve(2) on their way from the old address space to the new stack.
 */
#include "exec.h"
#include "memory.h"

#define LONGEST_STRING (STRING_PAGES * PAGE_SIZE)

static int add_byte(struct program_strings *strings, char byte)
{
	unsigned *frame = &strings->frames[strings->used / PAGE_SIZE];

	if (strings->used == LONGEST_STRING) {
		return -E2BIG;
	}
	if (!*frame) {
		*frame = frame_allocate();
		if (!*frame) {
			return -ENOMEM;
		}
	}
	((char *)frame_address(*frame))[strings->used++ % PAGE_SIZE] = byte;
	return 0;
}

int strings_add(struct program_strings *strings, const char *string)
{
	int error;

	do {
		error = add_byte(strings, *string);
	} while (error == 0 && *string++);
	return error;
}

int strings_add_user(struct process *process, struct program_strings *strings, unsigned address)
{
	char byte;

	do {
		int error = copy_in(process, &byte, address++, 1);
		if (error == 0) {
			error = add_byte(strings, byte);
		}
		if (error < 0) {
			return error;
		}
	} while (byte);
	return 0;
}

/* A null list is an empty one, as Linux has it. */
int strings_add_list(struct process *process, struct program_strings *strings, unsigned list, unsigned *count)
{
	unsigned string = 0;

	for (; list; list += sizeof(string), ++*count) {
		if (copy_in(process, &string, list, sizeof(string)) < 0) {
			return -EFAULT;
		}
		if (!string) {
			return 0;
		}
		int error = strings_add_user(process, strings, string);
		if (error < 0) {
			return error;
		}
	}
	return 0;
}

void strings_free(struct program_strings *strings)
{
	for (unsigned i = 0; i < STRING_PAGES; i++) {
		if (strings->frames[i]) {
			frame_free(strings->frames[i]);
			strings->frames[i] = 0;
		}
	}
}

const char *strings_at(const struct program_strings *strings, unsigned offset)
{
	return (const char *)frame_address(strings->frames[offset / PAGE_SIZE]) + offset % PAGE_SIZE;
}
