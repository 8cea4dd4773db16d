/* SPDX-License-Identifier: MIT
 * read(2), write(2), readv(2), writev(2), ioctl(2): find the file, check its mode, let it do the work.
 */
#include "file.h"
#include "memory.h"
#include "syscalls.h"

#define IOVEC_LIMIT 1024

static unsigned bounded(unsigned size) { return size < LARGEST_TRANSFER ? size : LARGEST_TRANSFER; }

static struct file *readable(struct process *process, unsigned fd)
{
	struct file *file = file_of(process, fd);

	return file && (file->flags & O_ACCMODE) != O_WRONLY ? file : NULL;
}

static struct file *writable(struct process *process, unsigned fd)
{
	struct file *file = file_of(process, fd);

	return file && (file->flags & O_ACCMODE) != O_RDONLY ? file : NULL;
}

int sys_read(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = readable(process, frame->ebx);

	if (!file) {
		return -EBADF;
	}
	return file->operations->read(process, file, frame->ecx, bounded(frame->edx));
}

int sys_write(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = writable(process, frame->ebx);

	if (!file) {
		return -EBADF;
	}
	return file->operations->write(process, file, frame->ecx, bounded(frame->edx));
}

typedef int transfer(struct process *process, struct file *file, unsigned buffer, unsigned size);

/* All parts, until one is not done whole. */
static int for_each_part(struct process *process, struct file *file, unsigned list, unsigned count, transfer *move)
{
	int total = 0;

	if (count > IOVEC_LIMIT) {
		return -EINVAL;
	}
	for (unsigned i = 0; i < count; i++) {
		struct iovec part;
		if (copy_in(process, &part, list + i * sizeof(part), sizeof(part)) < 0) {
			return total > 0 ? total : -EFAULT;
		}
		if (part.length > LARGEST_TRANSFER - (unsigned)total) {
			return total > 0 ? total : -EINVAL;
		}
		if (part.length == 0) {
			continue;
		}
		int moved = move(process, file, part.base, part.length);
		if (moved < 0) {
			return total > 0 ? total : moved;
		}
		total += moved;
		if ((unsigned)moved < part.length) {
			break;
		}
	}
	return total;
}

int sys_readv(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = readable(process, frame->ebx);

	return file ? for_each_part(process, file, frame->ecx, frame->edx, file->operations->read) : -EBADF;
}

int sys_writev(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = writable(process, frame->ebx);

	return file ? for_each_part(process, file, frame->ecx, frame->edx, file->operations->write) : -EBADF;
}

int sys_ioctl(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = file_of(process, frame->ebx);

	return file ? file->operations->ioctl(process, file, frame->ecx, frame->edx) : -EBADF;
}
