/* SPDX-License-Identifier: MIT
 *
 * The time stamp and the performance counters of a Pentium at user level: RDMSR and WRMSR as far as they only measure.
 */
#include "exceptions.h"

#include <stddef.h>

enum {
	MACHINE_CHECK = 0,
	TIME_STAMP = 0x10,
	EVENT_SELECT = 0x11,
	COUNTER_0 = 0x12,
	COUNTER_1 = 0x13,
	TEST_REGISTER = 0x0e,
	INSTRUCTIONS_AT_USER_LEVEL = 0x16 | 2 << 6,
	PIN_CONTROL = 1 << 9,
	PENTIUM = 5,
};

static volatile unsigned low, high;

static unsigned family(void)
{
	unsigned eax = 1;
	__asm__ volatile("cpuid" : "+a"(eax) : : "ebx", "ecx", "edx");
	return eax >> 8 & 15;
}

/* True: it was no exception; the value is in low and high. */
static bool read_register(unsigned number)
{
	low = high = 0;
	PROVOKE("rdmsr\n\tmovl %%eax, low\n\tmovl %%edx, high", "c"(number));
	return exception_vector == 0;
}

static bool write_register(unsigned number, unsigned value_low, unsigned value_high)
{
	PROVOKE("movl %1, %%eax\n\tmovl %2, %%edx\n\twrmsr", "c"(number), "r"(value_low), "r"(value_high));
	return exception_vector == 0;
}

static void check_pentium(void)
{
	check("an event is selected", write_register(EVENT_SELECT, INSTRUCTIONS_AT_USER_LEVEL, 0));
	bool has_counters = read_register(EVENT_SELECT) && low == INSTRUCTIONS_AT_USER_LEVEL; /* QEMU has none */
	bool first = read_register(TIME_STAMP);
	unsigned before = low;
	check("RDMSR reads the time stamp", first && read_register(TIME_STAMP) && (!has_counters || low != before));
	check("a counter is set", write_register(COUNTER_0, 1000, 1));
	for (volatile unsigned i = 0; i < 100; i++) {
	}
	check("and counts, if the processor does",
	      read_register(COUNTER_0) && (!has_counters || (low > 1100 && low < 3000 && high == 1)));
	check("so is the other", write_register(COUNTER_1, 0, 0) && read_register(COUNTER_1));
	check("no event is selected any more", write_register(EVENT_SELECT, 0, 0));
}

static void check_refusals(void)
{
	check("the time stamp cannot be set", !write_register(TIME_STAMP, 0, 0));
	check("nor the pins of the counters", !write_register(EVENT_SELECT, PIN_CONTROL, 0));
	check("nor what is reserved", !write_register(EVENT_SELECT, 0, 1) && !write_register(COUNTER_0, 0, 0x100));
	check("nor any other register", !write_register(TEST_REGISTER, 0, 0) && !read_register(MACHINE_CHECK));
	check_equal("that is a general protection fault", exception_vector, WITH_CODE);
}

void check_counters(void)
{
	catch_exceptions();
	if (family() == PENTIUM) {
		check_pentium();
	} else {
		check("no other processor has them", !read_register(TIME_STAMP) && !read_register(EVENT_SELECT));
	}
	check_refusals();
	l4_load_idt(NULL);
}
