/* SPDX-License-Identifier: MIT
 * The working directory and the modes of files: chdir(2), fchdir(2), getcwd(2), umask(2), chmod(2), fchmod(2),
 * truncate(2), ftruncate(2), readlink(2).
 */
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "syscalls.h"

static int change_directory(struct process *process, struct inode *inode)
{
	if ((inode->mode & S_IFMT) != S_IFDIR) {
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
	struct inode *inode = path_open(process, AT_FDCWD, frame->ebx, &error);

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

static const char *name_of(const struct inode *directory)
{
	const struct directory_entry *entry = directory->parent->entries;

	while (entry && entry->inode != directory) {
		entry = entry->next;
	}
	return entry ? entry->name : NULL;
}

/* From the end: each directory's name before what is there already. */
static int build_path(const struct inode *directory, char *buffer, unsigned *start)
{
	*start = PATH_LIMIT - 1;
	buffer[*start] = 0;
	if (directory == root_directory) {
		buffer[--*start] = '/';
	}
	for (; directory != root_directory; directory = directory->parent) {
		const char *name = name_of(directory);
		if (!name) {
			return -ENOENT;
		}
		if (strlen(name) + 1 > *start) {
			return -ENAMETOOLONG;
		}
		*start -= strlen(name);
		memcpy(buffer + *start, name, strlen(name));
		buffer[--*start] = '/';
	}
	return 0;
}

int sys_getcwd(struct process *process, const struct syscall_frame *frame)
{
	unsigned page = frame_allocate();
	unsigned start;

	if (!page) {
		return -ENOMEM;
	}
	char *buffer = frame_address(page);
	int result = build_path(process->directory, buffer, &start);
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

static int change_mode(struct inode *inode, unsigned mode)
{
	inode->mode = (inode->mode & S_IFMT) | (mode & PERMISSIONS);
	return 0;
}

static int change_size(struct inode *inode, unsigned size)
{
	if ((inode->mode & S_IFMT) != S_IFREG) {
		return (inode->mode & S_IFMT) == S_IFDIR ? -EISDIR : -EINVAL;
	}
	if ((int)size < 0) {
		return -EINVAL;
	}
	return inode->mapped ? -ETXTBSY : inode_resize(inode, size);
}

static int at_path(struct process *process, unsigned path, int (*action)(struct inode *, unsigned), unsigned argument)
{
	int error = 0;
	struct inode *inode = path_open(process, AT_FDCWD, path, &error);

	if (!inode) {
		return error;
	}
	error = action(inode, argument);
	inode_release(inode);
	return error;
}

int sys_chmod(struct process *process, const struct syscall_frame *frame)
{
	return at_path(process, frame->ebx, change_mode, frame->ecx);
}

int sys_fchmod(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = file_of(process, frame->ebx);

	return !file ? -EBADF : file->inode ? change_mode(file->inode, frame->ecx) : -EINVAL;
}

int sys_truncate(struct process *process, const struct syscall_frame *frame)
{
	return at_path(process, frame->ebx, change_size, frame->ecx);
}

int sys_ftruncate(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = file_of(process, frame->ebx);

	if (!file) {
		return -EBADF;
	}
	return file->inode && (file->flags & O_ACCMODE) != O_RDONLY ? change_size(file->inode, frame->ecx) : -EINVAL;
}

/* There are no symbolic links, so what is there is none. */
int sys_readlink(struct process *process, const struct syscall_frame *frame)
{
	int error = 0;
	struct inode *inode = path_open(process, AT_FDCWD, frame->ebx, &error);

	if (!inode) {
		return error;
	}
	inode_release(inode);
	return -EINVAL;
}
