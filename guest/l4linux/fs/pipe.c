/* SPDX-License-Identifier: MIT
 * pipe(2), pipe2(2), pipe(7): one frame of bytes between writers and readers. Up to PIPE_BUF (a frame) a write is
 * one piece, or waits.
 */
#include "file.h"
#include "ia32.h"
#include "memory.h"
#include "syscalls.h"

#define CAPACITY PAGE_SIZE

struct pipe {
	unsigned frame;
	unsigned head, tail; /* counters; the place is counter modulo CAPACITY */
	unsigned readers, writers;
	struct wait_queue waiting; /* both sides: there is never something to do for the two at once */
};

static struct pool pipe_pool = { sizeof(struct pipe), NULL };

static unsigned used(const struct pipe *pipe) { return pipe->tail - pipe->head; }

static unsigned smaller(unsigned a, unsigned b) { return a < b ? a : b; }

/* Copies at most to the ring's end; the length, or -EFAULT. */
static int copy_piece(struct process *process, struct pipe *pipe, unsigned buffer, unsigned size, bool write)
{
	unsigned place = (write ? pipe->tail : pipe->head) % CAPACITY;
	unsigned length = smaller(size, CAPACITY - place);
	char *bytes = (char *)frame_address(pipe->frame) + place;
	int error = write ? copy_in(process, bytes, buffer, length) : copy_out(process, buffer, bytes, length);

	return error < 0 ? error : (int)length;
}

/* Waits while nothing can be done: 0, -EAGAIN, or -ERESTARTSYS after a signal. */
static int wait_for_pipe(struct process *process, const struct file *file, struct pipe *pipe)
{
	if (file->flags & O_NONBLOCK) {
		return -EAGAIN;
	}
	unsigned flags = critical_enter();
	wait_on(&pipe->waiting);
	critical_leave(flags);
	return signal_pending(process) ? -ERESTARTSYS : 0;
}

static int pipe_read(struct process *process, struct file *file, unsigned buffer, unsigned size)
{
	struct pipe *pipe = file->device;
	unsigned done = 0;

	do {
		while (size > 0 && used(pipe) == 0) {
			if (pipe->writers == 0) {
				return 0;
			}
			int error = wait_for_pipe(process, file, pipe);
			if (error < 0) {
				return error;
			}
		}
		user_prepare(process, buffer, smaller(size, CAPACITY), true);
	} while (size > 0 && used(pipe) == 0); /* somebody else was faster while a page came from the disk */
	while (done < size && used(pipe) > 0) {
		int length = copy_piece(process, pipe, buffer + done, smaller(size - done, used(pipe)), false);
		if (length < 0) {
			return done > 0 ? (int)done : length;
		}
		pipe->head += (unsigned)length;
		done += (unsigned)length;
	}
	wait_queue_wake(&pipe->waiting);
	return (int)done;
}

static int broken_pipe(struct process *process)
{
	const struct signal_info info = { .signal = SIGPIPE, .code = SI_USER, .fields = { (unsigned)process->pid } };

	signal_send(process, &info);
	return -EPIPE;
}

static int pipe_write(struct process *process, struct file *file, unsigned buffer, unsigned size)
{
	struct pipe *pipe = file->device;
	unsigned done = 0;

	while (done < size) {
		unsigned wanted = size <= CAPACITY ? size - done : 1; /* a short write is never cut */
		user_prepare(process, buffer + done, smaller(size - done, CAPACITY), false);
		if (pipe->readers == 0) {
			return done > 0 ? (int)done : broken_pipe(process);
		}
		if (CAPACITY - used(pipe) < wanted) {
			int error = wait_for_pipe(process, file, pipe);
			if (error < 0) {
				return done > 0 ? (int)done : error;
			}
			continue;
		}
		int length = copy_piece(process, pipe, buffer + done,
					smaller(size - done, CAPACITY - used(pipe)), true);
		if (length < 0) {
			return done > 0 ? (int)done : length;
		}
		pipe->tail += (unsigned)length;
		done += (unsigned)length;
		wait_queue_wake(&pipe->waiting);
	}
	return (int)done;
}

static int pipe_ioctl(struct process *process, struct file *file, unsigned request, unsigned argument)
{
	const struct pipe *pipe = file->device;
	int bytes = (int)used(pipe);

	return request == FIONREAD ? copy_out(process, argument, &bytes, sizeof(bytes)) : -ENOTTY;
}

static void pipe_release(struct file *file)
{
	struct pipe *pipe = file->device;

	if ((file->flags & O_ACCMODE) == O_WRONLY) {
		pipe->writers--;
	} else {
		pipe->readers--;
	}
	if (pipe->readers + pipe->writers > 0) {
		wait_queue_wake(&pipe->waiting);
		return;
	}
	frame_free(pipe->frame);
	pool_free(&pipe_pool, pipe);
}

static unsigned pipe_poll(struct process *process, struct file *file)
{
	const struct pipe *pipe = file->device;

	(void)process;
	if ((file->flags & O_ACCMODE) == O_WRONLY) {
		return pipe->readers == 0 ? POLLOUT | POLLERR : used(pipe) < CAPACITY ? POLLOUT : 0;
	}
	return (used(pipe) > 0 ? POLLIN : 0) | (pipe->writers == 0 ? POLLHUP : 0);
}

static const struct file_operations pipe_operations = { pipe_read, pipe_write, pipe_ioctl, pipe_release, pipe_poll };

static struct pipe *create(void)
{
	struct pipe *pipe = pool_allocate(&pipe_pool);

	if (pipe) {
		pipe->frame = frame_allocate();
	}
	if (pipe && !pipe->frame) {
		pool_free(&pipe_pool, pipe);
		return NULL;
	}
	return pipe;
}

static struct file *open_end(struct pipe *pipe, unsigned flags)
{
	struct file *file = file_create(&pipe_operations, pipe, flags);

	if (file) {
		file->mode = S_IFIFO | 0600;
	}
	return file;
}

/* Both ends as descriptors, or none. */
static int install(struct process *process, struct file *ends[2], unsigned flags, int fds[2])
{
	fds[0] = descriptor_install(process, ends[0], 0, flags & O_CLOEXEC);
	if (fds[0] < 0) {
		file_release(ends[1]);
		return fds[0];
	}
	fds[1] = descriptor_install(process, ends[1], 0, flags & O_CLOEXEC);
	if (fds[1] < 0) {
		descriptor_close(process, (unsigned)fds[0]);
		return fds[1];
	}
	return 0;
}

static int make_pipe(struct process *process, unsigned address, unsigned flags)
{
	struct pipe *pipe = create();
	int fds[2];

	if (!pipe) {
		return -ENFILE;
	}
	struct file *ends[2] = { open_end(pipe, O_RDONLY | (flags & O_NONBLOCK)),
				 open_end(pipe, O_WRONLY | (flags & O_NONBLOCK)) };
	pipe->readers = ends[0] != NULL;
	pipe->writers = ends[1] != NULL;
	if (!ends[0] || !ends[1]) {
		if (ends[0] || ends[1]) {
			file_release(ends[0] ? ends[0] : ends[1]);
		} else {
			frame_free(pipe->frame);
			pool_free(&pipe_pool, pipe);
		}
		return -ENFILE;
	}
	int error = install(process, ends, flags, fds);
	if (error == 0 && copy_out(process, address, fds, sizeof(fds)) < 0) {
		descriptor_close(process, (unsigned)fds[0]);
		descriptor_close(process, (unsigned)fds[1]);
		error = -EFAULT;
	}
	return error;
}

int sys_pipe(struct process *process, const struct syscall_frame *frame)
{
	return make_pipe(process, frame->ebx, 0);
}

int sys_pipe2(struct process *process, const struct syscall_frame *frame)
{
	if (frame->ecx & ~(O_CLOEXEC | O_NONBLOCK)) {
		return -EINVAL;
	}
	return make_pipe(process, frame->ebx, frame->ecx);
}
