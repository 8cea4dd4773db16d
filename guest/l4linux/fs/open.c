/* SPDX-License-Identifier: MIT
 * open(2), openat(2), creat(2), close(2).
 */
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "syscalls.h"

struct how {
	unsigned flags, mode;
};

static int create(struct process *process, struct place *place, unsigned mode)
{
	if (place->must_be_directory) {
		return -EISDIR;
	}
	place->inode = inode_create(S_IFREG | (mode & PERMISSIONS & ~process->umask));
	if (!place->inode) {
		return -ENOSPC;
	}
	int error = directory_add(place->directory, place->name, place->inode);
	if (error < 0) {
		inode_hold(place->inode);
		inode_release(place->inode);
	}
	return error;
}

static int check(const struct place *place, unsigned flags)
{
	unsigned kind = place->inode->mode & S_IFMT;
	bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);

	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
		return -EEXIST;
	}
	if (kind == S_IFLNK) {
		return -ELOOP; /* one that was not to be followed */
	}
	if (kind == S_IFREG && (place->inode->size_high || place->inode->size > FILE_SIZE_LIMIT)) {
		return -EFBIG;
	}
	if (kind == S_IFDIR && (writes || (flags & O_CREAT))) {
		return -EISDIR;
	}
	if (kind != S_IFDIR && (flags & O_DIRECTORY)) {
		return -ENOTDIR;
	}
	return writes && place->inode->executing ? -ETXTBSY : 0;
}

static struct file *open_inode(struct inode *inode, unsigned flags, int *error)
{
	struct file *file;

	if ((inode->mode & S_IFMT) == S_IFCHR) {
		file = inode->operations && inode->operations->open_device ? inode->operations->open_device(flags) : NULL;
		if (file) {
			file->inode = inode;
			inode_hold(inode);
		}
		*error = file ? 0 : -ENXIO;
		return file;
	}
	if ((inode->mode & S_IFMT) == S_IFREG && (flags & O_TRUNC)) {
		*error = inode_resize(inode, 0);
		if (*error < 0) {
			return NULL;
		}
	}
	file = file_create(&inode_file_operations, NULL, flags & ~OPEN_ONLY_FLAGS);
	if (file) {
		file->inode = inode;
		file->mode = inode->mode;
		inode_hold(inode);
	}
	*error = file ? 0 : -ENFILE;
	return file;
}

static int open_place(struct process *process, struct place *place, unsigned how_address)
{
	const struct how *how = (const struct how *)how_address;
	unsigned flags = how->flags;
	int error;

	if (!place->inode) {
		error = flags & O_CREAT ? create(process, place, how->mode) : -ENOENT;
	} else {
		error = check(place, flags);
	}
	if (error < 0) {
		return error;
	}
	struct file *file = open_inode(place->inode, flags, &error);
	return file ? descriptor_install(process, file, 0, flags & O_CLOEXEC) : error;
}

static int open(struct process *process, int directory, unsigned address, unsigned flags, unsigned mode)
{
	struct how how = { flags, mode };
	bool follow = !(flags & O_NOFOLLOW) && (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);

	return at_place(process, directory, address, follow, open_place, (unsigned)&how);
}

int sys_open(struct process *process, const struct syscall_frame *frame)
{
	return open(process, AT_FDCWD, frame->ebx, frame->ecx, frame->edx);
}

int sys_openat(struct process *process, const struct syscall_frame *frame)
{
	return open(process, (int)frame->ebx, frame->ecx, frame->edx, frame->esi);
}

int sys_creat(struct process *process, const struct syscall_frame *frame)
{
	return open(process, AT_FDCWD, frame->ebx, O_WRONLY | O_CREAT | O_TRUNC, frame->ecx);
}

int sys_close(struct process *process, const struct syscall_frame *frame)
{
	if (!file_of(process, frame->ebx)) {
		return -EBADF;
	}
	descriptor_close(process, frame->ebx);
	return 0;
}
