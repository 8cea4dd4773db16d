/* SPDX-License-Identifier: MIT
 * Writes through a null pointer; dies of SIGSEGV.
 */
#include <stdio.h>

int main(void)
{
	int *volatile nowhere = NULL;

	printf("about to write through a null pointer\n");
	*(volatile int *)nowhere = 1;
	printf("a null pointer can be written\n");
	return 1;
}
