/* SPDX-License-Identifier: MIT
 * Open files of the root file system: reading and writing at the file's position, and seeking.
 */
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "syscalls.h"

static const char zeroes[PAGE_SIZE];

/* What one 4 KB piece gives: the length, 0 at the end, or a negative error. */
static int read_piece(struct process *process, struct file *file, unsigned buffer, unsigned size)
{
	struct inode *inode = file->inode;
	unsigned rest = file->position < inode->size ? inode->size - file->position : 0;
	unsigned length = PAGE_SIZE - file->position % PAGE_SIZE;
	int error = 0;

	length = length < rest ? length : rest;
	length = length < size ? length : size;
	const char *bytes = length > 0 ? inode_piece(inode, file->position, &error) : NULL;
	if (error == 0 && length > 0) {
		error = copy_out(process, buffer, bytes ? bytes : zeroes, length);
	}
	if (error < 0) {
		return error;
	}
	file->position += length;
	return (int)length;
}

/* Writes what is in one 4 KB piece: the length, or a negative error. */
static int write_piece(struct process *process, struct file *file, unsigned buffer, unsigned size)
{
	struct inode *inode = file->inode;
	unsigned length = PAGE_SIZE - file->position % PAGE_SIZE;
	int error;

	length = length < size ? length : size;
	if (file->position > FILE_SIZE_LIMIT - length) {
		return -EFBIG;
	}
	char *bytes = inode_piece_for_writing(inode, file->position, &error);
	if (!bytes) {
		return error;
	}
	if (copy_in(process, bytes, buffer, length) < 0) {
		return -EFAULT;
	}
	file->position += length;
	inode->size = file->position > inode->size ? file->position : inode->size;
	return (int)length;
}

typedef int move_piece(struct process *process, struct file *file, unsigned buffer, unsigned size);

/* Piece by piece, the lock left in between. */
static int move(struct process *process, struct file *file, unsigned buffer, unsigned size, move_piece *piece)
{
	unsigned done = 0;

	while (done < size && !signal_ends(process)) {
		file_system_enter();
		int length = piece(process, file, buffer + done, size - done);
		file_system_leave();
		if (length < 0) {
			return done > 0 ? (int)done : length;
		}
		if (length == 0) {
			break;
		}
		done += (unsigned)length;
	}
	return (int)done;
}

static int inode_file_read(struct process *process, struct file *file, unsigned buffer, unsigned size)
{
	return is_directory(file->inode) ? -EISDIR : move(process, file, buffer, size, read_piece);
}

static int inode_file_write(struct process *process, struct file *file, unsigned buffer, unsigned size)
{
	if (file->flags & O_APPEND) {
		file->position = file->inode->size;
	}
	int length = move(process, file, buffer, size, write_piece);
	if (length > 0) {
		inode_touch(file->inode);
	}
	return length;
}

static int inode_file_ioctl(struct process *process, struct file *file, unsigned request, unsigned argument)
{
	(void)process, (void)file, (void)request, (void)argument;
	return -ENOTTY;
}

const struct file_operations inode_file_operations = { inode_file_read, inode_file_write, inode_file_ioctl, NULL, NULL };

/* The new position, or a negative error. */
static int seek(struct file *file, unsigned high, unsigned low, unsigned whence)
{
	if (!file->inode || (file->inode->mode & S_IFMT) == S_IFCHR) {
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

/* pread64(2), pwrite64(2): the position is another one meanwhile; nobody sees that, because the lock is kept. */
static int at_position(struct process *process, const struct syscall_frame *frame, struct file *file, bool write)
{
	unsigned position = file->position;
	unsigned size = frame->edx < LARGEST_TRANSFER ? frame->edx : LARGEST_TRANSFER;

	if (!file->inode) {
		return -ESPIPE;
	}
	if (frame->edi != 0 || frame->esi > FILE_SIZE_LIMIT) {
		return (int)frame->edi < 0 ? -EINVAL : write ? -EFBIG : 0;
	}
	file_system_enter();
	file->position = frame->esi;
	int result = write ? file->operations->write(process, file, frame->ecx, size)
			   : file->operations->read(process, file, frame->ecx, size);
	file->position = position;
	file_system_leave();
	return result;
}

int sys_pread64(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = file_of(process, frame->ebx);

	return !file || (file->flags & O_ACCMODE) == O_WRONLY ? -EBADF : at_position(process, frame, file, false);
}

int sys_pwrite64(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = file_of(process, frame->ebx);

	return !file || (file->flags & O_ACCMODE) == O_RDONLY ? -EBADF : at_position(process, frame, file, true);
}
