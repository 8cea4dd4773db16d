/* SPDX-License-Identifier: MIT
 * The times of files, in whole seconds: utime(2), utimes(2), utimensat(2) with both kinds of timespec.
 */
#include "clock.h"
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "syscalls.h"

#define UTIME_NOW 0x3FFFFFFFu
#define UTIME_OMIT 0x3FFFFFFEu
#define BILLION 1000000000u

/* Seconds and nanoseconds, or one of the two special values as nanoseconds. */
struct two_times {
	struct timespec accessed, modified;
};

static const struct two_times both_now = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };

static unsigned chosen(unsigned old, const struct timespec *wanted)
{
	unsigned nanoseconds = (unsigned)wanted->nanoseconds;

	return nanoseconds == UTIME_OMIT ? old : nanoseconds == UTIME_NOW ? clock_now() : (unsigned)wanted->seconds;
}

static bool is_valid(const struct timespec *time)
{
	unsigned nanoseconds = (unsigned)time->nanoseconds;

	return nanoseconds < BILLION || nanoseconds == UTIME_NOW || nanoseconds == UTIME_OMIT;
}

static void set(struct inode *inode, const struct two_times *times)
{
	inode->accessed = chosen(inode->accessed, &times->accessed);
	inode->modified = chosen(inode->modified, &times->modified);
	inode->changed = clock_now();
	inode->is_kept = true;
}

/* path 0: the file that fd itself is */
static int set_times(struct process *process, int fd, unsigned path, unsigned flags, const struct two_times *times)
{
	int error;

	if (!is_valid(&times->accessed) || !is_valid(&times->modified) || (flags & ~AT_SYMLINK_NOFOLLOW)) {
		return -EINVAL;
	}
	if (path == 0) {
		struct file *file = fd == AT_FDCWD ? NULL : file_of(process, (unsigned)fd);
		if (fd == AT_FDCWD || (file && !file->inode)) {
			return fd == AT_FDCWD ? -EFAULT : -EINVAL;
		}
		if (file) {
			set(file->inode, times);
		}
		return file ? 0 : -EBADF;
	}
	struct inode *inode = path_open(process, fd, path, !(flags & AT_SYMLINK_NOFOLLOW), &error);
	if (!inode) {
		return error;
	}
	set(inode, times);
	inode_release(inode);
	return 0;
}

int sys_utime(struct process *process, const struct syscall_frame *frame)
{
	int seconds[2];
	struct two_times times = both_now;

	if (frame->ecx) {
		if (copy_in(process, seconds, frame->ecx, sizeof(seconds)) < 0) {
			return -EFAULT;
		}
		times = (struct two_times){ { seconds[0], 0 }, { seconds[1], 0 } };
	}
	return set_times(process, AT_FDCWD, frame->ebx, 0, &times);
}

int sys_utimes(struct process *process, const struct syscall_frame *frame)
{
	struct timeval given[2];
	struct two_times times = both_now;

	if (frame->ecx) {
		if (copy_in(process, given, frame->ecx, sizeof(given)) < 0) {
			return -EFAULT;
		}
		if ((unsigned)given[0].microseconds >= 1000000 || (unsigned)given[1].microseconds >= 1000000) {
			return -EINVAL;
		}
		times = (struct two_times){ { given[0].seconds, 0 }, { given[1].seconds, 0 } };
	}
	return set_times(process, AT_FDCWD, frame->ebx, 0, &times);
}

int sys_utimensat(struct process *process, const struct syscall_frame *frame)
{
	struct two_times times = both_now;

	if (frame->edx && copy_in(process, &times, frame->edx, sizeof(times)) < 0) {
		return -EFAULT;
	}
	return set_times(process, (int)frame->ebx, frame->ecx, frame->esi, &times);
}

int sys_utimensat_time64(struct process *process, const struct syscall_frame *frame)
{
	int given[8]; /* seconds and nanoseconds, 64 bits each */
	struct two_times times = both_now;

	if (frame->edx) {
		if (copy_in(process, given, frame->edx, sizeof(given)) < 0) {
			return -EFAULT;
		}
		times = (struct two_times){ { given[0], given[2] }, { given[4], given[6] } };
	}
	return set_times(process, (int)frame->ebx, frame->ecx, frame->esi, &times);
}
