/* SPDX-License-Identifier: MIT
 * /dev/null and /dev/zero (null(4)).
 */
#include "file.h"
#include "memory.h"

static int null_read(struct process *process, struct file *file, unsigned buffer, unsigned size)
{
	(void)process, (void)file, (void)buffer, (void)size;
	return 0;
}

static int null_write(struct process *process, struct file *file, unsigned buffer, unsigned size)
{
	(void)process, (void)file, (void)buffer;
	return (int)size;
}

static int null_ioctl(struct process *process, struct file *file, unsigned request, unsigned argument)
{
	(void)process, (void)file, (void)request, (void)argument;
	return -ENOTTY;
}

static const struct file_operations null_operations = { null_read, null_write, null_ioctl, NULL, NULL };

static int zero_read(struct process *process, struct file *file, unsigned buffer, unsigned size)
{
	static const char zeroes[PAGE_SIZE];
	unsigned done = 0;

	(void)file;
	while (done < size && !signal_ends(process)) {
		unsigned length = size - done < PAGE_SIZE ? size - done : PAGE_SIZE;
		if (copy_out(process, buffer + done, zeroes, length) < 0) {
			return done > 0 ? (int)done : -EFAULT;
		}
		done += length;
	}
	return (int)done;
}

static const struct file_operations zero_operations = { zero_read, null_write, null_ioctl, NULL, NULL };

static struct file *open_device(const struct file_operations *operations, unsigned flags)
{
	struct file *file = file_create(operations, NULL, flags & ~OPEN_ONLY_FLAGS);

	if (file) {
		file->mode = S_IFCHR | 0666;
	}
	return file;
}

struct file *null_open(unsigned flags) { return open_device(&null_operations, flags); }

struct file *zero_open(unsigned flags) { return open_device(&zero_operations, flags); }
