/* SPDX-License-Identifier: MIT
 * What is said of a file besides its content: chmod(2), chown(2), truncate(2), readlink(2) and their relatives. One
 * action each, and the ways to name the file.
 */
#include "clock.h"
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "syscalls.h"

#define UNCHANGED ~0u

struct change {
	unsigned first, second;
};
typedef int inode_action(struct inode *inode, const struct change *change);

static int at_path(struct process *process, int fd, unsigned path, bool follow, inode_action *action,
		   struct change change)
{
	int error;
	struct inode *inode = path_open(process, fd, path, follow, &error);

	if (!inode) {
		return error;
	}
	file_system_enter();
	error = action(inode, &change);
	file_system_leave();
	inode_release(inode);
	return error;
}

static int at_file(struct process *process, unsigned fd, inode_action *action, struct change change)
{
	struct file *file = file_of(process, fd);

	if (!file || !file->inode) {
		return file ? -EINVAL : -EBADF;
	}
	file_system_enter();
	int error = action(file->inode, &change);
	file_system_leave();
	return error;
}

static void changed_now(struct inode *inode)
{
	inode->changed = clock_now();
	inode->is_kept = true;
}

static int change_mode(struct inode *inode, const struct change *change)
{
	inode->mode = (inode->mode & S_IFMT) | (change->first & PERMISSIONS);
	changed_now(inode);
	return 0;
}

int sys_chmod(struct process *process, const struct syscall_frame *frame)
{
	return at_path(process, AT_FDCWD, frame->ebx, true, change_mode, (struct change){ frame->ecx, 0 });
}

int sys_fchmod(struct process *process, const struct syscall_frame *frame)
{
	return at_file(process, frame->ebx, change_mode, (struct change){ frame->ecx, 0 });
}

int sys_fchmodat(struct process *process, const struct syscall_frame *frame)
{
	return at_path(process, (int)frame->ebx, frame->ecx, true, change_mode, (struct change){ frame->edx, 0 });
}

static int change_owner(struct inode *inode, const struct change *change)
{
	inode->user = change->first == UNCHANGED ? inode->user : change->first;
	inode->group = change->second == UNCHANGED ? inode->group : change->second;
	if (is_regular(inode)) { /* another's program must not run with the new owner's rights */
		inode->mode &= ~(S_ISUID | (inode->mode & S_IXGRP ? S_ISGID : 0));
	}
	changed_now(inode);
	return 0;
}

int sys_chown32(struct process *process, const struct syscall_frame *frame)
{
	return at_path(process, AT_FDCWD, frame->ebx, true, change_owner, (struct change){ frame->ecx, frame->edx });
}

int sys_lchown32(struct process *process, const struct syscall_frame *frame)
{
	return at_path(process, AT_FDCWD, frame->ebx, false, change_owner, (struct change){ frame->ecx, frame->edx });
}

int sys_fchown32(struct process *process, const struct syscall_frame *frame)
{
	return at_file(process, frame->ebx, change_owner, (struct change){ frame->ecx, frame->edx });
}

int sys_fchownat(struct process *process, const struct syscall_frame *frame)
{
	struct change change = { frame->edx, frame->esi };
	char first;

	if (frame->edi & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) {
		return -EINVAL;
	}
	if ((frame->edi & AT_EMPTY_PATH) && copy_in(process, &first, frame->ecx, 1) == 0 && first == 0) {
		return at_file(process, frame->ebx, change_owner, change);
	}
	return at_path(process, (int)frame->ebx, frame->ecx, !(frame->edi & AT_SYMLINK_NOFOLLOW), change_owner, change);
}

/* first: the lower half of the size, second: the upper one */
static int change_size(struct inode *inode, const struct change *change)
{
	if (!is_regular(inode)) {
		return is_directory(inode) ? -EISDIR : -EINVAL;
	}
	if ((int)change->second < 0) {
		return -EINVAL;
	}
	if (change->second != 0 || change->first > FILE_SIZE_LIMIT) {
		return -EFBIG;
	}
	return inode->executing ? -ETXTBSY : inode_resize(inode, change->first);
}

static unsigned sign_of(unsigned size) { return (int)size < 0 ? ~0u : 0; }

static int truncate_file(struct process *process, unsigned fd, struct change size)
{
	struct file *file = file_of(process, fd);

	if (file && (file->flags & O_ACCMODE) == O_RDONLY) {
		return -EINVAL;
	}
	return at_file(process, fd, change_size, size);
}

int sys_truncate(struct process *process, const struct syscall_frame *frame)
{
	struct change size = { frame->ecx, sign_of(frame->ecx) };

	return at_path(process, AT_FDCWD, frame->ebx, true, change_size, size);
}

int sys_truncate64(struct process *process, const struct syscall_frame *frame)
{
	struct change size = { frame->ecx, frame->edx };

	return at_path(process, AT_FDCWD, frame->ebx, true, change_size, size);
}

int sys_ftruncate(struct process *process, const struct syscall_frame *frame)
{
	return truncate_file(process, frame->ebx, (struct change){ frame->ecx, sign_of(frame->ecx) });
}

int sys_ftruncate64(struct process *process, const struct syscall_frame *frame)
{
	return truncate_file(process, frame->ebx, (struct change){ frame->ecx, frame->edx });
}

static int read_link(struct process *process, int fd, unsigned path, unsigned buffer, unsigned size)
{
	int error;
	struct inode *inode = (int)size <= 0 ? NULL : path_open(process, fd, path, false, &error);

	if (!inode) {
		return (int)size <= 0 ? -EINVAL : error;
	}
	unsigned frame = frame_allocate();
	int length = !is_link(inode) ? -EINVAL
		     : !frame	     ? -ENOMEM
				     : inode_read_link(inode, process, frame_address(frame), PATH_LIMIT - 1);
	if (length >= 0) {
		length = (unsigned)length < size ? length : (int)size;
		error = copy_out(process, buffer, frame_address(frame), (unsigned)length);
		length = error < 0 ? error : length;
	}
	if (frame) {
		frame_free(frame);
	}
	inode_release(inode);
	return length;
}

int sys_readlink(struct process *process, const struct syscall_frame *frame)
{
	return read_link(process, AT_FDCWD, frame->ebx, frame->ecx, frame->edx);
}

int sys_readlinkat(struct process *process, const struct syscall_frame *frame)
{
	return read_link(process, (int)frame->ebx, frame->ecx, frame->edx, frame->esi);
}
