/* SPDX-License-Identifier: MIT
 * The native port's flow of control: start, the idle loop that runs ready coroutines, and the way to user mode.
 */
#include "arch.h"
#include "boot.h"
#include "ia32.h"
#include "native.h"

void native_start(unsigned magic, unsigned information)
{
	segments_load();
	interrupt_table_load();
	interrupt_controller_start();
	fpu_start();
	boot_read(magic, information);
	linux_main();
}

void arch_main_loop(void)
{
	for (;;) {
		interrupts_off();
		struct process *process = take_ready();
		if (process) {
			run_coroutine(process);
		} else {
			/* sti takes effect after the next instruction: no interrupt falls in between */
			__asm__ volatile("sti\n\thlt" : : : "memory");
		}
	}
}

/* The idle loop looks by itself after each interrupt. */
void arch_wakeup(void) {}

/* It was interrupted on its way here: return_to_user() looks. */
void arch_interrupt_user(struct process *process) { (void)process; }

static unsigned stack_top(const struct process *process)
{
	return (unsigned)process->coroutine.stack + PAGE_SIZE;
}

/* With interrupts off, in the process's coroutine: the last thing before user mode. */
void return_to_user(struct process *process)
{
	user_signals(process);
	space_load(process);
	fpu_load(process);
	segments_load_user(process);
	segments_set_kernel_stack(stack_top(process));
	process->state = PROCESS_USER;
}

void arch_run_user(struct process *process, unsigned eip, unsigned esp)
{
	struct trap_frame *frame = user_frame(process);

	memset(frame, 0, sizeof(*frame));
	frame->eip = eip;
	frame->esp = esp;
	frame->cs = USER_CODE;
	frame->ds = frame->es = frame->ss = USER_DATA;
	frame->eflags = EFLAGS_IF;
	interrupts_off();
	return_to_user(process);
	resume_user(frame);
}

struct trap_frame *user_frame(const struct process *process)
{
	return (struct trap_frame *)(stack_top(process) - sizeof(struct trap_frame));
}

void arch_before_fork(struct process *parent) { (void)parent; }

void arch_fork(const struct process *parent, struct process *child)
{
	struct trap_frame *frame = user_frame(child);

	*frame = *user_frame(parent);
	frame->user.eax = 0;
	fpu_fork(parent, child);
	segments_fork(parent, child);
}

void arch_run_child(struct process *child)
{
	interrupts_off();
	return_to_user(child);
	resume_user(user_frame(child));
}

void arch_halt(void)
{
	for (;;) {
		__asm__ volatile("cli\n\thlt");
	}
}
