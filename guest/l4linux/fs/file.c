/* SPDX-License-Identifier: MIT
 * Open files and the table of file descriptors.
 */
#include "file.h"
#include "memory.h"

static struct pool file_pool = { sizeof(struct file), NULL };

struct file *file_create(const struct file_operations *operations, void *device, unsigned flags)
{
	struct file *file = pool_allocate(&file_pool);

	if (file) {
		*file = (struct file){ operations, device, flags, 1 };
	}
	return file;
}

void file_release(struct file *file)
{
	if (--file->references == 0) {
		pool_free(&file_pool, file);
	}
}

struct file *file_of(struct process *process, unsigned fd)
{
	return fd < FILES_PER_PROCESS ? process->files[fd] : NULL;
}

void files_copy(const struct process *from, struct process *to)
{
	for (unsigned fd = 0; fd < FILES_PER_PROCESS; fd++) {
		to->files[fd] = from->files[fd];
		if (to->files[fd]) {
			to->files[fd]->references++;
		}
	}
}

void files_close(struct process *process)
{
	for (unsigned fd = 0; fd < FILES_PER_PROCESS; fd++) {
		if (process->files[fd]) {
			file_release(process->files[fd]);
			process->files[fd] = NULL;
		}
	}
}
