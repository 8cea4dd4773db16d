/* SPDX-License-Identifier: MIT
 * The pending signals of a process: sending, forcing, and which comes next. Standard signals are pending once, with
 * the first one's information; real-time signals queue.
 */
#include "signal.h"
#include "ia32.h"
#include "memory.h"
#include "process.h"

#define QUEUE_LIMIT 256 /* RLIMIT_SIGPENDING, of all processes together */

static struct pool queue_pool = { sizeof(struct queued_signal), NULL };
static unsigned queued;

#define STOP_SIGNALS (signal_bit(SIGSTOP) | signal_bit(SIGTSTP) | signal_bit(SIGTTIN) | signal_bit(SIGTTOU))
#define SYNCHRONOUS                                                                                          \
	(signal_bit(SIGSEGV) | signal_bit(SIGBUS) | signal_bit(SIGILL) | signal_bit(SIGTRAP) |               \
	 signal_bit(SIGFPE) | signal_bit(SIGSYS))
#define IGNORED_BY_DEFAULT                                                                                   \
	(signal_bit(SIGCHLD) | signal_bit(SIGCONT) | signal_bit(SIGURG) | signal_bit(SIGWINCH))

static bool is_ignored_action(const struct process *process, int signal)
{
	unsigned handler = process->signals.actions[signal].handler;

	return handler == SIG_IGN || (handler == SIG_DFL && (signal_bit(signal) & IGNORED_BY_DEFAULT));
}

bool signal_is_ignored(const struct process *process, int signal)
{
	return process->signals.actions[signal].handler == SIG_IGN;
}

/* What is blocked stays pending: it may get a handler before it is unblocked. */
static bool is_of_no_use(const struct process *process, int signal)
{
	return !(process->signals.blocked & signal_bit(signal)) && is_ignored_action(process, signal);
}

static int enqueue(struct process *process, const struct signal_info *info)
{
	struct queued_signal **link = &process->signals.queue;

	if (info->signal < FIRST_REALTIME_SIGNAL) {
		if (!(process->signals.pending & signal_bit(info->signal))) {
			process->signals.infos[info->signal] = *info;
		}
		return 0;
	}
	struct queued_signal *entry = queued < QUEUE_LIMIT ? pool_allocate(&queue_pool) : NULL;
	if (!entry) {
		return -EAGAIN;
	}
	queued++;
	entry->info = *info;
	while (*link) {
		link = &(*link)->next;
	}
	entry->next = NULL;
	*link = entry;
	return 0;
}

void signals_discard(struct process *process, signal_set set)
{
	unsigned flags = critical_enter();
	struct queued_signal **link = &process->signals.queue;

	process->signals.pending &= ~set;
	while (*link) {
		struct queued_signal *entry = *link;
		if (signal_bit(entry->info.signal) & set) {
			*link = entry->next;
			pool_free(&queue_pool, entry);
			queued--;
		} else {
			link = &entry->next;
		}
	}
	critical_leave(flags);
}

void signals_release(struct process *process) { signals_discard(process, ~0ull); }

/* It has something to see: it does not wait, stay stopped, or compute any longer. */
static void wake(struct process *process)
{
	if (process->state == PROCESS_BLOCKED) {
		make_ready(process);
	} else if (process->state == PROCESS_USER) {
		arch_interrupt_user(process);
	}
}

static void continue_stopped(struct process *process)
{
	signals_discard(process, STOP_SIGNALS);
	if (process->signals.stopped_by) {
		process->signals.stopped_by = 0;
		process->signals.stop_unreported = false;
		process->signals.continue_unreported = true;
		if (process->state == PROCESS_STOPPED) {
			make_ready(process);
		}
		signal_tell_parent(process, CLD_CONTINUED, SIGCONT);
	}
}

static int send(struct process *process, const struct signal_info *info)
{
	int signal = info->signal;

	if (process->state == PROCESS_ZOMBIE) {
		return 0;
	}
	if (signal == SIGCONT) {
		continue_stopped(process);
	} else if (signal_bit(signal) & STOP_SIGNALS) {
		signals_discard(process, signal_bit(SIGCONT));
	}
	if (is_of_no_use(process, signal)) {
		return 0;
	}
	int error = enqueue(process, info);
	if (error == 0) {
		process->signals.pending |= signal_bit(signal);
		if (signal == SIGKILL && process->state == PROCESS_STOPPED) {
			process->signals.stopped_by = 0;
			make_ready(process);
		} else if ((~process->signals.blocked | process->signals.awaited) & signal_bit(signal)) {
			wake(process);
		}
	}
	return error;
}

int signal_send(struct process *process, const struct signal_info *info)
{
	unsigned flags = critical_enter();
	int error = send(process, info);

	critical_leave(flags);
	return error;
}

void signal_send_kernel(struct process *process, int signal)
{
	const struct signal_info info = { .signal = signal, .code = SI_KERNEL };

	signal_send(process, &info);
}

void signal_send_group(int group, int signal)
{
	for (struct process *process = process_list; process; process = process->process_next) {
		if (process->group == group) {
			signal_send_kernel(process, signal);
		}
	}
}

void signal_force(struct process *process, const struct signal_info *info)
{
	struct signal_state *signals = &process->signals;
	signal_set bit = signal_bit(info->signal);

	if ((signals->blocked & bit) || signals->actions[info->signal].handler == SIG_IGN) {
		signals->actions[info->signal].handler = SIG_DFL;
		signals->blocked &= ~bit;
	}
	signals->pending &= ~bit; /* this one's information is what counts */
	signal_send(process, info);
}

bool signal_pending(const struct process *process)
{
	return (process->signals.pending & (~process->signals.blocked | process->signals.awaited)) != 0;
}

static int lowest(signal_set set)
{
	int signal = 1;

	while (!(set & signal_bit(signal))) {
		signal++;
	}
	return signal;
}

/* SIGKILL before all, then what the program itself has caused. */
static int first_of(signal_set set)
{
	if (set & signal_bit(SIGKILL)) {
		return SIGKILL;
	}
	return set == 0 ? 0 : lowest(set & SYNCHRONOUS ? set & SYNCHRONOUS : set);
}

enum signal_effect signal_next(const struct process *process, int *signal)
{
	*signal = first_of(process->signals.pending & ~process->signals.blocked);
	if (*signal == 0) {
		return SIGNAL_NOTHING;
	}
	if (is_ignored_action(process, *signal)) {
		return SIGNAL_IGNORED;
	}
	if (process->signals.actions[*signal].handler != SIG_DFL) {
		return SIGNAL_HANDLER;
	}
	return signal_bit(*signal) & STOP_SIGNALS ? SIGNAL_STOPS : SIGNAL_ENDS;
}

bool signal_ends(const struct process *process)
{
	int signal;

	return process->signals.pending && signal_next(process, &signal) == SIGNAL_ENDS;
}

int signal_take(struct process *process, signal_set set, struct signal_info *info)
{
	unsigned flags = critical_enter();
	int signal = first_of(process->signals.pending & set);
	bool more = false;

	if (signal != 0 && signal < FIRST_REALTIME_SIGNAL) {
		*info = process->signals.infos[signal];
	}
	struct queued_signal **link = &process->signals.queue;
	while (signal >= FIRST_REALTIME_SIGNAL && *link) {
		struct queued_signal *entry = *link;
		if (entry->info.signal != signal) {
			link = &entry->next;
		} else if (!more) {
			*info = entry->info;
			*link = entry->next;
			pool_free(&queue_pool, entry);
			queued--;
			more = true;
		} else {
			critical_leave(flags);
			return signal; /* the next of the same number stays pending */
		}
	}
	if (signal != 0) {
		process->signals.pending &= ~signal_bit(signal);
	}
	critical_leave(flags);
	return signal;
}
