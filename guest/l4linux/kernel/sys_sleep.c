/* SPDX-License-Identifier: MIT
 * nanosleep(2), clock_nanosleep(2) with both kinds of timespec. A sleep that a signal interrupts gives what is left.
 */
#include "clock.h"
#include "memory.h"
#include "syscalls.h"

#define NANOSECONDS_PER_TICK (1000000000u / TICKS_PER_SECOND)
#define LONGEST_SLEEP 0x7FFFFFFFu /* ticks */

/* Seconds (64 bits in the wide form) and nanoseconds; 0, -EFAULT or -EINVAL. More than the longest sleep is that. */
static int timespec_in(struct process *process, unsigned address, bool wide, unsigned *seconds, unsigned *nanoseconds)
{
	unsigned words[4];

	if (copy_in(process, words, address, wide ? 16 : 8) < 0) {
		return -EFAULT;
	}
	unsigned high = wide ? words[1] : (unsigned)((int)words[0] >> 31);
	*nanoseconds = wide ? words[2] : words[1];
	if ((int)high < 0 || *nanoseconds > 999999999u) {
		return -EINVAL;
	}
	*seconds = high > 0 ? ~0u : words[0];
	return 0;
}

static unsigned in_ticks(unsigned seconds, unsigned nanoseconds)
{
	unsigned ticks = (nanoseconds + NANOSECONDS_PER_TICK - 1) / NANOSECONDS_PER_TICK;

	if (seconds > (LONGEST_SLEEP - ticks) / TICKS_PER_SECOND - 1) {
		return LONGEST_SLEEP - 1;
	}
	return ticks + seconds * TICKS_PER_SECOND;
}

int timespec_in_ticks(struct process *process, unsigned address, bool wide, unsigned *ticks)
{
	unsigned seconds, nanoseconds;
	int error = timespec_in(process, address, wide, &seconds, &nanoseconds);

	if (error == 0) {
		*ticks = in_ticks(seconds, nanoseconds);
		*ticks += *ticks > 0;
	}
	return error;
}

static int remaining_out(struct process *process, unsigned address, bool wide)
{
	unsigned ticks = clock_is_past(process->sleep_until) ? 0 : process->sleep_until - clock_ticks;
	unsigned seconds = ticks / TICKS_PER_SECOND;
	unsigned nanoseconds = ticks % TICKS_PER_SECOND * NANOSECONDS_PER_TICK;
	const unsigned narrow_words[2] = { seconds, nanoseconds };
	const unsigned wide_words[4] = { seconds, 0, nanoseconds, 0 };

	return wide ? copy_out(process, address, wide_words, sizeof(wide_words))
		    : copy_out(process, address, narrow_words, sizeof(narrow_words));
}

static int sleep(struct process *process, unsigned request, unsigned remaining, bool wide)
{
	unsigned ticks;
	int error = timespec_in_ticks(process, request, wide, &ticks);

	if (error < 0) {
		return error;
	}
	if (!process->sleeps_until_tick) {
		process->sleeps_until_tick = true;
		process->sleep_until = clock_ticks + ticks;
	}
	if (clock_sleep_until(process, process->sleep_until)) {
		return 0;
	}
	if (remaining && remaining_out(process, remaining, wide) < 0) {
		return -EFAULT;
	}
	return -ERESTART_RESTARTBLOCK;
}

/* Until that time of the clock, so that beginning anew changes nothing. */
static int sleep_until(struct process *process, int clock, unsigned address, bool wide)
{
	unsigned seconds, nanoseconds;
	int error = timespec_in(process, address, wide, &seconds, &nanoseconds);
	unsigned base = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ? clock_start_date() : 0;

	if (error < 0) {
		return error;
	}
	if (seconds < base) {
		return 0;
	}
	return clock_sleep_until(process, in_ticks(seconds - base, nanoseconds)) ? 0 : -ERESTARTNOHAND;
}

int sys_nanosleep(struct process *process, const struct syscall_frame *frame)
{
	return sleep(process, frame->ebx, frame->ecx, false);
}

/* Arguments: clock, flags, time, place for what remains. */
static int clock_nanosleep(struct process *process, const struct syscall_frame *frame, bool wide)
{
	if (!clock_is_known((int)frame->ebx) || (frame->ecx & ~TIMER_ABSTIME)) {
		return -EINVAL;
	}
	if (frame->ecx & TIMER_ABSTIME) {
		return sleep_until(process, (int)frame->ebx, frame->edx, wide);
	}
	return sleep(process, frame->edx, frame->esi, wide);
}

int sys_clock_nanosleep(struct process *process, const struct syscall_frame *frame)
{
	return clock_nanosleep(process, frame, false);
}

int sys_clock_nanosleep64(struct process *process, const struct syscall_frame *frame)
{
	return clock_nanosleep(process, frame, true);
}
