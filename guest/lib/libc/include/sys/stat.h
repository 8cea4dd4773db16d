/* SPDX-License-Identifier: MIT
 * stat(2) and fstat(2): struct stat is the kernel's struct stat64.
 */
#ifndef LIBC_SYS_STAT_H
#define LIBC_SYS_STAT_H

struct stat {
	unsigned long long st_dev;
	unsigned padding, short_number;
	unsigned st_mode, st_nlink, st_uid, st_gid;
	unsigned long long st_rdev;
	unsigned more_padding;
	long long st_size;
	unsigned st_blksize;
	unsigned long long st_blocks;
	unsigned st_atime, atime_ns, st_mtime, mtime_ns, st_ctime, ctime_ns;
	unsigned long long st_ino;
} __attribute__((packed));

#define S_IFMT 0170000
#define S_IFIFO 0010000
#define S_IFCHR 0020000
#define S_ISDIR(mode) (((mode) & S_IFMT) == 0040000)
#define S_ISREG(mode) (((mode) & S_IFMT) == 0100000)

int stat(const char *path, struct stat *result);
int fstat(int fd, struct stat *result);

#endif
