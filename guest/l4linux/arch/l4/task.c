/* SPDX-License-Identifier: MIT
 * Processes as L4 tasks: 5 and up, created by the server, which is therefore their chief and their pager.
 */
#include "arch.h"
#include "clock.h"
#include "l4_port.h"
#include "memory.h"
#include "printk.h"

#define FIRST_TASK 5
#define CPU_TIME_HIGH 0xFFFFu
#define MICROSECONDS_PER_TICK (1000000u / TICKS_PER_SECOND)

const unsigned arch_modules_before = 2; /* σ0 and the server itself */

static unsigned char task_is_used[L4_TASKS];

static struct l4_threadid task_id(unsigned task) { return l4_make_id(task, 0, 1, L4_TASK_ROOT, 0, 0); }

bool arch_space_create(struct process *process)
{
	for (unsigned task = FIRST_TASK; task < L4_TASKS; task++) {
		if (!task_is_used[task]) {
			task_is_used[task] = library_map(process);
			process->task = task;
			return task_is_used[task];
		}
	}
	return false;
}

static void delete_task(struct process *process)
{
	if (!l4_is_nil(process->arch.thread)) {
		l4_task_new(process->arch.thread, server.low, 0, 0, l4_nil());
		process->arch.thread = l4_nil();
	}
}

/* The number stays the process's; the next task of that number has a new version. */
bool arch_space_renew(struct process *process)
{
	delete_task(process);
	process->arch.reply_kind = REPLY_NONE;
	process->arch.area_selector = 0;
	regions_delete(process);
	return library_map(process);
}

void arch_space_delete(struct process *process)
{
	delete_task(process);
	task_is_used[process->task] = 0;
}

/* Takes the frame away from whoever has it from us; the next fault maps what the logical table says then. Before
 * the task runs nobody can have it. */
void arch_page_changed(struct process *process, unsigned address, unsigned frame)
{
	(void)address;
	if (!l4_is_nil(process->arch.thread)) {
		l4_fpage_unmap(l4_make_fpage((unsigned)frame_address(frame), L4_PAGE_SIZE_LOG2, 0),
			       L4_UNMAP_PAGE | L4_UNMAP_OTHER_SPACES);
	}
}

void arch_page_write_protected(struct process *process, unsigned address, unsigned frame)
{
	(void)process, (void)address;
	l4_fpage_unmap(l4_make_fpage((unsigned)frame_address(frame), L4_PAGE_SIZE_LOG2, 0),
		       L4_UNMAP_WRITE_ACCESS | L4_UNMAP_OTHER_SPACES);
}

static void start_task(struct process *process, unsigned eip, unsigned esp)
{
	/* the library's start-up code finds the program's first address on the stack and goes there */
	esp -= sizeof(eip);
	if (copy_out(process, esp, &eip, sizeof(eip)) < 0) {
		process_exit(process, wait_status_signalled(SIGKILL));
	}
	process->arch.thread = l4_task_new(task_id(process->task), PRIORITY_USER, esp, library_start_address(), server);
	if (l4_is_nil(process->arch.thread)) {
		printk("linux: the kernel has no memory for the task of %s (pid %d)\n", process->name, process->pid);
		process_exit(process, wait_status_signalled(SIGKILL));
	}
	thread_areas_start(process);
	set_priority(process->arch.thread, PRIORITY_USER);
}

/* The life of a process's coroutine: one turn for each message of its task. */
void arch_run_user(struct process *process, unsigned eip, unsigned esp)
{
	process_check_signals(process);
	start_task(process, eip, esp);
	for (;;) {
		leave_coroutine(PROCESS_USER);
		process_check_signals(process);
		message_serve(process);
		process_check_signals(process);
	}
}

/* The parent's registers lie in the frame of its system call, on the stack that the child has a copy of. */
void arch_fork(const struct process *parent, struct process *child)
{
	child->arch.fork_frame = parent->arch.message[1];
	child->arch.area_selector = parent->arch.area_selector;
}

void arch_run_child(struct process *child)
{
	unsigned selector = child->arch.area_selector;
	unsigned esp = child->arch.fork_frame - sizeof(selector);

	if (copy_out(child, esp, &selector, sizeof(selector)) < 0) {
		process_exit(child, wait_status_signalled(SIGKILL));
	}
	arch_run_user(child, library_return_address(), esp);
}

/* The µ-kernel counts microseconds, 48 bits of them. The quotient fits for a year of computing. */
unsigned arch_user_ticks(const struct process *process)
{
	struct l4_schedule_result now = l4_thread_schedule(process->arch.thread, L4_UNCHANGED, l4_invalid());
	unsigned ticks = now.time_low;
	unsigned high = now.time_high & CPU_TIME_HIGH;

	__asm__("divl %2" : "+a"(ticks), "+d"(high) : "r"(MICROSECONDS_PER_TICK));
	return ticks;
}

/* It will be run, and sees the signal before anything else. */
void arch_interrupt_user(struct process *process) { make_ready(process); }
