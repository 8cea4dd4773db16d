/* SPDX-License-Identifier: MIT
 * Shows a terminal's settings at work: reads a line with echo, one without, three characters as they are typed, and
 * puts everything back. Then it gives the foreground to a child that waits, to be ended by ^C.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TCGETS = 0x5401, TCSETS = 0x5402, TIOCGPGRP = 0x540F, TIOCSPGRP = 0x5410 };
enum { ICANON = 2, ECHO = 8 };

struct settings {
	unsigned input, output, control, local;
	unsigned char line, characters[19];
};

static void show(const char *what, const char *bytes, long length)
{
	printf("%s:", what);
	for (long i = 0; i < length; i++) {
		printf(" %d", bytes[i]);
	}
	printf("\n");
}

static void read_modes(void)
{
	struct settings cooked, changed;
	char bytes[16];

	if (syscall(SYS_ioctl, 0, TCGETS, &cooked) < 0) {
		perror("TCGETS");
		return;
	}
	show("line", bytes, read(0, bytes, sizeof(bytes)));
	changed = cooked;
	changed.local &= ~(unsigned)ECHO;
	syscall(SYS_ioctl, 0, TCSETS, &changed);
	printf("silent\n");
	show("silent line", bytes, read(0, bytes, sizeof(bytes)));
	changed.local &= ~(unsigned)ICANON;
	syscall(SYS_ioctl, 0, TCSETS, &changed);
	printf("characters\n");
	for (int i = 0; i < 3; i++) {
		show("character", bytes, read(0, bytes, 1));
	}
	syscall(SYS_ioctl, 0, TCSETS, &cooked);
}

static void give_foreground(void)
{
	int status = 0, group = 0, none = 12345;
	char byte;
	int child = fork();

	if (child == 0) {
		setpgid(0, 0);
		_exit(read(0, &byte, 1) < 0);
	}
	setpgid(child, child);
	int wrong = syscall(SYS_ioctl, 0, TIOCSPGRP, &none) == -1 && errno == EPERM;
	syscall(SYS_ioctl, 0, TIOCSPGRP, &child);
	syscall(SYS_ioctl, 0, TIOCGPGRP, &group);
	printf("foreground %s %s\n", group == child ? "given" : "kept", wrong ? "once" : "twice");
	waitpid(child, &status, 0);
	printf("the child has ended by signal %d\n", WTERMSIG(status));
}

int main(void)
{
	read_modes();
	give_foreground();
	return 0;
}
