/* SPDX-License-Identifier: MIT
 * statfs(2), fstatfs(2), their 64-bit forms; sync(2), fsync(2), fdatasync(2), syncfs(2), posix_fadvise(2): what is
 * written stays in memory, so there is nothing to do for them.
 */
#include "disk.h"
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "syscalls.h"

#define EXT2_MAGIC 0xEF53u
#define TMPFS_MAGIC 0x01021994u

struct statfs {
	unsigned type, block_size, blocks, free, available, files, free_files, id[2], name_length, fragment_size, flags;
	unsigned spare[4];
};

struct statfs64 {
	unsigned type, block_size;
	unsigned long long blocks, free, available, files, free_files;
	unsigned id[2], name_length, fragment_size, flags, spare[4];
} __attribute__((packed));
_Static_assert(sizeof(struct statfs) == 64 && sizeof(struct statfs64) == 84, "the sizes of Linux");

/* What can still be written is what memory there is. */
static struct statfs facts(void)
{
	bool disk = disk_sectors() > 0;
	unsigned room = frames_free();

	return (struct statfs){
		.type = disk ? EXT2_MAGIC : TMPFS_MAGIC,
		.block_size = PAGE_SIZE,
		.blocks = (disk ? ext2_blocks() / (PAGE_SIZE / ext2_block_size()) : 0) + room,
		.free = room,
		.available = room,
		.files = disk ? ext2_inodes() : 0,
		.name_length = NAME_LIMIT,
		.fragment_size = PAGE_SIZE,
	};
}

static int give(struct process *process, unsigned to)
{
	struct statfs all = facts();

	return copy_out(process, to, &all, sizeof(all));
}

static int give64(struct process *process, unsigned to, unsigned size)
{
	struct statfs all = facts();
	struct statfs64 wide;

	if (size != sizeof(wide)) {
		return -EINVAL;
	}
	memset(&wide, 0, sizeof(wide));
	wide.type = all.type;
	wide.block_size = all.block_size;
	wide.blocks = all.blocks;
	wide.free = all.free;
	wide.available = all.available;
	wide.files = all.files;
	wide.name_length = all.name_length;
	wide.fragment_size = all.fragment_size;
	return copy_out(process, to, &wide, sizeof(wide));
}

static int find_path(struct process *process, unsigned path)
{
	int error;
	struct inode *inode = path_open(process, AT_FDCWD, path, true, &error);

	if (inode) {
		inode_release(inode);
	}
	return error;
}

int sys_statfs(struct process *process, const struct syscall_frame *frame)
{
	int error = find_path(process, frame->ebx);

	return error < 0 ? error : give(process, frame->ecx);
}

int sys_statfs64(struct process *process, const struct syscall_frame *frame)
{
	int error = find_path(process, frame->ebx);

	return error < 0 ? error : give64(process, frame->edx, frame->ecx);
}

int sys_fstatfs(struct process *process, const struct syscall_frame *frame)
{
	return file_of(process, frame->ebx) ? give(process, frame->ecx) : -EBADF;
}

int sys_fstatfs64(struct process *process, const struct syscall_frame *frame)
{
	return file_of(process, frame->ebx) ? give64(process, frame->edx, frame->ecx) : -EBADF;
}

int sys_sync(struct process *process, const struct syscall_frame *frame)
{
	(void)process, (void)frame;
	return 0;
}

int sys_fsync(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = file_of(process, frame->ebx);

	return !file ? -EBADF : file->inode ? 0 : -EINVAL;
}

int sys_fadvise64(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = file_of(process, frame->ebx);

	return !file ? -EBADF : file->inode ? 0 : -ESPIPE;
}

/* getxattr(2), listxattr(2) and their relatives: no file has extended attributes. */
int sys_no_attributes(struct process *process, const struct syscall_frame *frame)
{
	(void)process, (void)frame;
	return -EOPNOTSUPP;
}
