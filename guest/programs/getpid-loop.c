/* SPDX-License-Identifier: MIT
 * Calls getpid(2) as often as its argument says: the cheapest system call there is, for measuring the road.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 1000;
	int pid = 0;

	for (int i = 0; i < rounds; i++) {
		pid = getpid();
	}
	printf("%d calls, pid %d\n", rounds, pid);
	return 0;
}
