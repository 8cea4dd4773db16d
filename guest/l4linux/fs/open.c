/* SPDX-License-Identifier: MIT
 * open(2), close(2). There is no file system yet: the names are two devices.
 */
#include "file.h"
#include "memory.h"
#include "syscalls.h"

#define PATH_LIMIT 256

static int free_descriptor(struct process *process)
{
	for (int fd = 0; fd < FILES_PER_PROCESS; fd++) {
		if (!process->files[fd]) {
			return fd;
		}
	}
	return -EMFILE;
}

int sys_open(struct process *process, const struct syscall_frame *frame)
{
	char path[PATH_LIMIT];
	int length = string_in(process, path, frame->ebx, sizeof(path));
	int fd = free_descriptor(process);
	struct file *file = NULL;

	if (length < 0 || fd < 0) {
		return length < 0 ? length : fd;
	}
	if (strcmp(path, "/dev/null") == 0) {
		file = file_create(&null_operations, NULL, frame->ecx);
	} else if (strcmp(path, "/dev/tty") == 0) {
		file = serial_tty_open(frame->ecx);
	}
	if (!file) {
		return -ENOENT;
	}
	process->files[fd] = file;
	return fd;
}

int sys_close(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = file_of(process, frame->ebx);

	if (!file) {
		return -EBADF;
	}
	process->files[frame->ebx] = NULL;
	file_release(file);
	return 0;
}
