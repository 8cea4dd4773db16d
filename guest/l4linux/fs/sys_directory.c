/* SPDX-License-Identifier: MIT
 * The working directory: chdir(2), fchdir(2), getcwd(2); and umask(2).
 */
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "syscalls.h"

static int change_directory(struct process *process, struct inode *inode)
{
	if (!is_directory(inode)) {
		return -ENOTDIR;
	}
	inode_hold(inode);
	inode_release(process->directory);
	process->directory = inode;
	return 0;
}

int sys_chdir(struct process *process, const struct syscall_frame *frame)
{
	int error = 0;
	struct inode *inode = path_open(process, AT_FDCWD, frame->ebx, true, &error);

	if (!inode) {
		return error;
	}
	error = change_directory(process, inode);
	inode_release(inode);
	return error;
}

int sys_fchdir(struct process *process, const struct syscall_frame *frame)
{
	int error = 0;
	struct inode *inode = path_start(process, (int)frame->ebx, &error);

	return inode ? change_directory(process, inode) : error;
}

int sys_getcwd(struct process *process, const struct syscall_frame *frame)
{
	unsigned page = frame_allocate();
	unsigned start;

	if (!page) {
		return -ENOMEM;
	}
	char *buffer = frame_address(page);
	file_system_enter();
	int result = path_of(process->directory, buffer, &start);
	file_system_leave();
	int size = (int)(PATH_LIMIT - start);
	if (result == 0) {
		result = (unsigned)size > frame->ecx ? -ERANGE
						     : copy_out(process, frame->ebx, buffer + start, (unsigned)size);
	}
	frame_free(page);
	return result < 0 ? result : size;
}

int sys_umask(struct process *process, const struct syscall_frame *frame)
{
	unsigned old = process->umask;

	process->umask = frame->ebx & 0777;
	return (int)old;
}
