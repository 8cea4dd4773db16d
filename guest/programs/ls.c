/* SPDX-License-Identifier: MIT
 * Lists directories, one name a line, as "ls -1" does; with -l the kind, the permissions, the size too.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct entry {
	unsigned long long number, offset;
	unsigned short length;
	unsigned char type;
	char name[];
} __attribute__((packed));

static void print_long(const char *directory, const char *name)
{
	struct stat facts;
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (stat(path, &facts) == 0) {
		char kind = S_ISDIR(facts.st_mode) ? 'd' : S_ISREG(facts.st_mode) ? '-' : 'c';
		printf("%c %04o %8u %s\n", kind, facts.st_mode & 07777, (unsigned)facts.st_size, name);
	}
}

static int list(const char *path, int is_long)
{
	char buffer[1024];
	long length;
	int fd = open(path, O_RDONLY | O_DIRECTORY);

	if (fd < 0) {
		perror(path);
		return 1;
	}
	while ((length = syscall(SYS_getdents64, fd, buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < length;) {
			const struct entry *entry = (const struct entry *)(buffer + at);
			at += entry->length;
			if (entry->name[0] == '.') {
				continue;
			}
			if (is_long) {
				print_long(path, entry->name);
			} else {
				printf("%s\n", entry->name);
			}
		}
	}
	close(fd);
	return length < 0;
}

int main(int argc, char **argv)
{
	int is_long = argc > 1 && strcmp(argv[1], "-l") == 0;
	int status = 0;

	if (argc == 1 + is_long) {
		return list(".", is_long);
	}
	for (int i = 1 + is_long; i < argc; i++) {
		status |= list(argv[i], is_long);
	}
	return status;
}
