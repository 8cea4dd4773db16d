/* SPDX-License-Identifier: MIT
 * poll(2), ppoll(2).
 */
#include "clock.h"
#include "file.h"
#include "memory.h"
#include "poll.h"
#include "syscalls.h"

#define MILLISECONDS_PER_TICK (1000u / TICKS_PER_SECOND)
#define ALWAYS_ASKED (POLLERR | POLLHUP | POLLNVAL)

struct pollfd {
	int fd;
	unsigned short events, returned;
};

struct request {
	unsigned address, count;
};

/* Negative descriptors are left out. */
static int look(struct process *process, void *argument)
{
	const struct request *request = argument;
	int ready = 0;

	for (unsigned i = 0; i < request->count; i++) {
		unsigned address = request->address + i * sizeof(struct pollfd);
		struct pollfd entry;
		if (copy_in(process, &entry, address, sizeof(entry)) < 0) {
			return -EFAULT;
		}
		unsigned events = entry.fd < 0 ? 0 : poll_file(process, (unsigned)entry.fd);
		entry.returned = (unsigned short)(events & (entry.events | ALWAYS_ASKED));
		ready += entry.returned != 0;
		if (copy_out(process, address, &entry, sizeof(entry)) < 0) {
			return -EFAULT;
		}
	}
	return ready;
}

int sys_poll(struct process *process, const struct syscall_frame *frame)
{
	struct request request = { frame->ebx, frame->ecx };
	int milliseconds = (int)frame->edx;
	unsigned ticks = milliseconds > 0 ? (unsigned)(milliseconds - 1) / MILLISECONDS_PER_TICK + 2 : 0;
	const struct poll_time time = { milliseconds >= 0, ticks };

	if (request.count > FILES_PER_PROCESS) {
		return -EINVAL;
	}
	return poll_wait(process, &time, look, &request);
}

/* Arguments: entries, their number, time, mask of signals, its size. */
static int ppoll(struct process *process, const struct syscall_frame *frame, bool wide)
{
	struct request request = { frame->ebx, frame->ecx };
	struct poll_time time;
	int error = poll_time_in(process, frame->edx, wide, &time);

	if (error == 0) {
		error = request.count > FILES_PER_PROCESS ? -EINVAL : poll_block(process, frame->esi, frame->edi);
	}
	if (error < 0) {
		return error;
	}
	int result = poll_unblock(process, poll_wait(process, &time, look, &request));
	return poll_time_out(process, frame->edx, wide, &time, result);
}

int sys_ppoll(struct process *process, const struct syscall_frame *frame) { return ppoll(process, frame, false); }

int sys_ppoll64(struct process *process, const struct syscall_frame *frame) { return ppoll(process, frame, true); }
