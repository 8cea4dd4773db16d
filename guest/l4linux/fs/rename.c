/* SPDX-License-Identifier: MIT
 * rename(2), renameat(2), renameat2(2). Everything is checked before anything is changed.
 */
#include "inode.h"
#include "syscalls.h"

struct move {
	int to_fd;
	unsigned to_address, flags;
	const struct place *from;
};

static bool is_dot(const char *name)
{
	return strcmp(name, "") == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool is_inside(const struct inode *directory, const struct inode *top)
{
	while (directory != top && directory != directory->parent) {
		directory = directory->parent;
	}
	return directory == top;
}

static int check(const struct place *from, const struct place *to, unsigned flags)
{
	if (is_dot(from->name) || is_dot(to->name)) {
		return -EBUSY;
	}
	if (is_directory(from->inode) && is_inside(to->directory, from->inode)) {
		return -EINVAL;
	}
	if (!to->inode) {
		return to->must_be_directory && !is_directory(from->inode) ? -ENOTDIR : 0;
	}
	if (flags & RENAME_NOREPLACE) {
		return -EEXIST;
	}
	if (is_directory(from->inode) != is_directory(to->inode)) {
		return is_directory(to->inode) ? -EISDIR : -ENOTDIR;
	}
	if (!is_directory(to->inode) || from->inode == to->inode) {
		return 0;
	}
	int error = directory_names(to->inode);
	return error == 0 && to->inode->entries ? -ENOTEMPTY : error;
}

static int move_to(struct process *process, struct place *to, unsigned move_address)
{
	const struct move *move = (const struct move *)move_address;
	const struct place *from = move->from;
	int error = check(from, to, move->flags);

	(void)process;
	if (error < 0 || from->inode == to->inode) {
		return error;
	}
	inode_hold(from->inode);
	if (to->inode) {
		inode_hold(to->inode);
	}
	error = directory_add(to->directory, to->name, from->inode);
	if (error == 0) {
		if (to->inode) {
			directory_remove(to->directory, to->name, to->inode); /* the first of the name: the old one */
			to->inode->links = is_directory(to->inode) ? 0 : to->inode->links;
		}
		directory_remove(from->directory, from->name, from->inode);
	}
	if (to->inode) {
		inode_release(to->inode);
	}
	inode_release(from->inode);
	return error;
}

/* The second path is looked up while the first place is known, under the same lock. */
static int move_from(struct process *process, struct place *from, unsigned move_address)
{
	struct move *move = (struct move *)move_address;

	if (!from->inode) {
		return -ENOENT;
	}
	move->from = from;
	return at_place(process, move->to_fd, move->to_address, false, move_to, move_address);
}

static int rename(struct process *process, int from_fd, unsigned from, struct move move)
{
	if (move.flags & ~RENAME_NOREPLACE) {
		return -EINVAL;
	}
	return at_place(process, from_fd, from, false, move_from, (unsigned)&move);
}

int sys_rename(struct process *process, const struct syscall_frame *frame)
{
	return rename(process, AT_FDCWD, frame->ebx, (struct move){ AT_FDCWD, frame->ecx, 0, NULL });
}

int sys_renameat(struct process *process, const struct syscall_frame *frame)
{
	return rename(process, (int)frame->ebx, frame->ecx, (struct move){ (int)frame->edx, frame->esi, 0, NULL });
}

int sys_renameat2(struct process *process, const struct syscall_frame *frame)
{
	return rename(process, (int)frame->ebx, frame->ecx,
		      (struct move){ (int)frame->edx, frame->esi, frame->edi, NULL });
}
