/* SPDX-License-Identifier: MIT
 * /dev/null (null(4)).
 */
#include "file.h"

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

struct file *null_open(unsigned flags)
{
	struct file *file = file_create(&null_operations, NULL, flags);

	if (file) {
		file->mode = S_IFCHR | 0666;
	}
	return file;
}
