/* SPDX-License-Identifier: MIT
 * The global descriptor table and the task state segment (Intel manual, volume 3, "Protected-Mode Memory
 * Management" and "Task Management"): flat segments, and a TSS for nothing but the kernel stack.
 */
#include "native.h"

struct task_state {
	unsigned link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags;
	unsigned eax, ecx, edx, ebx, esp, ebp, esi, edi, es, cs, ss, ds, fs, gs, ldt;
	unsigned short trap, io_map;
};

#define FLAT_KERNEL_CODE 0x00CF9A000000FFFFull
#define FLAT_KERNEL_DATA 0x00CF92000000FFFFull
#define FLAT_USER_CODE 0x00CFFA000000FFFFull
#define FLAT_USER_DATA 0x00CFF2000000FFFFull
#define TSS_TYPE 0x00008900u

static struct task_state task_state = { .ss0 = KERNEL_DATA, .io_map = sizeof(struct task_state) };

static unsigned long long descriptors[] = {
	0, FLAT_KERNEL_CODE, FLAT_KERNEL_DATA, FLAT_USER_CODE, FLAT_USER_DATA, 0,
};

void segments_set_kernel_stack(unsigned esp0) { task_state.esp0 = esp0; }

void segments_load(void)
{
	unsigned base = (unsigned)&task_state;
	unsigned low = base << 16 | (sizeof(task_state) - 1);
	unsigned high = (base & 0xFF000000u) | TSS_TYPE | (base >> 16 & 0xFF);
	struct {
		unsigned short limit;
		unsigned base;
	} __attribute__((packed)) table = { sizeof(descriptors) - 1, (unsigned)descriptors };

	descriptors[TASK_SEGMENT / 8] = (unsigned long long)high << 32 | low;
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
