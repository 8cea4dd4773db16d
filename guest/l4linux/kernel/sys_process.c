/* SPDX-License-Identifier: MIT
 * exit(2), exit_group(2), who am I (getpid(2) and its neighbours), sched_yield(2), uname(2), getrandom(2),
 * getrlimit(2).
 */
#include "memory.h"
#include "random.h"
#include "syscalls.h"

#define LARGEST_RANDOM 0x1FFFFFFu /* of one call, as with Linux */
#define GETRANDOM_FLAGS 7u

int sys_exit(struct process *process, const struct syscall_frame *frame)
{
	process_exit(process, wait_status_exited((int)frame->ebx));
}

int sys_getpid(struct process *process, const struct syscall_frame *frame)
{
	(void)frame;
	return process->pid;
}

int sys_getppid(struct process *process, const struct syscall_frame *frame)
{
	(void)frame;
	return process->parent ? process->parent->pid : 0;
}

/* getuid, geteuid, getgid, getegid: root */
int sys_zero_id(struct process *process, const struct syscall_frame *frame)
{
	(void)process;
	(void)frame;
	return 0;
}

int sys_sched_yield(struct process *process, const struct syscall_frame *frame)
{
	(void)frame;
	make_ready(process);
	leave_coroutine(PROCESS_READY);
	return 0;
}

static void set(char *field, const char *text) { memcpy(field, text, strlen(text) + 1); }

int sys_uname(struct process *process, const struct syscall_frame *frame)
{
	struct utsname name;

	memset(&name, 0, sizeof(name));
	set(name.sysname, "Linux");
	set(name.nodename, "l4scope");
	set(name.release, "6.1.0");
	set(name.version, "#1");
	set(name.machine, "i586");
	set(name.domainname, "(none)");
	return copy_out(process, frame->ebx, &name, sizeof(name));
}

/* There is one thread, and nobody waits for the word that would be cleared at its end. */
int sys_set_tid_address(struct process *process, const struct syscall_frame *frame)
{
	(void)frame;
	return process->pid;
}

int sys_getrandom(struct process *process, const struct syscall_frame *frame)
{
	unsigned char bytes[64];
	unsigned size = frame->ecx < LARGEST_RANDOM ? frame->ecx : LARGEST_RANDOM;

	if (frame->edx & ~GETRANDOM_FLAGS) {
		return -EINVAL;
	}
	for (unsigned done = 0; done < size; done += sizeof(bytes)) {
		unsigned length = size - done < sizeof(bytes) ? size - done : sizeof(bytes);
		random_fill(bytes, length);
		if (copy_out(process, frame->ebx + done, bytes, length) < 0) {
			return done > 0 ? (int)done : -EFAULT;
		}
	}
	return (int)size;
}

int sys_getrlimit(struct process *process, const struct syscall_frame *frame)
{
	unsigned limit[2] = { RLIM_INFINITY, RLIM_INFINITY };

	switch (frame->ebx) {
	case RLIMIT_STACK:
		limit[0] = limit[1] = STACK_SIZE;
		break;
	case RLIMIT_NOFILE:
		limit[0] = limit[1] = FILES_PER_PROCESS;
		break;
	case RLIMIT_NPROC:
		limit[0] = limit[1] = PROCESS_LIMIT;
		break;
	default:
		if (frame->ebx >= RLIMIT_COUNT) {
			return -EINVAL;
		}
	}
	return copy_out(process, frame->ecx, limit, sizeof(limit));
}
