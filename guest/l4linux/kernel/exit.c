/* SPDX-License-Identifier: MIT
 * The end of a process (_exit(2)): what it had is free at once, but itself stays as a zombie until its parent has
 * asked. The end of the first one is the end of the machine: its wait status leaves through a port
 * (guest/README.md).
 */
#include "file.h"
#include "ia32.h"
#include "inode.h"
#include "memory.h"
#include "printk.h"
#include "probe.h"
#include "process.h"

#define EXIT_PORT 0xF5

/* Children, zombies among them, go to the first process. */
static void give_children_away(const struct process *process)
{
	struct process *first = process_find(FIRST_PID);

	for (struct process *child = process_list; child; child = child->process_next) {
		if (child->parent == process) {
			child->parent = first;
			wait_queue_wake(&first->children);
		}
	}
}

void process_release_parent(struct process *child)
{
	if (child->parent && child->parent->borrower == child) {
		child->parent->borrower = NULL;
		wait_queue_wake(&child->parent->children);
	}
}

static void tell_parent(struct process *process)
{
	struct process *parent = process->parent;

	process_release_parent(process);
	if (!parent) {
		return;
	}
	if (parent->signal_ignored[SIGCHLD]) {
		process->parent = NULL; /* nobody will ask: run_coroutine() forgets it */
	}
	wait_queue_wake(&parent->children);
}

/* In the process's own coroutine. */
void process_exit(struct process *process, unsigned status)
{
	PROBE2("exit", process, status);
	files_close(process);
	inode_release(process->directory);
	if (process->program) {
		inode_release(process->program);
	}
	if (process->program_directory) {
		inode_release(process->program_directory);
	}
	arch_space_delete(process);
	regions_delete(process);
	page_table_delete(process);
	if (process->frame_count != 0) {
		panic("a process has ended but some of its frames are not free");
	}
	if (process->pid == FIRST_PID) {
		out32(EXIT_PORT, status);
		arch_halt();
	}
	process->exit_status = status;
	give_children_away(process);
	tell_parent(process);
	leave_coroutine(PROCESS_ZOMBIE);
	panic("a dead process's coroutine has been run");
}

/* In the process's own coroutine, before it returns to the user. */
void process_check_signals(struct process *process)
{
	if (process->fatal_signal) {
		PROBE2("signal-deliver", process, process->fatal_signal);
		process_exit(process, wait_status_signalled(process->fatal_signal));
	}
}
