/* SPDX-License-Identifier: MIT
 * read(2), write(2), writev(2), ioctl(2): find the file, check its mode, let it do the work.
 */
#include "file.h"
#include "memory.h"
#include "syscalls.h"

#define LARGEST_TRANSFER 0x7FFFF000u
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

int sys_writev(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = writable(process, frame->ebx);
	int total = 0;

	if (!file) {
		return -EBADF;
	}
	if (frame->edx > IOVEC_LIMIT) {
		return -EINVAL;
	}
	for (unsigned i = 0; i < frame->edx; i++) {
		struct iovec part;
		if (copy_in(process, &part, frame->ecx + i * sizeof(part), sizeof(part)) < 0) {
			return total > 0 ? total : -EFAULT;
		}
		if (part.length > LARGEST_TRANSFER - (unsigned)total) {
			return total > 0 ? total : -EINVAL;
		}
		if (part.length == 0) {
			continue;
		}
		int written = file->operations->write(process, file, part.base, part.length);
		if (written < 0) {
			return total > 0 ? total : written;
		}
		total += written;
		if ((unsigned)written < part.length) {
			break;
		}
	}
	return total;
}

int sys_ioctl(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = file_of(process, frame->ebx);

	return file ? file->operations->ioctl(process, file, frame->ecx, frame->edx) : -EBADF;
}
