/* SPDX-License-Identifier: MIT
 * getdents64(2). The position of an open directory counts names; "." and ".." are the first two.
 */
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "syscalls.h"

#define ENTRY_ALIGNMENT 8u

struct dirent64 {
	unsigned long long number, offset;
	unsigned short length;
	unsigned char type;
	char name[];
} __attribute__((packed));

static const char *name_at(struct inode *directory, unsigned position, struct inode **inode)
{
	struct directory_entry *entry = directory->entries;

	if (position < 2) {
		*inode = position == 0 ? directory : directory->parent;
		return position == 0 ? "." : "..";
	}
	while (entry && position-- > 2) {
		entry = entry->next;
	}
	*inode = entry ? entry->inode : NULL;
	return entry ? entry->name : NULL;
}

int sys_getdents64(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = file_of(process, frame->ebx);
	unsigned done = 0;
	struct inode *inode;
	const char *name;

	if (!file || !file->inode || (file->inode->mode & S_IFMT) != S_IFDIR) {
		return file ? -ENOTDIR : -EBADF;
	}
	while ((name = name_at(file->inode, file->position, &inode))) {
		unsigned used = sizeof(struct dirent64) + strlen(name) + 1;
		unsigned length = (used + ENTRY_ALIGNMENT - 1) & ~(ENTRY_ALIGNMENT - 1);
		struct dirent64 entry = { inode->number, file->position + 1, (unsigned short)length,
					  (unsigned char)(inode->mode >> 12), };
		unsigned to = frame->ecx + done;
		if (length > frame->edx - done) {
			return done > 0 ? (int)done : -EINVAL;
		}
		if (copy_out(process, to, &entry, sizeof(entry)) < 0 ||
		    copy_out(process, to + sizeof(entry), name, strlen(name) + 1) < 0) {
			return -EFAULT;
		}
		done += length;
		file->position++;
	}
	return (int)done;
}
