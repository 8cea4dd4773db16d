/* SPDX-License-Identifier: MIT
 * Processes as L4 tasks: 5 and up, created by the server, which is therefore their chief and their pager.
 */
#include "arch.h"
#include "clock.h"
#include "l4_port.h"
#include "memory.h"
#include "printk.h"

#define FIRST_TASK 5
#define CPU_TIME_HIGH 0xFFFFu
#define MICROSECONDS_PER_TICK (1000000u / TICKS_PER_SECOND)

const unsigned arch_modules_before = 2; /* σ0 and the server itself */

static unsigned char task_is_used[L4_TASKS];

static struct l4_threadid task_id(unsigned task) { return l4_make_id(task, 0, 1, L4_TASK_ROOT, 0, 0); }

bool arch_space_create(struct process *process)
{
	for (unsigned task = FIRST_TASK; task < L4_TASKS; task++) {
		if (!task_is_used[task]) {
			task_is_used[task] = library_map(process);
			process->task = task;
			return task_is_used[task];
		}
	}
	return false;
}

static void delete_task(struct process *process)
{
	if (!l4_is_nil(process->arch.thread)) {
		l4_task_new(process->arch.thread, server.low, 0, 0, l4_nil());
		process->arch.thread = l4_nil();
	}
}

/* The number stays the process's; the next task of that number has a new version. */
bool arch_space_renew(struct process *process)
{
	delete_task(process);
	process->arch.reply_kind = REPLY_NONE;
	process->arch.state_is_replaced = false;
	regions_delete(process);
	return library_map(process);
}

void arch_space_delete(struct process *process)
{
	delete_task(process);
	if (process->arch.signal_page) {
		frame_free(process->arch.signal_page);
	}
	task_is_used[process->task] = 0;
}

/* Takes the frame away from whoever has it from us; the next fault maps what the logical table says then. Before
 * the task runs nobody can have it. */
void arch_page_changed(struct process *process, unsigned address, unsigned frame)
{
	(void)address;
	if (!l4_is_nil(process->arch.thread)) {
		l4_fpage_unmap(l4_make_fpage((unsigned)frame_address(frame), L4_PAGE_SIZE_LOG2, 0),
			       L4_UNMAP_PAGE | L4_UNMAP_OTHER_SPACES);
	}
}

void arch_page_write_protected(struct process *process, unsigned address, unsigned frame)
{
	(void)process, (void)address;
	l4_fpage_unmap(l4_make_fpage((unsigned)frame_address(frame), L4_PAGE_SIZE_LOG2, 0),
		       L4_UNMAP_WRITE_ACCESS | L4_UNMAP_OTHER_SPACES);
}

static void start_task(struct process *process)
{
	process->arch.signal_thread_ready = false;
	process->arch.stop = STOP_NONE;
	process->arch.has_message = false;
	process->arch.thread = l4_task_new(task_id(process->task), PRIORITY_USER | L4_TASK_WITHOUT_IO,
					   library_stop_stack(),
					   library_start_address(), server);
	if (l4_is_nil(process->arch.thread)) {
		printk("linux: the kernel has no memory for the task of %s (pid %d)\n", process->name, process->pid);
		process_exit(process, wait_status_signalled(SIGKILL));
	}
	thread_areas_start(process);
	set_priority(process->arch.thread, PRIORITY_USER);
	user_await_start(process);
}

/* The main thread has been stopped, or is to be, for the sake of its registers. */
static void go_on_elsewhere(struct process *process)
{
	user_stop(process);
	signals_deliver(process, &process->arch.state);
	user_resume(process);
}

/* One message of the main thread. Afterwards it waits for the answer, whatever it was, so that it may be stopped by a
 * signal in place; only what concerns its registers needs the signal thread. */
static void serve(struct process *process)
{
	process->arch.has_message = false;
	message_serve(process);
	bool handler = signals_act(process);
	if (handler || process->arch.state_is_replaced || process->arch.stop == STOP_REPORTED) {
		if (process->arch.state_is_replaced) {
			process->arch.state.registers.eax = process->arch.reply[0];
		}
		go_on_elsewhere(process);
	}
	process->arch.serves_call = false;
}

/* No message, so somebody has a signal for a program that computes, or is on its way to us. */
static void interrupt(struct process *process)
{
	int signal;

	switch (signal_next(process, &signal)) {
	case SIGNAL_NOTHING:
		break;
	case SIGNAL_IGNORED:
	case SIGNAL_ENDS:
		signals_act(process);
		break;
	case SIGNAL_STOPS:
	case SIGNAL_HANDLER:
		go_on_elsewhere(process);
	}
}

/* The life of a process's coroutine: one turn for each message of its task, and for signals. */
static void serve_for_ever(struct process *process) __attribute__((noreturn));
static void serve_for_ever(struct process *process)
{
	for (;;) {
		leave_coroutine(PROCESS_USER);
		if (process->arch.has_message) {
			serve(process);
		} else {
			interrupt(process);
		}
	}
}

void arch_run_user(struct process *process, unsigned eip, unsigned esp)
{
	process->start_eip = eip;
	process->start_esp = esp;
	start_task(process);
	signals_deliver(process, &process->arch.state);
	user_resume(process);
	serve_for_ever(process);
}

/* The parent is stopped in its call, so that the child can begin with its registers. */
void arch_before_fork(struct process *parent)
{
	user_stop(parent);
	parent->arch.state_is_replaced = true; /* it goes on with these, and the call's result */
}

void arch_fork(const struct process *parent, struct process *child)
{
	child->arch.state = parent->arch.state;
	child->arch.state.registers.eax = 0;
	child->arch.state_has_fpu = true;
	child->arch.state_is_replaced = true;
}

void arch_run_child(struct process *child)
{
	arch_run_user(child, 0, 0);
}

/* The µ-kernel counts microseconds, 48 bits of them. The quotient fits for a year of computing. */
unsigned arch_user_ticks(const struct process *process)
{
	struct l4_schedule_result now = l4_thread_schedule(process->arch.thread, L4_UNCHANGED, l4_invalid());
	unsigned ticks = now.time_low;
	unsigned high = now.time_high & CPU_TIME_HIGH;

	__asm__("divl %2" : "+a"(ticks), "+d"(high) : "r"(MICROSECONDS_PER_TICK));
	return ticks;
}

/* Its coroutine will be run, and looks. */
void arch_interrupt_user(struct process *process) { make_ready(process); }
