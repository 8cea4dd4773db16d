/* SPDX-License-Identifier: MIT
 * Open files of the root file system: reading and writing at the file's position, seeking, and getdents64(2).
 */
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "syscalls.h"

static int ram_read(struct process *process, struct file *file, unsigned buffer, unsigned size)
{
	static const char zeroes[PAGE_SIZE];
	struct inode *inode = file->inode;
	unsigned done = 0;

	if ((inode->mode & S_IFMT) == S_IFDIR) {
		return -EISDIR;
	}
	while (done < size && file->position < inode->size) {
		unsigned rest = inode->size - file->position;
		unsigned length = PAGE_SIZE - file->position % PAGE_SIZE;
		const char *bytes = inode_piece(inode, file->position);
		length = length < rest ? length : rest;
		length = length < size - done ? length : size - done;
		if (copy_out(process, buffer + done, bytes ? bytes : zeroes, length) < 0) {
			return done > 0 ? (int)done : -EFAULT;
		}
		done += length;
		file->position += length;
	}
	return (int)done;
}

/* Writes what is in one 4 KB piece: the length, or a negative error. */
static int write_piece(struct process *process, struct file *file, unsigned buffer, unsigned size)
{
	struct inode *inode = file->inode;
	unsigned length = PAGE_SIZE - file->position % PAGE_SIZE;

	length = length < size ? length : size;
	if (file->position >= FILE_SIZE_LIMIT) {
		return -EFBIG;
	}
	char *bytes = inode_piece_for_writing(inode, file->position);
	if (!bytes) {
		return -ENOSPC;
	}
	if (copy_in(process, bytes, buffer, length) < 0) {
		return -EFAULT;
	}
	file->position += length;
	if (file->position > inode->size) {
		inode_resize(inode, file->position);
	}
	return (int)length;
}

static int ram_write(struct process *process, struct file *file, unsigned buffer, unsigned size)
{
	unsigned done = 0;

	if (file->flags & O_APPEND) {
		file->position = file->inode->size;
	}
	while (done < size) {
		int length = write_piece(process, file, buffer + done, size - done);
		if (length < 0) {
			return done > 0 ? (int)done : length;
		}
		done += (unsigned)length;
	}
	return (int)done;
}

static int ram_ioctl(struct process *process, struct file *file, unsigned request, unsigned argument)
{
	(void)process, (void)file, (void)request, (void)argument;
	return -ENOTTY;
}

static void ram_release(struct file *file) { inode_release(file->inode); }

const struct file_operations ram_operations = { ram_read, ram_write, ram_ioctl, ram_release, NULL };

/* The new position, or a negative error. */
static int seek(struct file *file, unsigned high, unsigned low, unsigned whence)
{
	if (!file->inode) {
		return -ESPIPE;
	}
	unsigned base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file->position : file->inode->size;
	long long wanted = (long long)((unsigned long long)high << 32 | low) + base;
	if (whence > SEEK_END || wanted < 0) {
		return -EINVAL;
	}
	if (wanted > 0x7FFFFFFF) {
		return -EOVERFLOW;
	}
	file->position = (unsigned)wanted;
	return (int)file->position;
}

int sys_lseek(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = file_of(process, frame->ebx);
	unsigned high = (int)frame->ecx < 0 ? ~0u : 0;

	return file ? seek(file, high, frame->ecx, frame->edx) : -EBADF;
}

int sys_llseek(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = file_of(process, frame->ebx);
	int position = file ? seek(file, frame->ecx, frame->edx, frame->edi) : -EBADF;

	if (position < 0) {
		return position;
	}
	unsigned result[2] = { (unsigned)position, 0 };
	return copy_out(process, frame->esi, result, sizeof(result));
}
