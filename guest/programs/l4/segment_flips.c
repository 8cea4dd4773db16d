/* SPDX-License-Identifier: MIT
 *
 * Thread-local storage as glibc uses it: words on both sides of the base of a segment of 4 GB. By turns, each access
 * has the kernel turn the segment round; on one side only, none does.
 */
#include <l4/syscalls.h>

#include "console.h"

enum { ROUNDS = 100 };

static volatile unsigned words[2] = {11, 22};

static unsigned read_gs(int offset)
{
	unsigned value;
	__asm__ volatile("movl %%gs:(%1), %0" : "=r"(value) : "r"(offset) : "memory");
	return value;
}

static unsigned sum(int first_offset, int second_offset)
{
	unsigned result = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		result += read_gs(first_offset);
		result += read_gs(second_offset);
	}
	return result;
}

int main(void)
{
	unsigned selector = l4_thread_segment(l4_nil(), 0, (unsigned)&words[1], L4_SEGMENT_WRAPS);
	__asm__ volatile("movl %0, %%gs" : : "r"(selector));
	sum(-4, 0); /* the pages are there afterwards */
	print("one side: begin\n");
	print("one side: sum %u\n", sum(0, 0));
	print("both sides: begin\n");
	print("both sides: sum %u\n", sum(-4, 0));
	return 0;
}
