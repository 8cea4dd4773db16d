/* SPDX-License-Identifier: MIT
 * Has 1 MB of zeroed memory and touches three pages of it: the kernel should give it three frames for that,
 * each by one page fault.
 */
#include <stdio.h>

#define SIZE (1 << 20)

static char area[SIZE] __attribute__((aligned(4096)));

int main(void)
{
	static const int places[] = { 0, SIZE / 2, SIZE - 1 };
	int sum = 0;

	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		volatile char *byte = &area[places[i]];
		sum += *byte;
		*byte = 1;
		sum += *byte;
	}
	printf("%d\n", sum);
	return sum == 3 ? 0 : 1;
}
