/* SPDX-License-Identifier: MIT
 * poll(2), ppoll(2), select(2), pselect(2): waiting for any of several files. Who waits looks at all of them again
 * whenever any queue is woken.
 */
#include "poll.h"
#include "clock.h"
#include "file.h"
#include "ia32.h"
#include "memory.h"
#include "syscalls.h"

#define ALWAYS_READY (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)

unsigned poll_file(struct process *process, unsigned fd)
{
	struct file *file = file_of(process, fd);

	if (!file) {
		return POLLNVAL;
	}
	if (!file->operations->poll) {
		return ALWAYS_READY;
	}
	unsigned events = file->operations->poll(process, file);
	return events | (events & POLLIN ? POLLRDNORM : 0) | (events & POLLOUT ? POLLWRNORM : 0);
}

/* A restarted call keeps the time at which its first attempt would have ended. */
static void begin(struct process *process, const struct poll_time *time)
{
	if (!process->sleeps_until_tick) {
		process->sleeps_until_tick = true;
		process->sleep_until = clock_ticks + time->ticks;
	}
}

int poll_wait(struct process *process, const struct poll_time *time, poll_look *look, void *request)
{
	int found;

	begin(process, time);
	unsigned flags = critical_enter();
	while ((found = look(process, request)) == 0 && !signal_pending(process) &&
	       !(time->limited && clock_is_past(process->sleep_until))) {
		wait_until(&pollers, time->limited, process->sleep_until);
	}
	critical_leave(flags);
	return found == 0 && signal_pending(process) ? -ERESTARTNOHAND : found;
}

int poll_time_in(struct process *process, unsigned address, bool wide, struct poll_time *time)
{
	*time = (struct poll_time){ .limited = address != 0 };
	return address ? timespec_in_ticks(process, address, wide, &time->ticks) : 0;
}

int poll_block(struct process *process, unsigned address, unsigned size)
{
	signal_set set;

	if (!address) {
		return 0;
	}
	if (size != sizeof(set)) {
		return -EINVAL;
	}
	if (copy_in(process, &set, address, sizeof(set)) < 0) {
		return -EFAULT;
	}
	signals_block_for_call(process, set);
	return 0;
}

/* A handler's frame will hold the old mask; without one it comes back here. */
int poll_unblock(struct process *process, int result)
{
	if (result != -ERESTARTNOHAND) {
		signals_restore_blocked(process);
	}
	return result;
}

int poll_time_out(struct process *process, unsigned address, bool wide, const struct poll_time *time, int result)
{
	if (!time->limited || result == -ERESTARTNOHAND) {
		return result;
	}
	unsigned ticks = clock_is_past(process->sleep_until) ? 0 : process->sleep_until - clock_ticks;
	const unsigned nanoseconds = ticks % TICKS_PER_SECOND * (1000000000u / TICKS_PER_SECOND);
	const unsigned narrow_words[2] = { ticks / TICKS_PER_SECOND, nanoseconds };
	const unsigned wide_words[4] = { ticks / TICKS_PER_SECOND, 0, nanoseconds, 0 };
	/* a time that cannot be written is not an error (select(2), "Linux notes") */
	(void)(wide ? copy_out(process, address, wide_words, sizeof(wide_words))
		    : copy_out(process, address, narrow_words, sizeof(narrow_words)));
	return result;
}
