/* SPDX-License-Identifier: MIT
 * The stat family: stat64(2), lstat64(2), fstat64(2), fstatat64(2), statx(2); access(2), faccessat(2).
 */
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "syscalls.h"

#define BLOCK_SIZE 512u
#define SHORT_LINK 60u

struct stat64 {
	unsigned long long device;
	unsigned padding, short_number;
	unsigned mode, links, user, group;
	unsigned long long device_type;
	unsigned more_padding;
	long long size;
	unsigned block_size;
	unsigned long long blocks;
	unsigned accessed, accessed_ns, modified, modified_ns, changed, changed_ns;
	unsigned long long number;
} __attribute__((packed));

struct statx_time {
	long long seconds;
	unsigned nanoseconds, reserved;
};

struct statx {
	unsigned mask, block_size;
	unsigned long long attributes;
	unsigned links, user, group;
	unsigned short mode, spare;
	unsigned long long number, size, blocks, attributes_mask;
	struct statx_time accessed, born, changed, modified;
	unsigned device_type[2], device[2];
	unsigned long long more[14];
};
_Static_assert(sizeof(struct stat64) == 96 && sizeof(struct statx) == 256, "the sizes of Linux");

/* What all of them say about a file; one without an inode is a stream of the machine. */
struct facts {
	unsigned number, mode, links, user, group, device, size, size_high, accessed, modified, changed;
};

static struct facts facts_of(const struct inode *inode)
{
	return (struct facts){ inode->number,  inode->mode,	 inode->links,	  inode->user,	   inode->group,  inode->device,
			       inode->size,    inode->size_high, inode->accessed, inode->modified, inode->changed };
}

static struct facts facts_of_file(const struct file *file)
{
	return file->inode ? facts_of(file->inode) : (struct facts){ .mode = file->mode, .links = 1 };
}

static unsigned long long size_of(const struct facts *facts)
{
	return (unsigned long long)facts->size_high << 32 | facts->size;
}

/* Whole pages; the target of a short link takes none. */
static unsigned long long blocks_of(const struct facts *facts)
{
	bool is_short = (facts->mode & S_IFMT) == S_IFLNK && facts->size < SHORT_LINK;

	return is_short ? 0 : (size_of(facts) + PAGE_SIZE - 1) / PAGE_SIZE * (PAGE_SIZE / BLOCK_SIZE);
}

static int give_stat64(struct process *process, unsigned to, struct facts facts)
{
	struct stat64 stat;

	memset(&stat, 0, sizeof(stat));
	stat.device = 1;
	stat.number = stat.short_number = facts.number;
	stat.mode = facts.mode;
	stat.links = facts.links;
	stat.user = facts.user;
	stat.group = facts.group;
	stat.device_type = facts.device;
	stat.size = (long long)size_of(&facts);
	stat.block_size = PAGE_SIZE;
	stat.blocks = blocks_of(&facts);
	stat.accessed = facts.accessed;
	stat.modified = facts.modified;
	stat.changed = facts.changed;
	return copy_out(process, to, &stat, sizeof(stat));
}

static int give_statx(struct process *process, unsigned to, struct facts facts)
{
	struct statx stat;

	memset(&stat, 0, sizeof(stat));
	stat.mask = STATX_BASIC_STATS;
	stat.block_size = PAGE_SIZE;
	stat.links = facts.links;
	stat.mode = (unsigned short)facts.mode;
	stat.number = facts.number;
	stat.user = facts.user;
	stat.group = facts.group;
	stat.device_type[0] = facts.device >> 8;
	stat.device_type[1] = facts.device & 0xFF;
	stat.size = size_of(&facts);
	stat.blocks = blocks_of(&facts);
	stat.accessed.seconds = facts.accessed;
	stat.modified.seconds = facts.modified;
	stat.changed.seconds = facts.changed;
	stat.device[1] = 1;
	return copy_out(process, to, &stat, sizeof(stat));
}

/* The file that a directory, a path and AT_* flags name. */
static int find_facts(struct process *process, int fd, unsigned path, unsigned flags, struct facts *facts)
{
	char first;
	int error = 0;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC)) {
		return -EINVAL;
	}
	if ((flags & AT_EMPTY_PATH) && copy_in(process, &first, path, 1) == 0 && first == 0) {
		struct file *file = fd == AT_FDCWD ? NULL : file_of(process, (unsigned)fd);
		if (!file && fd != AT_FDCWD) {
			return -EBADF;
		}
		*facts = file ? facts_of_file(file) : facts_of(process->directory);
		return 0;
	}
	struct inode *inode = path_open(process, fd, path, !(flags & AT_SYMLINK_NOFOLLOW), &error);
	if (!inode) {
		return error;
	}
	*facts = facts_of(inode);
	inode_release(inode);
	return 0;
}

int sys_stat64(struct process *process, const struct syscall_frame *frame)
{
	struct facts facts;
	int error = find_facts(process, AT_FDCWD, frame->ebx, 0, &facts);

	return error < 0 ? error : give_stat64(process, frame->ecx, facts);
}

int sys_lstat64(struct process *process, const struct syscall_frame *frame)
{
	struct facts facts;
	int error = find_facts(process, AT_FDCWD, frame->ebx, AT_SYMLINK_NOFOLLOW, &facts);

	return error < 0 ? error : give_stat64(process, frame->ecx, facts);
}

int sys_fstat64(struct process *process, const struct syscall_frame *frame)
{
	struct file *file = file_of(process, frame->ebx);

	return file ? give_stat64(process, frame->ecx, facts_of_file(file)) : -EBADF;
}

int sys_fstatat64(struct process *process, const struct syscall_frame *frame)
{
	struct facts facts;
	int error = find_facts(process, (int)frame->ebx, frame->ecx, frame->esi, &facts);

	return error < 0 ? error : give_stat64(process, frame->edx, facts);
}

int sys_statx(struct process *process, const struct syscall_frame *frame)
{
	struct facts facts;
	int error = find_facts(process, (int)frame->ebx, frame->ecx, frame->edx, &facts);

	return error < 0 ? error : give_statx(process, frame->edi, facts);
}

/* Root may read and write everything, and execute what anybody may. */
static int access(struct process *process, int fd, unsigned path, unsigned wanted, bool follow)
{
	int error = 0;

	if (wanted & ~7u) {
		return -EINVAL;
	}
	struct inode *inode = path_open(process, fd, path, follow, &error);
	if (!inode) {
		return error;
	}
	if ((wanted & 1) && (inode->mode & S_IFMT) != S_IFDIR && !(inode->mode & ANY_EXECUTE)) {
		error = -EACCES;
	}
	inode_release(inode);
	return error;
}

int sys_access(struct process *process, const struct syscall_frame *frame)
{
	return access(process, AT_FDCWD, frame->ebx, frame->ecx, true);
}

int sys_faccessat(struct process *process, const struct syscall_frame *frame)
{
	return access(process, (int)frame->ebx, frame->ecx, frame->edx, true);
}

int sys_faccessat2(struct process *process, const struct syscall_frame *frame)
{
	if (frame->esi & ~(AT_SYMLINK_NOFOLLOW | AT_EACCESS)) {
		return -EINVAL;
	}
	return access(process, (int)frame->ebx, frame->ecx, frame->edx, !(frame->esi & AT_SYMLINK_NOFOLLOW));
}
