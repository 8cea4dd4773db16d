/* SPDX-License-Identifier: MIT
 * One generator for AT_RANDOM and getrandom(2), seeded by the date at the start: three shifts and exclusive ors
 * (Marsaglia, "Xorshift RNGs").
 */
#include "random.h"
#include "clock.h"

void random_fill(unsigned char *bytes, unsigned size)
{
	static unsigned state;

	if (state == 0) {
		state = clock_start_date() | 1;
	}
	for (unsigned i = 0; i < size; i++) {
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		bytes[i] = (unsigned char)state;
	}
}
