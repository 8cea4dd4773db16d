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
	unsigned status = process->exit_status;

	process_release_parent(process);
	if (!parent) {
		return;
	}
	signal_tell_parent(process, status & 0x7F ? CLD_KILLED : CLD_EXITED,
			   status & 0x7F ? (int)(status & 0x7F) : (int)(status >> 8));
	if (signal_is_ignored(parent, SIGCHLD) || (parent->signals.actions[SIGCHLD].flags & SA_NOCLDWAIT)) {
		process->parent = NULL; /* nobody will ask: run_coroutine() forgets it */
	}
}

/* POSIX, _exit(), "Consequences of Process Termination": groups that nobody can continue any longer, because the
 * process was the last that could, and that have a stopped member, are told so. */
static void hang_up_group(const struct process *process, int group)
{
	bool stopped = false;

	for (const struct process *member = process_list; member; member = member->process_next) {
		stopped |= member->group == group && member != process && member->signals.stopped_by;
	}
	if (stopped && group_is_orphaned(group, process)) {
		signal_send_group(group, SIGHUP);
		signal_send_group(group, SIGCONT);
	}
}

static void hang_up_orphans(const struct process *process)
{
	struct process *parent = process->parent;

	if (parent && parent->group != process->group && parent->session == process->session) {
		hang_up_group(process, process->group);
	}
	for (const struct process *child = process_list; child; child = child->process_next) {
		if (child->parent == process && child->group != process->group &&
		    child->session == process->session) {
			hang_up_group(process, child->group);
		}
	}
}

/* In the process's own coroutine. */
void process_exit(struct process *process, unsigned status)
{
	PROBE2("exit", process, status);
	timer_cancel(&process->alarm.timer);
	timer_cancel(&process->wakeup);
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
	process->state = PROCESS_ZOMBIE; /* it counts no longer */
	hang_up_orphans(process);
	signals_release(process);
	give_children_away(process);
	tell_parent(process);
	leave_coroutine(PROCESS_ZOMBIE);
	panic("a dead process's coroutine has been run");
}
