/* SPDX-License-Identifier: MIT
 * fork(2), vfork(2), and clone(2) as far as it makes processes. A child is a copy; its memory is shared until one
 * of the two writes. The parent of vfork() waits until the child has a program of its own or ends.
 */
#include "file.h"
#include "ia32.h"
#include "inode.h"
#include "memory.h"
#include "printk.h"
#include "probe.h"
#include "syscalls.h"

#define CLONE_KNOWN                                                                                          \
	(CLONE_SIGNAL_MASK | CLONE_VM | CLONE_VFORK | CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID)

static struct process *fork_process(struct process *parent)
{
	arch_before_fork(parent);
	struct process *child = process_create(parent->name, arch_run_child);

	if (!child) {
		return NULL;
	}
	if (memory_fork(parent, child) < 0 || !arch_ldt_copy(parent, child)) {
		process_discard(child);
		return NULL;
	}
	files_copy(parent, child);
	child->directory = parent->directory;
	inode_hold(child->directory);
	child->program = parent->program;
	child->program_directory = parent->program_directory;
	if (child->program) {
		inode_hold(child->program);
	}
	if (child->program_directory) {
		inode_hold(child->program_directory);
	}
	child->umask = parent->umask;
	signals_fork(parent, child);
	memcpy(child->thread_areas, parent->thread_areas, sizeof(child->thread_areas));
	arch_fork(parent, child);
	PROBE2("fork", parent, child);
	return child;
}

int sys_fork(struct process *process, const struct syscall_frame *frame)
{
	struct process *child = fork_process(process);

	(void)frame;
	if (!child) {
		return -EAGAIN;
	}
	make_ready(child);
	return child->pid;
}

/* A child that has ended may be gone when the parent goes on, so only its pid is used then. */
static int start_and_wait(struct process *process, struct process *child)
{
	int pid = child->pid;
	unsigned flags = critical_enter();

	process->borrower = child;
	make_ready(child);
	while (process->borrower && !(process->signals.pending & signal_bit(SIGKILL))) {
		wait_without_signals(&process->children);
	}
	process->borrower = NULL;
	critical_leave(flags);
	return pid;
}

int sys_vfork(struct process *process, const struct syscall_frame *frame)
{
	struct process *child = fork_process(process);

	(void)frame;
	return child ? start_and_wait(process, child) : -EAGAIN;
}

/* Arguments: flags, stack, parent's id address, thread-local storage, child's id address. */
int sys_clone(struct process *process, const struct syscall_frame *frame)
{
	unsigned flags = frame->ebx;
	bool vfork = flags & CLONE_VFORK;

	if (flags & CLONE_THREAD) {
		printk("linux: %s (pid %d): there are no threads yet: clone() with CLONE_THREAD is EINVAL\n", process->name,
		       process->pid);
		return -EINVAL;
	}
	if ((flags & ~CLONE_KNOWN) || (flags & CLONE_SIGNAL_MASK) != SIGCHLD || frame->ecx != 0 ||
	    ((flags & CLONE_VM) && !vfork)) {
		printk("linux: %s (pid %d): clone() with flags 0x%x is not supported: EINVAL\n", process->name, process->pid,
		       flags);
		return -EINVAL;
	}
	struct process *child = fork_process(process);
	if (!child) {
		return -EAGAIN;
	}
	if (flags & CLONE_CHILD_SETTID) {
		copy_out(child, frame->edi, &child->pid, sizeof(child->pid)); /* a wild address is ignored, as by Linux */
	}
	int pid = child->pid;
	if (vfork) {
		return start_and_wait(process, child);
	}
	make_ready(child);
	return pid;
}
