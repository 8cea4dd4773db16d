/* SPDX-License-Identifier: MIT
 * Open files: a table of operations and the device behind them. Buffers are user addresses, so that an
 * operation itself decides how it copies.
 */
#ifndef LINUX_FILE_H
#define LINUX_FILE_H

#include "process.h"

struct file;
struct inode;

struct file_operations {
	int (*read)(struct process *process, struct file *file, unsigned buffer, unsigned size);
	int (*write)(struct process *process, struct file *file, unsigned buffer, unsigned size);
	int (*ioctl)(struct process *process, struct file *file, unsigned request, unsigned argument);
	void (*release)(struct file *file); /* the last descriptor has gone; null: nothing to do */
	unsigned (*poll)(struct process *process, struct file *file); /* POLL*; null: always ready for all */
};

struct file {
	const struct file_operations *operations;
	void *device;
	unsigned flags; /* O_* */
	unsigned references;
	struct inode *inode; /* null: a stream of the machine, or a pipe */
	unsigned mode;	     /* S_IF* and permissions, for fstat(2) */
	unsigned position;
};

struct file *file_create(const struct file_operations *operations, void *device, unsigned flags);
void file_release(struct file *file);
struct file *file_of(struct process *process, unsigned fd); /* null: EBADF */

/* The lowest free descriptor from there on, or -EMFILE, and the file is released. */
int descriptor_install(struct process *process, struct file *file, unsigned lowest, bool close_on_exec);
void descriptor_close(struct process *process, unsigned fd);
void files_copy(const struct process *from, struct process *to);
void files_exec(struct process *process); /* those go that shall not outlive execve(2) */
void files_close(struct process *process);

#define LARGEST_TRANSFER 0x7FFFF000u /* of one call, as with Linux */

extern const struct file_operations inode_file_operations;
struct file *null_open(unsigned flags);
struct file *zero_open(unsigned flags);

/* Opens fds 0, 1 and 2 on the three serial ports. */
bool serial_files_open(struct process *process);
void serial_start(void);
struct file *serial_tty_open(unsigned flags); /* /dev/tty; null: there is no terminal */

#endif
