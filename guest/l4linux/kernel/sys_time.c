/* SPDX-License-Identifier: MIT
 * time(2), times(2), gettimeofday(2), clock_gettime(2) with both kinds of timespec, clock_getres(2), all from the 100 Hz tick.
 */
#include "clock.h"
#include "memory.h"
#include "syscalls.h"

#define NANOSECONDS_PER_TICK (1000000000 / (int)TICKS_PER_SECOND)
#define MICROSECONDS_PER_TICK (1000000 / (int)TICKS_PER_SECOND)

int sys_time(struct process *process, const struct syscall_frame *frame)
{
	int now = (int)clock_now();

	if (frame->ebx && copy_out(process, frame->ebx, &now, sizeof(now)) < 0) {
		return -EFAULT;
	}
	return now;
}

int sys_times(struct process *process, const struct syscall_frame *frame)
{
	struct tms times = { arch_user_ticks(process), 0, 0, 0 };

	if (frame->ebx && copy_out(process, frame->ebx, &times, sizeof(times)) < 0) {
		return -EFAULT;
	}
	return (int)(clock_ticks & 0x7FFFFFFF);
}

int sys_gettimeofday(struct process *process, const struct syscall_frame *frame)
{
	static const int no_time_zone[2];
	unsigned ticks = clock_ticks;
	struct timeval now = { (int)(clock_start_date() + ticks / TICKS_PER_SECOND),
			       (int)(ticks % TICKS_PER_SECOND) * MICROSECONDS_PER_TICK };

	if (frame->ebx && copy_out(process, frame->ebx, &now, sizeof(now)) < 0) {
		return -EFAULT;
	}
	return frame->ecx ? copy_out(process, frame->ecx, no_time_zone, sizeof(no_time_zone)) : 0;
}

bool clock_is_known(int clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW ||
	       clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME;
}

static int read_clock(int clock, struct timespec *now)
{
	unsigned ticks = clock_ticks;

	if (clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID) {
		ticks = arch_user_ticks(current);
	} else if (!clock_is_known(clock)) {
		return -EINVAL;
	}
	now->seconds = (int)(ticks / TICKS_PER_SECOND);
	now->nanoseconds = (int)(ticks % TICKS_PER_SECOND) * NANOSECONDS_PER_TICK;
	if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) {
		now->seconds += (int)clock_start_date();
	}
	return 0;
}

int sys_clock_gettime(struct process *process, const struct syscall_frame *frame)
{
	struct timespec now;
	int error = read_clock((int)frame->ebx, &now);

	return error < 0 ? error : copy_out(process, frame->ecx, &now, sizeof(now));
}

int sys_clock_gettime64(struct process *process, const struct syscall_frame *frame)
{
	struct timespec now = { 0, 0 };
	int error = read_clock((int)frame->ebx, &now);
	long long result[2] = { now.seconds, now.nanoseconds };

	return error < 0 ? error : copy_out(process, frame->ecx, result, sizeof(result));
}

static int resolution(const struct syscall_frame *frame)
{
	struct timespec now;

	return read_clock((int)frame->ebx, &now);
}

int sys_clock_getres(struct process *process, const struct syscall_frame *frame)
{
	static const struct timespec tick = { 0, NANOSECONDS_PER_TICK };
	int error = resolution(frame);

	return error < 0 || !frame->ecx ? error : copy_out(process, frame->ecx, &tick, sizeof(tick));
}

int sys_clock_getres64(struct process *process, const struct syscall_frame *frame)
{
	static const long long tick[2] = { 0, NANOSECONDS_PER_TICK };
	int error = resolution(frame);

	return error < 0 || !frame->ecx ? error : copy_out(process, frame->ecx, tick, sizeof(tick));
}

/* Who: 0 the process, 1 its one thread, -1 its children. */
int sys_getrusage(struct process *process, const struct syscall_frame *frame)
{
	struct rusage usage;
	int who = (int)frame->ebx;

	if (who < -1 || who > 1) {
		return -EINVAL;
	}
	memset(&usage, 0, sizeof(usage));
	if (who >= 0) {
		unsigned ticks = arch_user_ticks(process);
		usage.user.seconds = (int)(ticks / TICKS_PER_SECOND);
		usage.user.microseconds = (int)(ticks % TICKS_PER_SECOND) * MICROSECONDS_PER_TICK;
	}
	return copy_out(process, frame->ecx, &usage, sizeof(usage));
}
