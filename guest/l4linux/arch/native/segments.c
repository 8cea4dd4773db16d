/* SPDX-License-Identifier: MIT
 * The global descriptor table and the task state segment (Intel manual, volume 3, "Protected-Mode Memory
 * Management" and "Task Management"): flat segments, a TSS for nothing but the kernel stack, and the thread areas of
 * the process that runs. The kernel never touches FS and GS, so they are switched with the areas and the local table.
 */
#include "arch.h"
#include "memory.h"
#include "native.h"

struct task_state {
	unsigned link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags;
	unsigned eax, ecx, edx, ebx, esp, ebp, esi, edi, es, cs, ss, ds, fs, gs, ldt;
	unsigned short trap, io_map;
};

#define TABLE_IS_LOCAL 4u

#define FLAT_KERNEL_CODE 0x00CF9A000000FFFFull
#define FLAT_KERNEL_DATA 0x00CF92000000FFFFull
#define FLAT_USER_CODE 0x00CFFA000000FFFFull
#define FLAT_USER_DATA 0x00CFF2000000FFFFull
#define TSS_TYPE 0x00008900u
#define LOCAL_TABLE_TYPE 0x00008200u

static struct task_state task_state = { .ss0 = KERNEL_DATA, .io_map = sizeof(struct task_state) };

static unsigned long long descriptors[] = {
	0, FLAT_KERNEL_CODE, FLAT_KERNEL_DATA, FLAT_USER_CODE, FLAT_USER_DATA, 0, 0, 0, 0, 0,
};

void segments_set_kernel_stack(unsigned esp0) { task_state.esp0 = esp0; }

static unsigned long long system_descriptor(unsigned base, unsigned size, unsigned type)
{
	unsigned high = (base & 0xFF000000u) | type | (base >> 16 & 0xFF);

	return (unsigned long long)high << 32 | base << 16 | (size - 1);
}

void segments_load(void)
{
	struct {
		unsigned short limit;
		unsigned base;
	} __attribute__((packed)) table = { sizeof(descriptors) - 1, (unsigned)descriptors };

	descriptors[TASK_SEGMENT / 8] = system_descriptor((unsigned)&task_state, sizeof(task_state), TSS_TYPE);
	__asm__ volatile("lgdt %0\n\t"
			 "ljmp %1, $1f\n"
			 "1:\tmovl %2, %%ds\n\t"
			 "movl %2, %%es\n\t"
			 "movl %2, %%ss\n\t"
			 "ltr %w3"
			 :
			 : "m"(table), "i"(KERNEL_CODE), "r"(KERNEL_DATA), "r"(TASK_SEGMENT)
			 : "memory");
}

#define DATA_32BIT 0x0040F20000000000ull
#define LIMIT_IN_PAGES 0x0080000000000000ull
#define LARGEST_BYTE_LIMIT 0xFFFFFu

const unsigned arch_first_thread_area = FIRST_THREAD_AREA;

static struct process *owner; /* whose areas, FS and GS the processor has; null: nobody's */

static unsigned long long descriptor_of(const struct thread_area *area)
{
	bool pages = area->limit > LARGEST_BYTE_LIMIT;
	unsigned long long limit = pages ? area->limit >> 12 : area->limit;
	unsigned long long base = area->base;

	if (area->limit == 0) {
		return 0;
	}
	return DATA_32BIT | (pages ? LIMIT_IN_PAGES : 0) | (limit & 0xFFFF) | (limit >> 16) << 48 |
	       (base & 0xFFFFFF) << 16 | (base >> 24) << 56;
}

static void write_areas(const struct process *process)
{
	for (unsigned n = 0; n < THREAD_AREAS; n++) {
		descriptors[FIRST_THREAD_AREA + n] = descriptor_of(&process->thread_areas[n]);
	}
}

static void load_local_table(const struct process *process)
{
	static bool loaded;
	bool wanted = process->arch.ldt != NULL;

	if (wanted) {
		descriptors[LOCAL_TABLE_SEGMENT / 8] =
			system_descriptor((unsigned)process->arch.ldt, PAGE_SIZE, LOCAL_TABLE_TYPE);
	}
	if (wanted || loaded) {
		__asm__ volatile("lldt %w0" : : "r"(wanted ? LOCAL_TABLE_SEGMENT : 0));
		loaded = wanted;
	}
}

static void save_owner(void)
{
	if (owner) {
		__asm__ volatile("movw %%fs, %0\n\tmovw %%gs, %1" : "=m"(owner->arch.fs), "=m"(owner->arch.gs));
		owner = NULL;
	}
}

#define PRESENT 0x80
#define CODE 0x08
#define READABLE_OR_WRITABLE 0x02

enum use { USE_AS_DATA, USE_AS_CODE };

static bool local_is_loadable(const struct process *process, unsigned selector, enum use use)
{
	unsigned type = (unsigned)(arch_ldt_read(process, selector / 8) >> 40) & 0xFF;

	if (!(selector & TABLE_IS_LOCAL) || !(type & PRESENT)) {
		return false;
	}
	return use == USE_AS_CODE ? (type & CODE) : !(type & CODE) || (type & READABLE_OR_WRITABLE);
}

/* A selector whose descriptor has gone is loaded as null, as Linux does; to load it would be an exception here. */
static unsigned short loadable(const struct process *process, unsigned short selector)
{
	bool global = !(selector & TABLE_IS_LOCAL) && selector / 8 < COUNT_OF(descriptors) && descriptors[selector / 8];

	return global || local_is_loadable(process, selector, USE_AS_DATA) ? selector : 0;
}

/* In the process's own system call. Its way back must not load what is no longer there. */
void arch_thread_area_changed(struct process *process, unsigned n)
{
	struct trap_frame *frame = user_frame(process);

	(void)n;
	if (owner == process) {
		write_areas(process);
	}
	frame->ds = loadable(process, (unsigned short)frame->ds);
	frame->es = loadable(process, (unsigned short)frame->es);
	frame->ss = loadable(process, (unsigned short)frame->ss) ? frame->ss : USER_DATA;
}

/* Not inlined, as in fpu.c. */
static __attribute__((noinline)) void take_over(struct process *process)
{
	save_owner();
	write_areas(process);
	load_local_table(process);
	__asm__ volatile("movw %0, %%fs\n\tmovw %1, %%gs"
			 :
			 : "r"(loadable(process, process->arch.fs)), "r"(loadable(process, process->arch.gs)));
	owner = process;
}

void segments_load_user(struct process *process)
{
	if (owner != process) {
		take_over(process);
	}
}

void segments_keep(const struct process *process)
{
	if (owner == process) {
		save_owner();
	}
}

bool arch_selector_is_loadable(const struct process *process, unsigned selector)
{
	unsigned n = selector / 8 - FIRST_THREAD_AREA;

	return selector == USER_CODE || selector == USER_DATA ||
	       ((selector & 7) == 3 && n < THREAD_AREAS && process->thread_areas[n].limit) ||
	       local_is_loadable(process, selector, USE_AS_DATA);
}

bool arch_code_selector_is_loadable(const struct process *process, unsigned selector)
{
	return selector == USER_CODE || local_is_loadable(process, selector, USE_AS_CODE);
}

void segments_fork(const struct process *parent, struct process *child)
{
	segments_keep(parent);
	child->arch.fs = parent->arch.fs;
	child->arch.gs = parent->arch.gs;
}

void segments_release(const struct process *process)
{
	if (owner == process) {
		owner = NULL;
	}
}
