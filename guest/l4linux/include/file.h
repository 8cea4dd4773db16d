/* SPDX-License-Identifier: MIT
 * Open files: a table of operations and the device behind them. Buffers are user addresses, so that an
 * operation itself decides how it copies.
 */
#ifndef LINUX_FILE_H
#define LINUX_FILE_H

#include "process.h"

struct file;

struct file_operations {
	int (*read)(struct process *process, struct file *file, unsigned buffer, unsigned size);
	int (*write)(struct process *process, struct file *file, unsigned buffer, unsigned size);
	int (*ioctl)(struct process *process, struct file *file, unsigned request, unsigned argument);
};

struct file {
	const struct file_operations *operations;
	void *device;
	unsigned flags; /* O_* */
	unsigned references;
};

struct file *file_create(const struct file_operations *operations, void *device, unsigned flags);
void file_release(struct file *file);
struct file *file_of(struct process *process, unsigned fd); /* null: EBADF */
void files_copy(const struct process *from, struct process *to);
void files_close(struct process *process);

extern const struct file_operations null_operations;

/* Opens fds 0, 1 and 2 on the three serial ports. */
bool serial_files_open(struct process *process);
void serial_start(void);
struct file *serial_tty_open(unsigned flags); /* /dev/tty; null: there is no terminal */

#endif
