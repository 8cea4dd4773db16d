/* SPDX-License-Identifier: MIT
 * Touches as many megabytes of memory as its argument says, page by page, and gives them back; getpid(2) before, while
 * it has them, and after.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096

int main(int argc, char **argv)
{
	size_t size = (size_t)(argc > 1 ? atoi(argv[1]) : 1) << 20;
	unsigned wrong = 0;

	getpid();
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED) {
		perror("touch");
		return 1;
	}
	for (size_t at = 0; at < size; at += PAGE) {
		memory[at] = (char)(at / PAGE);
	}
	getpid();
	for (size_t at = 0; at < size; at += PAGE) {
		wrong += memory[at] != (char)(at / PAGE);
	}
	munmap(memory, size);
	getpid();
	printf("%u pages, %u wrong\n", (unsigned)(size / PAGE), wrong);
	return wrong != 0;
}
