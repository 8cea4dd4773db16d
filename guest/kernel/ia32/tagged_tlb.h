/* SPDX-License-Identifier: MIT
 *
 * The hardware-tagged TLB that L4Scope's machine offers as an option, to be compared with the Pentium's: CPUID announces it, a
 * bit of CR4 turns it on, the tag is in the low bits of CR3, and a model-specific register takes entries out, whatever
 * directory is loaded.
 */
#pragma once

#include <l4/types.h>
#include <stdbool.h>

#include "cpu.h"

/* What leaves the TLB: EDX of the register. EAX is a page's linear address, a tag, or both. */
enum tlb_range {
	TLB_PAGE_OF_TAG,
	TLB_TAG,
	TLB_PAGE_OF_ALL_TAGS,
	TLB_EVERYTHING,
};

extern bool tlb_is_tagged;

/* Turns it on if there is one whose tags are wide enough for a task number. */
static inline void tagged_tlb_enable(void)
{
	enum { LEAF = 0x4c345300, CR4_TAGS = 1 << 17 };
	struct cpuid_answer answer = cpuid(LEAF);
	/* "L4Scope tags" */
	tlb_is_tagged = answer.ebx == 0x6353344c && answer.ecx == 0x2065706f && answer.edx == 0x73676174 &&
			1u << answer.eax >= L4_TASKS;
	if (tlb_is_tagged) {
		cr4_set(CR4_TAGS);
	}
}

static inline void tagged_tlb_forget(enum tlb_range range, unsigned which)
{
	enum { REGISTER = 0x4c345301 };
	msr_write(REGISTER, which, (unsigned)range);
}
