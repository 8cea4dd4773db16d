/* SPDX-License-Identifier: MIT
 * Copies its standard input, or the files named, to its standard output, as cat(1) does.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int write_all(const char *buffer, ssize_t length)
{
	while (length > 0) {
		ssize_t written = write(STDOUT_FILENO, buffer, (size_t)length);
		if (written < 0) {
			perror("cat: write");
			return 1;
		}
		buffer += written;
		length -= written;
	}
	return 0;
}

static int copy(int fd, const char *name)
{
	char buffer[4096];
	ssize_t length;

	while ((length = read(fd, buffer, sizeof(buffer))) > 0) {
		if (write_all(buffer, length)) {
			return 1;
		}
	}
	if (length < 0) {
		perror(name);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int status = 0;

	if (argc < 2) {
		return copy(STDIN_FILENO, "cat: -");
	}
	for (int i = 1; i < argc; i++) {
		int fd = strcmp(argv[i], "-") == 0 ? STDIN_FILENO : open(argv[i], O_RDONLY);
		if (fd < 0) {
			perror(argv[i]);
			status = 1;
			continue;
		}
		status |= copy(fd, argv[i]);
		if (fd != STDIN_FILENO) {
			close(fd);
		}
	}
	return status;
}
