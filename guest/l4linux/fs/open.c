/* SPDX-License-Identifier: MIT
 * open(2), openat(2), creat(2), close(2).
 */
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "syscalls.h"

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
	if (kind == S_IFDIR && (writes || (flags & O_CREAT))) {
		return -EISDIR;
	}
	if (kind != S_IFDIR && (flags & O_DIRECTORY)) {
		return -ENOTDIR;
	}
	return writes && place->inode->mapped ? -ETXTBSY : 0;
}

static struct file *open_inode(struct inode *inode, unsigned flags, int *error)
{
	struct file *file;

	if ((inode->mode & S_IFMT) == S_IFCHR) {
		file = inode->open_device(flags);
		*error = file ? 0 : -ENXIO;
		return file;
	}
	if ((inode->mode & S_IFMT) == S_IFREG && (flags & O_TRUNC)) {
		*error = inode_resize(inode, 0);
		if (*error < 0) {
			return NULL;
		}
	}
	file = file_create(&ram_operations, NULL, flags & ~OPEN_ONLY_FLAGS);
	if (file) {
		file->inode = inode;
		file->mode = inode->mode;
		inode_hold(inode);
	}
	*error = file ? 0 : -ENFILE;
	return file;
}

static int open_path(struct process *process, struct inode *start, char *path, unsigned flags, unsigned mode)
{
	struct place place;
	int error = path_find(process, start, path, &place);
	bool is_new = error == 0 && !place.inode;

	if (is_new) {
		error = flags & O_CREAT ? create(process, &place, mode) : -ENOENT;
	} else if (error == 0) {
		error = check(&place, flags);
	}
	if (error < 0) {
		return error;
	}
	struct file *file = open_inode(place.inode, flags, &error);
	return file ? descriptor_install(process, file, 0, flags & O_CLOEXEC) : error;
}

static int open(struct process *process, int directory, unsigned address, unsigned flags, unsigned mode)
{
	int error = 0;
	char *path = path_in(process, address, &error);

	if (!path) {
		return error;
	}
	struct inode *start = *path == '/' ? root_directory : path_start(process, directory, &error);
	int result = start ? open_path(process, start, path, flags, mode) : error;
	path_free(path);
	return result;
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
