/* SPDX-License-Identifier: MIT
 * getdents(2), getdents64(2). The position of an open directory is the next entry's cookie; "." and ".." are 0 and 1.
 */
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "syscalls.h"

struct dirent64 {
	unsigned long long number, offset;
	unsigned short length;
	unsigned char type;
	char name[];
} __attribute__((packed));

struct linux_dirent {
	unsigned number, offset;
	unsigned short length;
	char name[];
};

/* What stands at a position: its own number, its name, its kind. */
struct shown {
	unsigned number, position;
	const char *name;
	unsigned char kind;
};

static bool find(struct inode *directory, unsigned position, struct shown *shown)
{
	const struct directory_entry *entry = directory->entries;

	if (position < 2) {
		struct inode *inode = position == 0 ? directory : directory->parent;
		*shown = (struct shown){ inode->number, position, position == 0 ? "." : "..", S_IFDIR >> 12 };
		return true;
	}
	while (entry && entry->cookie < position) {
		entry = entry->next;
	}
	if (entry) {
		*shown = (struct shown){ entry->number, entry->cookie, entry->name, entry->kind };
	}
	return entry != NULL;
}

/* Puts one entry there: its length, -EINVAL if it does not fit, or -EFAULT. */
typedef int put_entry(struct process *process, unsigned to, unsigned room, const struct shown *shown);

static int put_dirent64(struct process *process, unsigned to, unsigned room, const struct shown *shown)
{
	unsigned name_size = strlen(shown->name) + 1;
	unsigned length = (sizeof(struct dirent64) + name_size + 7) & ~7u;
	struct dirent64 entry = { shown->number, shown->position + 1, (unsigned short)length, shown->kind };

	if (length > room) {
		return -EINVAL;
	}
	if (copy_out(process, to, &entry, sizeof(entry)) < 0 ||
	    copy_out(process, to + sizeof(entry), shown->name, name_size) < 0) {
		return -EFAULT;
	}
	return (int)length;
}

/* The kind is the entry's last byte. */
static int put_dirent(struct process *process, unsigned to, unsigned room, const struct shown *shown)
{
	unsigned name_size = strlen(shown->name) + 1;
	unsigned length = (offsetof(struct linux_dirent, name) + name_size + 1 + 3) & ~3u;
	struct linux_dirent entry = { shown->number, shown->position + 1, (unsigned short)length };

	if (length > room) {
		return -EINVAL;
	}
	if (copy_out(process, to, &entry, offsetof(struct linux_dirent, name)) < 0 ||
	    copy_out(process, to + offsetof(struct linux_dirent, name), shown->name, name_size) < 0 ||
	    copy_out(process, to + length - 1, &shown->kind, 1) < 0) {
		return -EFAULT;
	}
	return (int)length;
}

static int give_entries(struct process *process, struct file *file, unsigned to, unsigned size, put_entry *put)
{
	struct shown shown;
	unsigned done = 0;
	int length = directory_names(file->inode);

	while (length >= 0 && find(file->inode, file->position, &shown)) {
		length = put(process, to + done, size - done, &shown);
		if (length >= 0) {
			done += (unsigned)length;
			file->position = shown.position + 1;
		}
	}
	return length < 0 && done == 0 ? length : (int)done;
}

static int getdents(struct process *process, const struct syscall_frame *frame, put_entry *put)
{
	struct file *file = file_of(process, frame->ebx);

	if (!file || !file->inode || !is_directory(file->inode)) {
		return file ? -ENOTDIR : -EBADF;
	}
	if (file->inode->links == 0) {
		return -ENOENT;
	}
	file_system_enter();
	int result = give_entries(process, file, frame->ecx, frame->edx, put);
	file_system_leave();
	return result;
}

int sys_getdents(struct process *process, const struct syscall_frame *frame)
{
	return getdents(process, frame, put_dirent);
}

int sys_getdents64(struct process *process, const struct syscall_frame *frame)
{
	return getdents(process, frame, put_dirent64);
}
