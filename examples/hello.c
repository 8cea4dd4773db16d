/* SPDX-License-Identifier: MIT
 * The first program: one write(2), and the end.
 */
#include <stdio.h>

int main(void)
{
	printf("Hello, world!\n");
	return 0;
}
