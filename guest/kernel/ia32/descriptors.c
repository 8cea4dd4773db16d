/* SPDX-License-Identifier: MIT
 *
 * GDT, IDT and TSS. Pentium manual, volume 3, "Protected Mode" (descriptor formats) and "Interrupts".
 * The user's two descriptors belong to the space that runs: a small space has its own base and limit.
 */
#include "../descriptors.h"

#include "../debug_registers.h"
#include "../small_space.h"
#include "../trap.h"
#include "descriptor_tables.h"

struct table_register {
	unsigned short limit;
	unsigned base;
} __attribute__((packed));

enum descriptor_type {
	TYPE_TASK_STATE = 0x00008900,
	TYPE_KERNEL_CODE = 0x00c09b00, /* present, accessed, 4 KB granular, 32 bits */
	TYPE_KERNEL_DATA = 0x00c09300,
	TYPE_USER_CODE = 0x00c0fb00,
	TYPE_USER_DATA = 0x00c0f300,
	TYPE_USER_DATA_BYTES = 0x0040f300,     /* byte granular */
	TYPE_USER_DATA_DOWNWARD = 0x00c0f700,  /* expand-down: the offsets behind the limit */
};
enum gate_type {
	GATE_INTERRUPT = 0x8e00,
	GATE_INTERRUPT_USER = 0xee00,
};
enum {
	IDT_ENTRIES = L4_VECTOR_THREAD_SEGMENT + 1,
	SYSTEM_CALLS = 8,
	LAST_UNIT = 0xfffff, /* the largest limit that a descriptor holds */
};

struct descriptor gdt[GDT_ENTRIES];
struct task_state_segment tss;
bool has_thread_extras;

static struct descriptor idt[IDT_ENTRIES];

extern const unsigned exception_stubs[EXCEPTION_VECTORS];
extern const unsigned interrupt_stubs[L4_IRQS];
extern const unsigned system_call_stubs[SYSTEM_CALLS];

static struct descriptor make_segment(unsigned base, unsigned last_unit, enum descriptor_type type)
{
	return (struct descriptor){
		.low = (last_unit & 0xffff) | base << 16,
		.high = (base >> 16 & 0xff) | (unsigned)type | (last_unit & 0xf0000) | (base & 0xff000000),
	};
}

static void set_segment(unsigned selector, unsigned base, unsigned last_unit, enum descriptor_type type)
{
	gdt[selector >> 3] = make_segment(base, last_unit, type);
}

static void set_gate(unsigned vector, unsigned stub, enum gate_type type)
{
	idt[vector] = (struct descriptor){
		.low = (stub & 0xffff) | KERNEL_CODE << 16,
		.high = (stub & 0xffff0000) | (unsigned)type,
	};
}

/* A selector that may be loaded (so returning to a thread that holds it never fails) but reaches no byte. */
static void set_empty(unsigned selector)
{
	set_segment(selector, 0, LAST_UNIT, TYPE_USER_DATA_DOWNWARD);
}

/* Offsets from -base to -1, whole pages of them: linear addresses from the space's start to the segment's base. */
static void set_downward(unsigned selector, unsigned space_start, unsigned base)
{
	unsigned first_page = (0u - base + L4_PAGE_SIZE - 1) / L4_PAGE_SIZE;
	set_segment(selector, space_start + base, first_page - 1, TYPE_USER_DATA_DOWNWARD);
}

/* Offsets from 0 to last: linear addresses from the segment's base upward. */
static void set_upward(unsigned selector, unsigned space_start, unsigned base, unsigned last)
{
	if (last <= LAST_UNIT) {
		set_segment(selector, space_start + base, last, TYPE_USER_DATA_BYTES);
	} else {
		set_segment(selector, space_start + base, (last + 1) / L4_PAGE_SIZE - 1, TYPE_USER_DATA);
	}
}

/* THE protection of small spaces: whatever the segment wants, it gets no byte outside the space. */
static void set_thread_segment(unsigned selector, const struct thread_segment *segment, const struct space *space)
{
	unsigned size = space_size(space);
	if (!segment->used || segment->base >= size) {
		set_empty(selector);
	} else if (segment->expands_down) {
		set_downward(selector, space_base(space), segment->base);
	} else {
		unsigned last = size - segment->base - 1;
		set_upward(selector, space_base(space), segment->base, segment->limit < last ? segment->limit : last);
	}
}

/* What each vector is. INT n for any n that has no user gate raises #GP with error code 8n + 2. */
static const struct {
	unsigned first, count;
	const unsigned *stubs;
	enum gate_type type;
} vectors[] = {
	{0, EXCEPTION_VECTORS, exception_stubs, GATE_INTERRUPT},
	{VECTOR_IRQ_BASE, L4_IRQS, interrupt_stubs, GATE_INTERRUPT},
	{L4_VECTOR_IPC, SYSTEM_CALLS, system_call_stubs, GATE_INTERRUPT_USER},
};

static void load_tables(void)
{
	struct table_register gdt_register = {sizeof gdt - 1, (unsigned)gdt};
	struct table_register idt_register = {sizeof idt - 1, (unsigned)idt};

	__asm__ volatile("lgdt %[gdt]\n\t"
			 "lidt %[idt]\n\t"
			 "ljmp %[code], $1f\n"
			 "1:\tmovl %[data], %%ds\n\t"
			 "movl %[data], %%es\n\t"
			 "movl %[data], %%ss\n\t"
			 "movl %[null], %%fs\n\t"
			 "movl %[null], %%gs\n\t"
			 "ltr %w[tss]"
			 :
			 : [gdt] "m"(gdt_register), [idt] "m"(idt_register), [code] "i"(KERNEL_CODE),
			   [data] "r"(KERNEL_DATA), [null] "r"(0), [tss] "r"(TASK_STATE)
			 : "memory");
}

void descriptors_initialize(void)
{
	tss.ss0 = KERNEL_DATA;
	tss.io_map = sizeof tss;
	set_segment(KERNEL_CODE, 0, 0xfffff, TYPE_KERNEL_CODE);
	set_segment(KERNEL_DATA, 0, 0xfffff, TYPE_KERNEL_DATA);
	set_segment(TASK_STATE, (unsigned)&tss, sizeof tss - 1, TYPE_TASK_STATE);
	descriptors_load_user_segments(kernel_space);
	for (unsigned number = 0; number < L4_THREAD_SEGMENTS; number++) {
		set_empty(THREAD_SEGMENTS + 8 * number);
	}
	for (unsigned row = 0; row < sizeof vectors / sizeof vectors[0]; row++) {
		for (unsigned i = 0; i < vectors[row].count; i++) {
			set_gate(vectors[row].first + i, vectors[row].stubs[i], vectors[row].type);
		}
	}
	load_tables();
}

_Static_assert((USER_CODE >> 3) == (USER_DATA >> 3) + 1, "as in struct space's user_segments");

void descriptors_make_user_segments(struct space *space)
{
	unsigned base = space_base(space);
	unsigned last_page = space_size(space) / L4_PAGE_SIZE - 1;
	space->user_segments[0] = make_segment(base, last_page, TYPE_USER_DATA);
	space->user_segments[1] = make_segment(base, last_page, TYPE_USER_CODE);
}

void descriptors_load_user_segments(const struct space *space)
{
	gdt[USER_DATA >> 3] = space->user_segments[0];
	gdt[USER_CODE >> 3] = space->user_segments[1];
}

void descriptors_load_extras(const struct tcb *thread)
{
	for (unsigned number = 0; number < L4_THREAD_SEGMENTS; number++) {
		set_thread_segment(THREAD_SEGMENTS + 8 * number, &thread->segments[number], thread->space);
	}
	debug_registers_load(thread);
	has_thread_extras = thread->has_extras;
}

void descriptors_load_thread(const struct tcb *thread)
{
	tss.esp0 = (unsigned)(thread->user_frame + 1);
	if (thread->has_extras || has_thread_extras) {
		descriptors_load_extras(thread);
	}
}
