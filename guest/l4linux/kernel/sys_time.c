/* SPDX-License-Identifier: MIT
 * time(2), times(2), gettimeofday(2), clock_gettime(2) with both kinds of timespec, nanosleep(2), all from the 100 Hz tick.
 */
#include "clock.h"
#include "memory.h"
#include "syscalls.h"

#define NANOSECONDS_PER_TICK (1000000000 / (int)TICKS_PER_SECOND)
#define MICROSECONDS_PER_TICK (1000000 / (int)TICKS_PER_SECOND)
#define LONGEST_SLEEP 0x7FFFFFFF /* ticks */

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

static int read_clock(int clock, struct timespec *now)
{
	unsigned ticks = clock_ticks;

	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) {
		return -EINVAL;
	}
	now->seconds = (int)(ticks / TICKS_PER_SECOND);
	now->nanoseconds = (int)(ticks % TICKS_PER_SECOND) * NANOSECONDS_PER_TICK;
	if (clock == CLOCK_REALTIME) {
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

int sys_nanosleep(struct process *process, const struct syscall_frame *frame)
{
	struct timespec request;

	if (copy_in(process, &request, frame->ebx, sizeof(request)) < 0) {
		return -EFAULT;
	}
	if (request.seconds < 0 || request.nanoseconds < 0 || request.nanoseconds > 999999999) {
		return -EINVAL;
	}
	/* one more than the quotient: the tick that is under way has partly passed */
	int ticks = (request.nanoseconds + NANOSECONDS_PER_TICK - 1) / NANOSECONDS_PER_TICK + 1;
	if (request.seconds > (LONGEST_SLEEP - ticks) / (int)TICKS_PER_SECOND) {
		return -EINVAL;
	}
	ticks += request.seconds * (int)TICKS_PER_SECOND;
	return clock_sleep_until(process, clock_ticks + (unsigned)ticks) ? 0 : -EINTR;
}
