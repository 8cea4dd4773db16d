/* SPDX-License-Identifier: MIT
 * select(2) in its three forms: the old one with a block of arguments, _newselect, and pselect6.
 */
#include "clock.h"
#include "file.h"
#include "memory.h"
#include "poll.h"
#include "syscalls.h"

#define MICROSECONDS_PER_TICK (1000000u / TICKS_PER_SECOND)
#define LONGEST (0x7FFFFFFFu / TICKS_PER_SECOND - 2) /* seconds */

enum { READ, WRITE, EXCEPT, SETS };
static const unsigned events_of[SETS] = {
	[READ] = POLLIN | POLLHUP | POLLERR,
	[WRITE] = POLLOUT | POLLERR,
	[EXCEPT] = POLLPRI,
};

#define WORD_BITS 32u
#define SET_WORDS (FILES_PER_PROCESS / WORD_BITS)

struct request {
	unsigned count;
	unsigned address[SETS]; /* 0: none */
	unsigned wanted[SETS][SET_WORDS], ready[SETS][SET_WORDS];
};

/* Whole words are copied, as with Linux. */
static unsigned bytes_of(const struct request *request) { return (request->count + 31) / WORD_BITS * sizeof(unsigned); }

static int look(struct process *process, void *argument)
{
	struct request *request = argument;
	int found = 0;

	memset(request->ready, 0, sizeof(request->ready));
	for (unsigned fd = 0; fd < request->count; fd++) {
		unsigned word = fd / WORD_BITS, bit = 1u << fd % WORD_BITS;
		if (!((request->wanted[READ][word] | request->wanted[WRITE][word] | request->wanted[EXCEPT][word]) & bit)) {
			continue;
		}
		unsigned events = poll_file(process, fd);
		if (events & POLLNVAL) {
			return -EBADF;
		}
		for (unsigned set = 0; set < SETS; set++) {
			if ((request->wanted[set][word] & bit) && (events & events_of[set])) {
				request->ready[set][word] |= bit;
				found++;
			}
		}
	}
	return found;
}

static int select(struct process *process, struct request *request, const struct poll_time *time)
{
	if ((int)request->count < 0) {
		return -EINVAL;
	}
	if (request->count > FILES_PER_PROCESS) {
		request->count = FILES_PER_PROCESS; /* there are no others */
	}
	for (unsigned set = 0; set < SETS; set++) {
		memset(request->wanted[set], 0, sizeof(request->wanted[set]));
		if (request->address[set] &&
		    copy_in(process, request->wanted[set], request->address[set], bytes_of(request)) < 0) {
			return -EFAULT;
		}
	}
	int result = poll_wait(process, time, look, request);
	for (unsigned set = 0; result >= 0 && set < SETS; set++) {
		if (request->address[set] &&
		    copy_out(process, request->address[set], request->ready[set], bytes_of(request)) < 0) {
			return -EFAULT;
		}
	}
	return result;
}

static int timeval_in(struct process *process, unsigned address, struct poll_time *time)
{
	struct timeval value;

	*time = (struct poll_time){ .limited = address != 0 };
	if (!address) {
		return 0;
	}
	if (copy_in(process, &value, address, sizeof(value)) < 0) {
		return -EFAULT;
	}
	if (value.seconds < 0 || value.microseconds < 0) {
		return -EINVAL;
	}
	unsigned ticks = ((unsigned)value.microseconds + MICROSECONDS_PER_TICK - 1) / MICROSECONDS_PER_TICK;
	unsigned seconds = (unsigned)value.seconds < LONGEST / 2 ? (unsigned)value.seconds : LONGEST / 2;
	time->ticks = ticks + seconds * TICKS_PER_SECOND;
	time->ticks += time->ticks > 0;
	return 0;
}

static int select_with_timeval(struct process *process, const unsigned *arguments)
{
	struct request request = { .count = arguments[0], .address = { arguments[1], arguments[2], arguments[3] } };
	struct poll_time time;
	int error = timeval_in(process, arguments[4], &time);

	if (error < 0) {
		return error;
	}
	int result = select(process, &request, &time);
	if (time.limited && result != -ERESTARTNOHAND) {
		unsigned left = clock_is_past(process->sleep_until) ? 0 : process->sleep_until - clock_ticks;
		const struct timeval value = { (int)(left / TICKS_PER_SECOND),
					       (int)(left % TICKS_PER_SECOND * MICROSECONDS_PER_TICK) };
		(void)copy_out(process, arguments[4], &value, sizeof(value));
	}
	return result;
}

int sys_newselect(struct process *process, const struct syscall_frame *frame)
{
	const unsigned arguments[5] = { frame->ebx, frame->ecx, frame->edx, frame->esi, frame->edi };

	return select_with_timeval(process, arguments);
}

int sys_select(struct process *process, const struct syscall_frame *frame)
{
	unsigned arguments[5];

	if (copy_in(process, arguments, frame->ebx, sizeof(arguments)) < 0) {
		return -EFAULT;
	}
	return select_with_timeval(process, arguments);
}

/* The sixth argument leads to the mask of signals and its size. */
static int pselect(struct process *process, const struct syscall_frame *frame, bool wide)
{
	struct request request = { .count = frame->ebx, .address = { frame->ecx, frame->edx, frame->esi } };
	unsigned mask[2] = { 0, 0 };
	struct poll_time time;

	if (frame->ebp && copy_in(process, mask, frame->ebp, sizeof(mask)) < 0) {
		return -EFAULT;
	}
	int error = poll_time_in(process, frame->edi, wide, &time);
	if (error == 0) {
		error = poll_block(process, mask[0], mask[1]);
	}
	if (error < 0) {
		return error;
	}
	int result = poll_unblock(process, select(process, &request, &time));
	return poll_time_out(process, frame->edi, wide, &time, result);
}

int sys_pselect6(struct process *process, const struct syscall_frame *frame) { return pselect(process, frame, false); }

int sys_pselect6_64(struct process *process, const struct syscall_frame *frame) { return pselect(process, frame, true); }
