/* SPDX-License-Identifier: MIT
 * Names that come and go: mkdir(2), rmdir(2), unlink(2), symlink(2), link(2), each with its at form. Everything is
 * checked before anything is changed.
 */
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "syscalls.h"

static bool is_dot(const char *name)
{
	return strcmp(name, "") == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Gives what was just made its first name, or lets it go. */
static int add_new(struct place *place, struct inode *inode)
{
	if (!inode) {
		return -ENOSPC;
	}
	inode_hold(inode);
	int error = directory_add(place->directory, place->name, inode);
	if (error < 0) {
		inode->links = 0;
	}
	inode_release(inode);
	return error;
}

static int make_directory(struct process *process, struct place *place, unsigned mode)
{
	if (place->inode) {
		return -EEXIST;
	}
	return add_new(place, inode_create(S_IFDIR | (mode & PERMISSIONS & ~process->umask)));
}

static int make_link(struct process *process, struct place *place, unsigned target)
{
	(void)process;
	if (place->inode || place->must_be_directory) {
		return place->inode ? -EEXIST : -ENOENT;
	}
	return add_new(place, link_create((const char *)target));
}

static int check_empty(struct inode *directory)
{
	int error = directory_names(directory);

	return error == 0 && directory->entries ? -ENOTEMPTY : error;
}

/* With its name goes the link that is its own ".". */
static void drop_directory(struct place *place)
{
	struct inode *directory = place->inode;

	inode_hold(directory);
	directory_remove(place->directory, place->name, directory);
	directory->links = 0;
	inode_release(directory);
}

static int remove_directory(struct process *process, struct place *place, unsigned unused)
{
	(void)process, (void)unused;
	if (!place->inode) {
		return -ENOENT;
	}
	if (!is_directory(place->inode)) {
		return -ENOTDIR;
	}
	if (place->inode == root_directory) {
		return -EBUSY;
	}
	if (is_dot(place->name)) {
		return strcmp(place->name, "..") == 0 ? -ENOTEMPTY : -EINVAL;
	}
	int error = check_empty(place->inode);
	if (error == 0) {
		drop_directory(place);
	}
	return error;
}

static int remove_file(struct process *process, struct place *place, unsigned unused)
{
	(void)process, (void)unused;
	if (!place->inode) {
		return -ENOENT;
	}
	if (is_directory(place->inode)) {
		return -EISDIR;
	}
	directory_remove(place->directory, place->name, place->inode);
	return 0;
}

int sys_mkdir(struct process *process, const struct syscall_frame *frame)
{
	return at_place(process, AT_FDCWD, frame->ebx, false, make_directory, frame->ecx);
}

int sys_mkdirat(struct process *process, const struct syscall_frame *frame)
{
	return at_place(process, (int)frame->ebx, frame->ecx, false, make_directory, frame->edx);
}

int sys_rmdir(struct process *process, const struct syscall_frame *frame)
{
	return at_place(process, AT_FDCWD, frame->ebx, false, remove_directory, 0);
}

int sys_unlink(struct process *process, const struct syscall_frame *frame)
{
	return at_place(process, AT_FDCWD, frame->ebx, false, remove_file, 0);
}

int sys_unlinkat(struct process *process, const struct syscall_frame *frame)
{
	if (frame->edx & ~AT_REMOVEDIR) {
		return -EINVAL;
	}
	return at_place(process, (int)frame->ebx, frame->ecx, false,
			frame->edx & AT_REMOVEDIR ? remove_directory : remove_file, 0);
}

static int symlink(struct process *process, unsigned target_address, int fd, unsigned address)
{
	int error = 0;
	char *target = path_in(process, target_address, &error);

	if (target) {
		error = at_place(process, fd, address, false, make_link, (unsigned)target);
		path_free(target);
	}
	return error;
}

int sys_symlink(struct process *process, const struct syscall_frame *frame)
{
	return symlink(process, frame->ebx, AT_FDCWD, frame->ecx);
}

int sys_symlinkat(struct process *process, const struct syscall_frame *frame)
{
	return symlink(process, frame->ebx, (int)frame->ecx, frame->edx);
}

static int add_name(struct process *process, struct place *place, unsigned inode_address)
{
	struct inode *inode = (struct inode *)inode_address;

	(void)process;
	if (place->inode) {
		return -EEXIST;
	}
	if (is_directory(inode)) {
		return -EPERM;
	}
	if (place->must_be_directory || inode->links == 0) {
		return -ENOENT;
	}
	int error = directory_add(place->directory, place->name, inode);
	if (error == 0) {
		inode->changed = place->directory->changed;
	}
	return error;
}

static int link(struct process *process, int from_fd, unsigned from, int fd, unsigned to, bool follow)
{
	int error;
	struct inode *inode = path_open(process, from_fd, from, follow, &error);

	if (inode) {
		error = at_place(process, fd, to, false, add_name, (unsigned)inode);
		inode_release(inode);
	}
	return error;
}

int sys_link(struct process *process, const struct syscall_frame *frame)
{
	return link(process, AT_FDCWD, frame->ebx, AT_FDCWD, frame->ecx, false);
}

int sys_linkat(struct process *process, const struct syscall_frame *frame)
{
	if (frame->edi & ~AT_SYMLINK_FOLLOW) {
		return -EINVAL;
	}
	return link(process, (int)frame->ebx, frame->ecx, (int)frame->edx, frame->esi, frame->edi != 0);
}
