/* SPDX-License-Identifier: MIT
 *
 * The MC146818 real-time clock as the kernel's timer: periodic interrupt (IRQ 8) at 512 Hz. Data sheet, registers
 * A (rate), B (enable) and C (must be read, or no further interrupt comes).
 */
#include "../clock.h"

#include "../kip.h"
#include "../schedule.h"
#include "../timeout.h"
#include "cpu.h"

enum {
	RTC_INDEX = 0x70,
	RTC_DATA = 0x71,
	RTC_REGISTER_A = 0x0a,
	RTC_REGISTER_B = 0x0b,
	RTC_REGISTER_C = 0x0c,
	RATE_MASK = 0x0f,
	RATE_512_HZ = 0x07,
	PERIODIC_INTERRUPT = 0x40,
};
/* A tick is 1953.125 us: 1953, and one more every eighth time. */
enum { TICK = 1953, TICKS_PER_CORRECTION = 8, TICKS_PER_SECOND = 512 };

static microseconds now;
static unsigned ticks;

static unsigned char rtc_read(unsigned char index)
{
	port_out(RTC_INDEX, index);
	return port_in(RTC_DATA);
}

static void rtc_write(unsigned char index, unsigned char value)
{
	port_out(RTC_INDEX, index);
	port_out(RTC_DATA, value);
}

void clock_initialize(void)
{
	rtc_write(RTC_REGISTER_A, (unsigned char)((rtc_read(RTC_REGISTER_A) & ~RATE_MASK) | RATE_512_HZ));
	rtc_write(RTC_REGISTER_B, rtc_read(RTC_REGISTER_B) | PERIODIC_INTERRUPT);
	rtc_read(RTC_REGISTER_C);
}

microseconds clock_now(void)
{
	return now;
}

/* Once, by the time-stamp counter between two early ticks. */
static void measure_frequency(void)
{
	enum { FIRST = 8, MEASURED = 32 }; /* the first ones wait for the end of the boot */
	static unsigned start;
	if (ticks == FIRST && cpuid(CPUID_FEATURES).edx & CPUID_TIME_STAMP) {
		start = time_stamp_low();
	} else if (ticks == FIRST + MEASURED && start) {
		kernel_info.processor_hertz = (time_stamp_low() - start) * (TICKS_PER_SECOND / MEASURED);
	}
}

bool clock_tick(void)
{
	rtc_read(RTC_REGISTER_C);
	unsigned elapsed = TICK + (++ticks % TICKS_PER_CORRECTION == 0);
	measure_frequency();
	now += elapsed;
	kernel_info.clock_high = (unsigned)(now >> 32);
	kernel_info.clock_low = (unsigned)now;
	timeout_expire(now);
	return schedule_tick(elapsed);
}
