/* SPDX-License-Identifier: MIT
 * The interrupt descriptor table (Intel manual, volume 3, "Interrupt and Exception Handling"). Every gate clears
 * IF; only int 3, into and int 0x80 may be executed by programs.
 */
#include "native.h"

struct gate {
	unsigned short offset_low, selector, type, offset_high;
};

#define INTERRUPT_GATE 0x8E00
#define USER_MAY_CALL 0x6000
#define VECTOR_BREAKPOINT 3
#define VECTOR_OVERFLOW 4

extern const unsigned vector_stubs[48];
extern const unsigned system_call_stub;

static struct gate gates[VECTOR_SYSTEM_CALL + 1];

static void set_gate(unsigned vector, unsigned stub, unsigned type)
{
	gates[vector] = (struct gate){ (unsigned short)stub, KERNEL_CODE, (unsigned short)type,
				       (unsigned short)(stub >> 16) };
}

void interrupt_table_load(void)
{
	struct {
		unsigned short limit;
		unsigned base;
	} __attribute__((packed)) table = { sizeof(gates) - 1, (unsigned)gates };

	for (unsigned vector = 0; vector < COUNT_OF(vector_stubs); vector++) {
		bool open = vector == VECTOR_BREAKPOINT || vector == VECTOR_OVERFLOW;
		set_gate(vector, vector_stubs[vector], INTERRUPT_GATE | (open ? USER_MAY_CALL : 0));
	}
	set_gate(VECTOR_SYSTEM_CALL, system_call_stub, INTERRUPT_GATE | USER_MAY_CALL);
	__asm__ volatile("lidt %0" : : "m"(table));
}
