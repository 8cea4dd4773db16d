/* SPDX-License-Identifier: MIT
 * Checks files and directories in /tmp: open and its flags, reading, writing, seeking, names, stat, getdents64, and
 * Linux's errors. The exit status is the number of failures. It passes on a real Linux too.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WILD ((void *)0xC0000000u)
#define LARGE 300000

static int failures;

static void check(const char *what, int condition)
{
	printf("%s %s\n", condition ? "ok  " : "FAIL", what);
	failures += !condition;
}

static int fails_with(long result, int error) { return result == -1 && errno == error; }

static char buffer[LARGE];

static void check_open(void)
{
	int fd = open("a", O_RDWR | O_CREAT | O_EXCL, 0666);

	check("open: creates", fd >= 0);
	check("open: O_EXCL is EEXIST", fails_with(open("a", O_RDWR | O_CREAT | O_EXCL, 0666), EEXIST));
	check("write: a line", write(fd, "one line\n", 9) == 9);
	check("read: nothing behind it", read(fd, buffer, 10) == 0);
	check("lseek: back", lseek(fd, -8, SEEK_CUR) == 1);
	check("read: from there", read(fd, buffer, 3) == 3 && memcmp(buffer, "ne ", 3) == 0);
	check("lseek: before the start is EINVAL", fails_with(lseek(fd, -1, SEEK_SET), EINVAL));
	check("lseek: a wrong whence is EINVAL", fails_with(lseek(fd, 0, 9), EINVAL));
	check("lseek: beyond the end, and a write makes a hole",
	      lseek(fd, 20, SEEK_SET) == 20 && write(fd, "x", 1) == 1 && lseek(fd, 0, SEEK_END) == 21);
	lseek(fd, 9, SEEK_SET);
	check("read: the hole is zero",
	      read(fd, buffer, 100) == 12 && buffer[0] == 0 && buffer[10] == 0 && buffer[11] == 'x');
	check("close", close(fd) == 0);
	fd = open("a", O_WRONLY | O_APPEND);
	check("O_APPEND: writes at the end", write(fd, "yz", 2) == 2 && lseek(fd, 0, SEEK_CUR) == 23);
	check("read: of a file for writing is EBADF", fails_with(read(fd, buffer, 1), EBADF));
	close(fd);
	fd = open("a", O_RDONLY);
	check("write: to a file for reading is EBADF", fails_with(write(fd, "x", 1), EBADF));
	close(fd);
	fd = open("a", O_RDWR | O_TRUNC);
	check("O_TRUNC: the file is empty", lseek(fd, 0, SEEK_END) == 0);
	check("open: a file as a directory is ENOTDIR", fails_with(open("a/b", O_RDONLY), ENOTDIR));
	check("open: with a slash at the end too", fails_with(open("a/", O_RDONLY), ENOTDIR));
	check("open: O_DIRECTORY", fails_with(open("a", O_RDONLY | O_DIRECTORY), ENOTDIR));
	check("open: writing to a directory is EISDIR", fails_with(open(".", O_WRONLY), EISDIR));
	check("open: an empty path is ENOENT", fails_with(open("", O_RDONLY), ENOENT));
	check("open: in no directory at all is ENOENT",
	      fails_with(open("no/a", O_RDWR | O_CREAT, 0666), ENOENT));
	memset(buffer, 'n', 5000);
	buffer[300] = 0;
	check("open: a long name is ENAMETOOLONG", fails_with(open(buffer, O_RDONLY), ENAMETOOLONG));
	buffer[300] = 'n';
	check("open: a long path is ENAMETOOLONG", fails_with(open(buffer, O_RDONLY), ENAMETOOLONG));
	check("ftruncate: grows and shrinks", ftruncate(fd, 8192) == 0 && lseek(fd, 0, SEEK_END) == 8192 &&
	      ftruncate(fd, 3) == 0 && lseek(fd, 0, SEEK_END) == 3);
	close(fd);
}

static int holds_pattern(void)
{
	for (int i = 0; i < LARGE; i++) {
		if (buffer[i] != (char)(i / 7)) {
			return 0;
		}
	}
	return 1;
}

static void check_large(void)
{
	int fd = open("large", O_RDWR | O_CREAT, 0600);

	for (int i = 0; i < LARGE; i++) {
		buffer[i] = (char)(i / 7);
	}
	check("write: 300000 bytes", write(fd, buffer, LARGE) == LARGE);
	memset(buffer, 0, LARGE);
	lseek(fd, 0, SEEK_SET);
	check("read: all of them", read(fd, buffer, LARGE) == LARGE && holds_pattern());
	check("read: to a wild place is EFAULT",
	      lseek(fd, 0, SEEK_SET) == 0 && fails_with(read(fd, WILD, 1), EFAULT));
	check("unlink: an open file", unlink("large") == 0 && fails_with(open("large", O_RDONLY), ENOENT));
	check("lseek: it is still there", lseek(fd, 0, SEEK_END) == LARGE);
	close(fd);
}

static void check_names(void)
{
	struct stat facts;
	char path[100];

	check("mkdir", mkdir("d", 0777) == 0 && fails_with(mkdir("d", 0777), EEXIST));
	check("stat: a directory",
	      stat("d", &facts) == 0 && S_ISDIR(facts.st_mode) && (facts.st_mode & 0777) == 0755);
	check("chdir, getcwd",
	      chdir("d") == 0 && getcwd(path, sizeof(path)) && strcmp(path + strlen(path) - 2, "/d") == 0);
	check("getcwd: no room is ERANGE", !getcwd(path, 3) && errno == ERANGE);
	check("open: by ..", close(open("../a", O_RDONLY)) == 0);
	check("chdir: a file is ENOTDIR", fails_with(chdir("../a"), ENOTDIR));
	close(open("f", O_RDWR | O_CREAT, 0640));
	check("stat: a file",
	      stat("f", &facts) == 0 && S_ISREG(facts.st_mode) && (facts.st_mode & 0777) == 0640 &&
	      facts.st_size == 0 && facts.st_nlink == 1);
	check("stat: no file is ENOENT", fails_with(stat("g", &facts), ENOENT));
	check("stat: a bad path is EFAULT", fails_with(stat(WILD, &facts), EFAULT));
	check("access: may be read, not executed",
	      access("f", R_OK) == 0 && fails_with(access("f", X_OK), EACCES));
	chdir("..");
	check("rmdir: with files is ENOTEMPTY", fails_with(rmdir("d"), ENOTEMPTY));
	check("unlink: a directory is EISDIR", fails_with(unlink("d"), EISDIR));
	check("rename: over nothing",
	      rename("d/f", "d/g") == 0 && stat("d/g", &facts) == 0 &&
	      fails_with(stat("d/f", &facts), ENOENT));
	check("rename: over a file", rename("d/g", "a") == 0 && stat("a", &facts) == 0 && facts.st_size == 0);
	check("rename: a directory into itself is EINVAL", fails_with(rename("d", "d/e"), EINVAL));
	check("rename: what is not there is ENOENT", fails_with(rename("q", "r"), ENOENT));
	check("rmdir: a file is ENOTDIR", fails_with(rmdir("a"), ENOTDIR));
	check("rmdir: an empty directory", rmdir("d") == 0 && fails_with(rmdir("d"), ENOENT));
}

struct entry {
	unsigned long long number, offset;
	unsigned short length;
	unsigned char type;
	char name[];
} __attribute__((packed));

static void check_entries(void)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY);
	int names = 0, files = 0;
	long length;

	while ((length = syscall(SYS_getdents64, fd, buffer, 64)) > 0) {
		for (long at = 0; at < length;) {
			struct entry *entry = (struct entry *)(buffer + at);
			names++;
			files += strcmp(entry->name, "a") == 0 && entry->type == 8;
			at += entry->length;
		}
	}
	check("getdents64: all names, few at a time", length == 0 && names == 3 && files == 1);
	check("read: a directory is EISDIR", fails_with(read(fd, buffer, 1), EISDIR));
	lseek(fd, 0, SEEK_SET);
	check("getdents64: no room is EINVAL", fails_with(syscall(SYS_getdents64, fd, buffer, 1), EINVAL));
	close(fd);
	fd = open("a", O_RDONLY);
	check("getdents64: a file is ENOTDIR", fails_with(syscall(SYS_getdents64, fd, buffer, 64), ENOTDIR));
	close(fd);
}

int main(void)
{
	syscall(SYS_umask, 022);
	if (mkdir("/tmp/files", 0777) < 0 || chdir("/tmp/files") < 0) {
		dprintf(2, "files: no /tmp/files: %s\n", strerror(errno));
		return 1;
	}
	check_open();
	check_large();
	check_names();
	check_entries();
	unlink("a");
	rmdir("/tmp/files");
	printf("%d failed\n", failures);
	return failures;
}
