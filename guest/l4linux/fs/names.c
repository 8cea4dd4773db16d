/* SPDX-License-Identifier: MIT
 * Changing directories' names: mkdir(2), rmdir(2), unlink(2), unlinkat(2), rename(2). Everything is checked before
 * anything is changed.
 */
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "syscalls.h"

typedef int place_action(struct process *process, struct place *place, unsigned argument);

static bool is_directory(const struct inode *inode) { return (inode->mode & S_IFMT) == S_IFDIR; }

static bool is_dot(const char *name)
{
	return strcmp(name, "") == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static int at_place(struct process *process, int fd, unsigned address, place_action *action, unsigned argument)
{
	int error = 0;
	char *path = path_in(process, address, &error);
	struct place place;

	if (!path) {
		return error;
	}
	struct inode *start = *path == '/' ? root_directory : path_start(process, fd, &error);
	if (start) {
		error = path_find(process, start, path, &place);
	}
	if (start && error == 0) {
		error = action(process, &place, argument);
	}
	path_free(path);
	return error;
}

static int make_directory(struct process *process, struct place *place, unsigned mode)
{
	if (place->inode) {
		return -EEXIST;
	}
	struct inode *inode = inode_create(S_IFDIR | (mode & PERMISSIONS & ~process->umask));
	if (!inode) {
		return -ENOSPC;
	}
	inode_hold(inode);
	int error = directory_add(place->directory, place->name, inode);
	inode_release(inode);
	return error;
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
	if (place->inode->entries) {
		return -ENOTEMPTY;
	}
	place->inode->parent = root_directory; /* the old one may go before those who stand in this one */
	directory_remove(place->directory, place->name);
	return 0;
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
	directory_remove(place->directory, place->name);
	return 0;
}

int sys_mkdir(struct process *process, const struct syscall_frame *frame)
{
	return at_place(process, AT_FDCWD, frame->ebx, make_directory, frame->ecx);
}

int sys_rmdir(struct process *process, const struct syscall_frame *frame)
{
	return at_place(process, AT_FDCWD, frame->ebx, remove_directory, 0);
}

int sys_unlink(struct process *process, const struct syscall_frame *frame)
{
	return at_place(process, AT_FDCWD, frame->ebx, remove_file, 0);
}

int sys_unlinkat(struct process *process, const struct syscall_frame *frame)
{
	if (frame->edx & ~AT_REMOVEDIR) {
		return -EINVAL;
	}
	return at_place(process, (int)frame->ebx, frame->ecx,
			frame->edx & AT_REMOVEDIR ? remove_directory : remove_file, 0);
}

static bool is_inside(const struct inode *directory, const struct inode *top)
{
	while (directory != top && directory != directory->parent) {
		directory = directory->parent;
	}
	return directory == top;
}

static int check_rename(const struct place *from, const struct place *to)
{
	if (!from->inode) {
		return -ENOENT;
	}
	if (is_dot(from->name) || is_dot(to->name)) {
		return -EBUSY;
	}
	if (is_directory(from->inode) && is_inside(to->directory, from->inode)) {
		return -EINVAL;
	}
	if (!to->inode) {
		return to->must_be_directory && !is_directory(from->inode) ? -ENOTDIR : 0;
	}
	if (is_directory(from->inode) != is_directory(to->inode)) {
		return is_directory(to->inode) ? -EISDIR : -ENOTDIR;
	}
	return to->inode->entries ? -ENOTEMPTY : 0;
}

static int move(struct process *process, struct place *to, unsigned from_address)
{
	const struct place *from = (const struct place *)from_address;
	int error = check_rename(from, to);

	(void)process;
	if (error < 0 || from->inode == to->inode) {
		return error;
	}
	error = directory_add(to->directory, to->name, from->inode);
	if (error < 0) {
		return error;
	}
	if (to->inode) {
		directory_remove(to->directory, to->name); /* the first of the name: the old one */
	}
	directory_remove(from->directory, from->name);
	return 0;
}

/* The second path is looked up while the first place is known; nothing blocks in between. */
static int move_from(struct process *process, struct place *from, unsigned to_address)
{
	return at_place(process, AT_FDCWD, to_address, move, (unsigned)from);
}

int sys_rename(struct process *process, const struct syscall_frame *frame)
{
	return at_place(process, AT_FDCWD, frame->ebx, move_from, frame->ecx);
}
