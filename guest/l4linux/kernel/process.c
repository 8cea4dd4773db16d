/* SPDX-License-Identifier: MIT
 * Making and ending processes. The end of the first one is the end of the machine: its wait status leaves
 * through a port (guest/README.md).
 */
#include "process.h"
#include "file.h"
#include "ia32.h"
#include "memory.h"
#include "printk.h"
#include "probe.h"

#define EXIT_PORT 0xF5
#define FIRST_PID 1

struct process *process_list;

static struct pool process_pool = { sizeof(struct process), NULL };
static int next_pid = FIRST_PID;

static void set_name(struct process *process, const char *path)
{
	const char *name = path;
	unsigned length = 0;

	for (const char *at = path; *at; at++) {
		if (*at == '/') {
			name = at + 1;
		}
	}
	for (; length + 1 < sizeof(process->name) && name[length]; length++) {
		process->name[length] = name[length];
	}
	process->name[length] = 0;
}

static bool allocate_memory(struct process *process)
{
	unsigned stack = frame_allocate();

	process->page_directory = page_table_create();
	if (!stack || !process->page_directory) {
		return false;
	}
	process->coroutine.stack = frame_address(stack);
	*process->coroutine.stack = COROUTINE_CANARY;
	return true;
}

/* A process whose coroutine will begin in start; not ready yet. Null: no memory. */
struct process *process_create(const char *name, void (*start)(struct process *))
{
	struct process *process = pool_allocate(&process_pool);

	if (!process || !allocate_memory(process)) {
		return NULL;
	}
	process->pid = next_pid++;
	process->parent_pid = current ? current->pid : 0;
	process->state = PROCESS_NEW;
	process->current_syscall = -1;
	set_name(process, name);
	if (!arch_space_create(process)) {
		return NULL;
	}
	arch_coroutine_create(&process->coroutine, start, process);
	process->process_next = process_list;
	process_list = process;
	return process;
}

static void unlink_process(struct process *process)
{
	struct process **link = &process_list;

	while (*link != process) {
		link = &(*link)->process_next;
	}
	*link = process->process_next;
}

/* In the process's own coroutine. */
void process_exit(struct process *process, unsigned status)
{
	PROBE2("exit", process, status);
	files_close(process);
	arch_space_delete(process);
	region_remove(process, 0, USER_LIMIT);
	page_table_delete(process);
	if (process->frame_count != 0) {
		panic("a process has ended but some of its frames are not free");
	}
	unlink_process(process);
	if (process->pid == FIRST_PID) {
		out32(EXIT_PORT, status);
		arch_halt();
	}
	leave_coroutine(PROCESS_ZOMBIE);
	panic("a dead process's coroutine has been run");
}

/* From anywhere, bottom halves included: the process dies of the signal as soon as it can. */
void process_kill(struct process *process, int signal)
{
	unsigned flags = critical_enter();

	if (!process->fatal_signal) {
		process->fatal_signal = signal;
	}
	if (process->state == PROCESS_BLOCKED) {
		make_ready(process);
	} else if (process->state == PROCESS_USER) {
		arch_interrupt_user(process);
	}
	critical_leave(flags);
}

/* In the process's own coroutine, before it returns to the user. */
void process_check_signals(struct process *process)
{
	if (process->fatal_signal) {
		PROBE2("signal-deliver", process, process->fatal_signal);
		process_exit(process, wait_status_signalled(process->fatal_signal));
	}
}
