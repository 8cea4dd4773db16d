/* SPDX-License-Identifier: MIT
 *
 * Where the kernel begins in C: all objects in the order in which they need each other, then the first two tasks,
 * sigma0 and the root task, then the idle thread for good.
 */
#include "clock.h"
#include "console.h"
#include "descriptors.h"
#include "fpu.h"
#include "ia32/cpu.h"
#include "kip.h"
#include "mapping.h"
#include "memory.h"
#include "multiboot.h"
#include "paging.h"
#include "pic8259.h"
#include "schedule.h"
#include "thread.h"

enum { FIRST_PRIORITY = 16, FIRST_MAX_PRIORITY = 255, STANDARD_TIMESLICE = 10000 };

void kernel_main(unsigned loader_magic, unsigned information);

static void idle(void)
{
	for (;;) {
		reschedule();
		wait_for_interrupt();
	}
}

/* Sigma0 and the root task have the root task as their chief. */
static struct tcb *start_task(unsigned task, unsigned eip, const struct tcb *creator)
{
	struct space *space = space_create(task, L4_TASK_ROOT, 0, 0);
	struct tcb *thread = space ? thread_create(space, 0, creator) : NULL;
	if (!thread) {
		panic("no memory for the first tasks");
	}
	thread->priority = FIRST_PRIORITY;
	thread->user_frame->eip = eip;
	ready_add(thread);
	return thread;
}

static void start_first_tasks(const struct tcb *idle_thread, unsigned information)
{
	struct tcb *sigma0 = start_task(L4_TASK_SIGMA0, kernel_info.sigma0.eip, idle_thread);
	sigma0_space = sigma0->space;
	sigma0->user_frame->ebx = kip_physical();

	struct tcb *root = start_task(L4_TASK_ROOT, kernel_info.root.eip, idle_thread);
	root->pager = sigma0->id;
	root->user_frame->eax = MULTIBOOT_LOADER_MAGIC;
	root->user_frame->ebx = information;
}

void kernel_main(unsigned loader_magic, unsigned information)
{
	console_initialize();
	if (loader_magic != MULTIBOOT_LOADER_MAGIC) {
		panic("not started by a Multiboot loader");
	}
	information = multiboot_prepare(information);
	memory_initialize(kernel_info.kernel_data.low, kernel_info.kernel_data.high);
	mapping_initialize(kernel_info.main_memory.high);
	space_initialize();
	paging_initialize(kernel_info.main_memory.high);
	descriptors_initialize();
	fpu_initialize();
	pic_initialize();
	clock_initialize();

	struct tcb *idle_thread = thread_create_idle(kernel_space, idle);
	idle_thread->max_controlled_priority = FIRST_MAX_PRIORITY;
	idle_thread->timeslice = STANDARD_TIMESLICE;
	start_first_tasks(idle_thread, information);
	schedule_start(idle_thread);
}
