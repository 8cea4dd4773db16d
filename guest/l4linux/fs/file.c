/* SPDX-License-Identifier: MIT
 * Open files, and each process's table of descriptors, which dup() and fork() let share them.
 */
#include "file.h"
#include "inode.h"
#include "memory.h"

static struct pool file_pool = { sizeof(struct file), NULL };

struct file *file_create(const struct file_operations *operations, void *device, unsigned flags)
{
	struct file *file = pool_allocate(&file_pool);

	if (file) {
		file->operations = operations;
		file->device = device;
		file->flags = flags;
		file->references = 1;
	}
	return file;
}

void file_release(struct file *file)
{
	if (--file->references == 0) {
		if (file->operations->release) {
			file->operations->release(file);
		}
		if (file->inode) {
			inode_release(file->inode);
		}
		pool_free(&file_pool, file);
	}
}

struct file *file_of(struct process *process, unsigned fd)
{
	return fd < FILES_PER_PROCESS ? process->table->files[fd] : NULL;
}

int descriptor_install(struct process *process, struct file *file, unsigned lowest, bool close_on_exec)
{
	for (unsigned fd = lowest; fd < FILES_PER_PROCESS; fd++) {
		if (!process->table->files[fd]) {
			process->table->files[fd] = file;
			process->table->close_on_exec[fd] = close_on_exec;
			return (int)fd;
		}
	}
	file_release(file);
	return -EMFILE;
}

void descriptor_close(struct process *process, unsigned fd)
{
	struct file *file = process->table->files[fd];

	process->table->files[fd] = NULL;
	file_release(file);
}

void files_copy(const struct process *from, struct process *to)
{
	for (unsigned fd = 0; fd < FILES_PER_PROCESS; fd++) {
		to->table->files[fd] = from->table->files[fd];
		to->table->close_on_exec[fd] = from->table->close_on_exec[fd];
		if (to->table->files[fd]) {
			to->table->files[fd]->references++;
		}
	}
}

void files_exec(struct process *process)
{
	for (unsigned fd = 0; fd < FILES_PER_PROCESS; fd++) {
		if (process->table->files[fd] && process->table->close_on_exec[fd]) {
			descriptor_close(process, fd);
		}
	}
}

void files_close(struct process *process)
{
	for (unsigned fd = 0; fd < FILES_PER_PROCESS; fd++) {
		if (process->table->files[fd]) {
			descriptor_close(process, fd);
		}
	}
}
