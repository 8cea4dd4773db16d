/* SPDX-License-Identifier: MIT
 * The date from the CMOS real-time clock (Motorola MC146818 data sheet). Under L4 the chip is also the
 * µ-kernel's clock: each access is a critical section, so that the index register is ours in between.
 */
#include "clock.h"
#include "ia32.h"

#define INDEX 0x70
#define DATA 0x71
#define REGISTER_A 0x0A
#define REGISTER_B 0x0B
#define UPDATE_IN_PROGRESS 0x80
#define BINARY_MODE 0x04

static const unsigned char registers[] = { 0, 2, 4, 7, 8, 9 }; /* second minute hour day month year */

static unsigned char cmos_read(unsigned char index)
{
	unsigned flags = critical_enter();
	out8(INDEX, index);
	unsigned char value = in8(DATA);
	critical_leave(flags);
	return value;
}

static void read_registers(unsigned char *values)
{
	while (cmos_read(REGISTER_A) & UPDATE_IN_PROGRESS) {
	}
	for (unsigned i = 0; i < COUNT_OF(registers); i++) {
		values[i] = cmos_read(registers[i]);
	}
}

static unsigned days_since_1970(unsigned year, unsigned month, unsigned day)
{
	static const unsigned short before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	unsigned past = year - 1970;
	unsigned leap_days = (past + 1) / 4; /* right until 2099 */
	bool leap = year % 4 == 0 && month > 2;

	return past * 365 + leap_days + before[(month - 1) % 12] + leap + day - 1;
}

unsigned rtc_read(void)
{
	unsigned char first[COUNT_OF(registers)], v[COUNT_OF(registers)];

	do { /* twice the same: no update fell in between */
		read_registers(first);
		read_registers(v);
	} while (memcmp(first, v, sizeof(v)) != 0);
	if (!(cmos_read(REGISTER_B) & BINARY_MODE)) {
		for (unsigned i = 0; i < COUNT_OF(v); i++) {
			v[i] = (unsigned char)((v[i] >> 4) * 10 + v[i] % 16);
		}
	}
	unsigned year = v[5] + (v[5] < 70 ? 2000u : 1900u);
	return ((days_since_1970(year, v[4], v[3]) * 24 + v[2]) * 60 + v[1]) * 60 + v[0];
}
