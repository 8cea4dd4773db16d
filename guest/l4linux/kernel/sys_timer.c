/* SPDX-License-Identifier: MIT
 * alarm(2), setitimer(2), getitimer(2): SIGALRM after a time, once or again and again. Only the real time is counted.
 */
#include "clock.h"
#include "memory.h"
#include "syscalls.h"

#define MICROSECONDS_PER_TICK (1000000u / TICKS_PER_SECOND)
#define LONGEST (0x7FFFFFFFu / TICKS_PER_SECOND - 2) /* seconds */

struct itimerval {
	struct timeval interval, value;
};

static void ring(struct process *process)
{
	struct interval_timer *alarm = &process->alarm;

	if (alarm->interval) {
		timer_set(&alarm->timer, process, alarm->timer.tick + alarm->interval, ring);
	}
	signal_send_kernel(process, SIGALRM);
}

static unsigned remaining(const struct process *process)
{
	const struct timer *timer = &process->alarm.timer;

	if (!timer->is_set) {
		return 0;
	}
	return clock_is_past(timer->tick) ? 1 : timer->tick - clock_ticks;
}

static void set(struct process *process, unsigned ticks, unsigned interval)
{
	timer_cancel(&process->alarm.timer);
	process->alarm.interval = interval;
	if (ticks > 0) {
		/* one more: the tick that is under way has partly passed */
		timer_set(&process->alarm.timer, process, clock_ticks + ticks + 1, ring);
	}
}

static bool is_valid(const struct timeval *time)
{
	return time->seconds >= 0 && time->microseconds >= 0 && time->microseconds <= 999999;
}

static unsigned in_ticks(const struct timeval *time)
{
	unsigned seconds = (unsigned)time->seconds < LONGEST ? (unsigned)time->seconds : LONGEST;

	return seconds * TICKS_PER_SECOND +
	       ((unsigned)time->microseconds + MICROSECONDS_PER_TICK - 1) / MICROSECONDS_PER_TICK;
}

static struct timeval in_time(unsigned ticks)
{
	return (struct timeval){ (int)(ticks / TICKS_PER_SECOND),
				 (int)(ticks % TICKS_PER_SECOND * MICROSECONDS_PER_TICK) };
}

static struct itimerval current_value(const struct process *process)
{
	return (struct itimerval){ in_time(process->alarm.timer.is_set ? process->alarm.interval : 0),
				   in_time(remaining(process)) };
}

/* What is left of a second counts as one. */
int sys_alarm(struct process *process, const struct syscall_frame *frame)
{
	unsigned left = (remaining(process) + TICKS_PER_SECOND / 2) / TICKS_PER_SECOND;
	unsigned seconds = frame->ebx < LONGEST ? frame->ebx : LONGEST;

	left = left == 0 && remaining(process) > 0 ? 1 : left;
	set(process, seconds * TICKS_PER_SECOND, 0);
	return (int)left;
}

int sys_getitimer(struct process *process, const struct syscall_frame *frame)
{
	static const struct itimerval none;
	struct itimerval value = current_value(process);

	if (frame->ebx > ITIMER_PROF) {
		return -EINVAL;
	}
	return copy_out(process, frame->ecx, frame->ebx == ITIMER_REAL ? &value : &none, sizeof(value));
}

/* Arguments: which, new value (none: zeroes, as with Linux), place for the old one. */
int sys_setitimer(struct process *process, const struct syscall_frame *frame)
{
	struct itimerval value = { { 0, 0 }, { 0, 0 } }, old = current_value(process);

	if (frame->ecx && copy_in(process, &value, frame->ecx, sizeof(value)) < 0) {
		return -EFAULT;
	}
	if (frame->ebx > ITIMER_PROF || !is_valid(&value.interval) || !is_valid(&value.value)) {
		return -EINVAL;
	}
	if (frame->ebx != ITIMER_REAL) {
		return -ENOSYS;
	}
	set(process, in_ticks(&value.value), in_ticks(&value.interval));
	return frame->edx ? copy_out(process, frame->edx, &old, sizeof(old)) : 0;
}
