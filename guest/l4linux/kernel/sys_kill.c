/* SPDX-License-Identifier: MIT
 * Sending signals: kill(2) with groups, tkill(2), tgkill(2), rt_sigqueueinfo(2), rt_tgsigqueueinfo(2). Everybody is
 * root, so everybody may.
 */
#include "memory.h"
#include "syscalls.h"

static struct signal_info from(const struct process *process, int signal, int code)
{
	return (struct signal_info){ .signal = signal, .code = code, .fields = { (unsigned)process->pid } };
}

static bool is_signal(int signal) { return signal >= 0 && signal <= SIGNAL_COUNT; }

static int send(struct process *target, const struct signal_info *info)
{
	if (!target) {
		return -ESRCH;
	}
	return info->signal == 0 ? 0 : signal_send(target, info);
}

/* To all of a group; 0 means to all but the first process and the sender. */
static int send_to_many(const struct process *sender, int group, const struct signal_info *info)
{
	int result = -ESRCH;

	for (struct process *target = process_list; target; target = target->process_next) {
		if (group ? target->group == group : target->pid != FIRST_PID && target != sender) {
			int error = send(target, info);
			result = error == 0 || result == 0 ? 0 : error;
		}
	}
	return result;
}

int sys_kill(struct process *process, const struct syscall_frame *frame)
{
	int pid = (int)frame->ebx;
	const struct signal_info info = from(process, (int)frame->ecx, SI_USER);

	if (!is_signal(info.signal)) {
		return -EINVAL;
	}
	if (pid > 0) {
		return send(process_find(pid), &info);
	}
	if (pid == (int)0x80000000u) {
		return -ESRCH;
	}
	return send_to_many(process, pid == -1 ? 0 : pid == 0 ? process->group : -pid, &info);
}

static int send_to_thread(const struct process *process, int id, int signal)
{
	const struct signal_info info = from(process, signal, SI_TKILL);

	return !is_signal(signal) ? -EINVAL : send(process_find(id), &info);
}

int sys_tkill(struct process *process, const struct syscall_frame *frame)
{
	return (int)frame->ebx <= 0 ? -EINVAL : send_to_thread(process, (int)frame->ebx, (int)frame->ecx);
}

int sys_tgkill(struct process *process, const struct syscall_frame *frame)
{
	if ((int)frame->ebx <= 0 || (int)frame->ecx <= 0) {
		return -EINVAL;
	}
	return frame->ebx != frame->ecx ? -ESRCH : send_to_thread(process, (int)frame->ecx, (int)frame->edx);
}

/* Nobody may look like kill(2) or the kernel to another process. */
static int queue_info(struct process *process, int pid, int signal, unsigned address)
{
	struct signal_info info;

	if (copy_in(process, &info, address, sizeof(info)) < 0) {
		return -EFAULT;
	}
	if ((info.code >= 0 || info.code == SI_TKILL) && pid != process->pid) {
		return -EPERM;
	}
	if (!is_signal(signal)) {
		return -EINVAL;
	}
	info.signal = signal;
	return send(process_find(pid), &info);
}

int sys_rt_sigqueueinfo(struct process *process, const struct syscall_frame *frame)
{
	return queue_info(process, (int)frame->ebx, (int)frame->ecx, frame->edx);
}

int sys_rt_tgsigqueueinfo(struct process *process, const struct syscall_frame *frame)
{
	if ((int)frame->ebx <= 0 || (int)frame->ecx <= 0) {
		return -EINVAL;
	}
	if (frame->ebx != frame->ecx) {
		return -ESRCH;
	}
	return queue_info(process, (int)frame->ecx, (int)frame->edx, frame->esi);
}
