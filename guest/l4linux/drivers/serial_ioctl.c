/* SPDX-License-Identifier: MIT
 * ioctl_tty(2): the settings of the terminal, its size, and the process group in its foreground.
 */
#include "file.h"
#include "memory.h"
#include "serial.h"

static int set(struct process *process, unsigned argument, bool flush)
{
	struct termios settings;
	int refused = serial_job_control(process, SIGTTOU);

	if (refused < 0) {
		return refused;
	}
	if (copy_in(process, &settings, argument, sizeof(settings)) < 0) {
		return -EFAULT;
	}
	serial_set(&settings, flush);
	return 0;
}

/* The group must have a member in the caller's session. */
static int set_foreground(struct process *process, unsigned argument)
{
	int group;

	if (copy_in(process, &group, argument, sizeof(group)) < 0) {
		return -EFAULT;
	}
	if (group < 0) {
		return -EINVAL;
	}
	int refused = serial_job_control(process, SIGTTOU);
	if (refused < 0) {
		return refused;
	}
	for (const struct process *member = process_list; member; member = member->process_next) {
		if (member->group == group && member->session == process->session) {
			serial_foreground = group;
			return 0;
		}
	}
	return -EPERM;
}

/* The leader of a session makes this its controlling terminal, unless another session lives on it. */
static int take_terminal(struct process *process)
{
	if (process->pid != process->session) {
		return -EPERM;
	}
	for (const struct process *other = process_list; other; other = other->process_next) {
		if (other->session == serial_session && other->session != process->session &&
		    other->state != PROCESS_ZOMBIE) {
			return -EPERM;
		}
	}
	serial_session = process->session;
	serial_foreground = process->group;
	return 0;
}

int serial_ioctl(struct process *process, struct file *file, unsigned request, unsigned argument)
{
	static const struct winsize window = { 24, 80, 0, 0 };
	const struct uart *uart = file->device;
	struct termios settings = serial_settings();

	if (!uart->terminal) {
		return -ENOTTY;
	}
	switch (request) {
	case TCGETS:
		return copy_out(process, argument, &settings, sizeof(settings));
	case TCSETS:
	case TCSETSW: /* nothing waits to be sent */
		return set(process, argument, false);
	case TCSETSF:
		return set(process, argument, true);
	case TCFLSH:
		serial_flush();
		return 0;
	case TIOCGPGRP:
		return copy_out(process, argument, &serial_foreground, sizeof(serial_foreground));
	case TIOCSCTTY:
		return take_terminal(process);
	case TIOCSPGRP:
		return set_foreground(process, argument);
	case TIOCGWINSZ:
		return copy_out(process, argument, &window, sizeof(window));
	default:
		return -EINVAL;
	}
}
