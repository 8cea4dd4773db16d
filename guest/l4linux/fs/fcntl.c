/* SPDX-License-Identifier: MIT
 * dup(2), dup2(2), dup3(2), and fcntl(2) as far as it is about descriptors and flags.
 */
#include "file.h"
#include "memory.h"
#include "syscalls.h"

#define CHANGEABLE_FLAGS (O_APPEND | O_NONBLOCK)

static int duplicate(struct process *process, struct file *file, unsigned lowest, bool close_on_exec)
{
	file->references++;
	return descriptor_install(process, file, lowest, close_on_exec);
}

int sys_dup(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = file_of(process, frame->ebx);

	return file ? duplicate(process, file, 0, false) : -EBADF;
}

static int replace(struct process *process, unsigned from, unsigned to, bool close_on_exec)
{
	struct file *file = file_of(process, from);

	if (!file || to >= FILES_PER_PROCESS) {
		return -EBADF;
	}
	file->references++;
	if (process->table->files[to]) {
		descriptor_close(process, to);
	}
	return descriptor_install(process, file, to, close_on_exec);
}

int sys_dup2(struct process *process, const struct syscall_frame *frame)
{
	if (frame->ebx == frame->ecx) {
		return file_of(process, frame->ebx) ? (int)frame->ecx : -EBADF;
	}
	return replace(process, frame->ebx, frame->ecx, false);
}

int sys_dup3(struct process *process, const struct syscall_frame *frame)
{
	if ((frame->edx & ~O_CLOEXEC) || frame->ebx == frame->ecx) {
		return -EINVAL;
	}
	return replace(process, frame->ebx, frame->ecx, frame->edx & O_CLOEXEC);
}

static int duplicate_from(struct process *process, struct file *file, unsigned lowest, bool close_on_exec)
{
	return lowest < FILES_PER_PROCESS ? duplicate(process, file, lowest, close_on_exec) : -EINVAL;
}

int sys_fcntl64(struct process *process, const struct syscall_frame *frame)
{
	unsigned fd = frame->ebx;
	struct file *file = file_of(process, fd);

	if (!file) {
		return -EBADF;
	}
	switch (frame->ecx) {
	case F_DUPFD:
		return duplicate_from(process, file, frame->edx, false);
	case F_DUPFD_CLOEXEC:
		return duplicate_from(process, file, frame->edx, true);
	case F_GETFD:
		return process->table->close_on_exec[fd] ? FD_CLOEXEC : 0;
	case F_SETFD:
		process->table->close_on_exec[fd] = (frame->edx & FD_CLOEXEC) != 0;
		return 0;
	case F_GETFL:
		return (int)file->flags;
	case F_SETFL:
		file->flags = (file->flags & ~CHANGEABLE_FLAGS) | (frame->edx & CHANGEABLE_FLAGS);
		return 0;
	default:
		return -EINVAL;
	}
}
