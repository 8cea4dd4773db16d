/* SPDX-License-Identifier: MIT
 * The 8254 programmable interval timer, counter 0: Linux's tick (Intel 8254 data sheet, "Control Word Format").
 */
#include "clock.h"
#include "ia32.h"

#define COUNTER_0 0x40
#define CONTROL 0x43
#define CONTROL_RATE_GENERATOR 0x34 /* counter 0, low then high byte, mode 2, binary */
#define INPUT_FREQUENCY 1193182u

void timer_program(void);

void timer_program(void)
{
	unsigned divisor = (INPUT_FREQUENCY + TICKS_PER_SECOND / 2) / TICKS_PER_SECOND;

	out8(CONTROL, CONTROL_RATE_GENERATOR);
	out8(COUNTER_0, divisor & 0xFF);
	out8(COUNTER_0, (unsigned char)(divisor >> 8));
}
