/* SPDX-License-Identifier: MIT
 * Stopping a process's main thread wherever it is, and sending it on with other registers. Its signal thread does the
 * stopping, since lthread_ex_regs works within a task only; the signal page carries the registers both ways.
 */
#include "arch.h"
#include "clock.h"
#include "l4_port.h"
#include "landmarks.h"
#include "memory.h"
#include "printk.h"

#define LTHREAD_SIGNAL 1
#define L4_USER_DATA 0x2Bu /* the µ-kernel's selectors for programs */
#define L4_USER_CODE 0x33u
#define FIRST_THREAD_AREA_SELECTOR 0x3Bu
#define PATIENCE 3 /* ticks */
#define EFLAGS_TRAP 0x100u
#define INTERRUPTS_AND_RESERVED 0x202u

const unsigned arch_user_code = L4_USER_CODE, arch_user_data = L4_USER_DATA;

static struct register_image *image_in(const struct process *process)
{
	return frame_address(process->arch.signal_page);
}

static struct register_image *image_out(const struct process *process)
{
	return (struct register_image *)((char *)frame_address(process->arch.signal_page) + IMAGE_OUT_OFFSET);
}

static struct l4_threadid signal_thread_of(const struct process *process)
{
	return l4_lthread(process->arch.thread, LTHREAD_SIGNAL);
}

static void report_is_late(struct process *process)
{
	process->arch.report_is_late = true;
	make_ready(process);
}

/* The server waits for the main thread's report. What ends the process need not wait for that. */
static void await_report(struct process *process)
{
	while (process->arch.stop != STOP_REPORTED || !process->arch.signal_thread_ready) {
		int signal;
		leave_coroutine(PROCESS_USER);
		if (process->arch.report_is_late) {
			process->arch.report_is_late = false;
			set_priority(signal_thread_of(process), PRIORITY_USER);
		}
		if (signal_next(process, &signal) == SIGNAL_ENDS) {
			signals_act(process);
		}
	}
}

/* Above all main threads while it does what it is asked, so that it waits again when the main thread reports; but for a
 * short time only, since the program may have made it do something else. */
static void ask_signal_thread(struct process *process)
{
	struct l4_threadid signal_thread = signal_thread_of(process);

	process->arch.stop = STOP_ASKED;
	set_priority(signal_thread, PRIORITY_SIGNAL);
	timer_set(&process->wakeup, process, clock_ticks + PATIENCE, report_is_late);
	/* between two requests it always waits, unless the program has done something to it */
	if (l4_error(l4_ipc_send(signal_thread, L4_SEND_SHORT, 0, 0, L4_SEND_AT_ONCE)) != L4_OK) {
		printk("linux: %s (pid %d): its signal thread does not listen\n", process->name, process->pid);
		process_exit(process, wait_status_signalled(SIGKILL));
	}
}

static void read_registers(const struct register_image *image, struct user_registers *registers)
{
	*registers = (struct user_registers){
		.gs = image->gs & 0xFFFF, .fs = image->fs & 0xFFFF, .es = image->es & 0xFFFF, .ds = image->ds & 0xFFFF,
		.edi = image->edi, .esi = image->esi, .ebp = image->ebp, .esp = image->esp, .ebx = image->ebx,
		.edx = image->edx, .ecx = image->ecx, .eax = image->eax, .eip = image->eip,
		.cs = image->cs & 0xFFFF, .eflags = image->eflags, .ss = image->ss & 0xFFFF,
	};
}

static bool is_resuming(unsigned eip)
{
	return eip >= library_landmarks()->resume && eip < library_landmarks()->resume_end;
}

/* Before it has gone on as it should, what we have for it counts, not what it has loaded of that. */
static void take_state(struct process *process)
{
	const struct register_image *image = image_in(process);
	struct user_state *state = &process->arch.state;

	if (is_resuming(image->eip)) {
		if (!process->arch.state_has_fpu) {
			memcpy(state->fpu, image->fpu, FPU_STATE_SIZE);
		}
	} else {
		read_registers(image, &state->registers);
		memcpy(state->fpu, image->fpu, FPU_STATE_SIZE);
		if (!program_state(process, &state->registers)) {
			const struct signal_info info = { .signal = SIGSEGV, .code = SI_KERNEL };
			signal_force(process, &info);
		}
	}
	process->arch.state_has_fpu = true;
}

void user_stop(struct process *process)
{
	if (process->arch.stop == STOP_REPORTED) {
		return;
	}
	ask_signal_thread(process);
	await_report(process);
	timer_cancel(&process->wakeup);
	set_priority(signal_thread_of(process), PRIORITY_USER);
	if (process->arch.state_is_replaced) {
		process->arch.state.registers.eflags |= image_in(process)->eflags & process->arch.kept_eflags;
	} else {
		take_state(process);
	}
}

void user_resume(struct process *process)
{
	const struct user_registers *registers = &process->arch.state.registers;
	struct register_image *image = image_out(process);

	*image = (struct register_image){
		.ss = registers->ss, .cs = registers->cs, .gs = registers->gs, .fs = registers->fs, .es = registers->es,
		.ds = registers->ds, .edi = registers->edi, .esi = registers->esi, .ebp = registers->ebp,
		.ebx = registers->ebx, .edx = registers->edx, .ecx = registers->ecx, .eax = registers->eax,
		.eflags = (registers->eflags & ~EFLAGS_TRAP) | INTERRUPTS_AND_RESERVED,
		.eip = registers->eip, .esp = registers->esp, .has_fpu = process->arch.state_has_fpu,
	};
	fpu_state_mark(process->arch.state.fpu);
	memcpy(image->fpu, process->arch.state.fpu, FPU_STATE_SIZE);
	process->arch.stop = STOP_NONE;
	process->arch.state_is_replaced = false;
	process->arch.reply_kind = REPLY_RESULT;
	process->arch.reply[0] = process->arch.reply[1] = 0;
}

/* A new main thread stops of itself before the program's first instruction; its signal thread makes itself known. */
void user_await_start(struct process *process)
{
	struct user_registers first;

	process->arch.stop = STOP_ASKED;
	await_report(process);
	if (process->arch.state_is_replaced) {
		return; /* a child of fork() */
	}
	read_registers(image_in(process), &first);
	process->arch.state.registers = (struct user_registers){
		.gs = first.gs, .fs = first.fs, .es = first.es, .ds = first.ds, .cs = first.cs, .ss = first.ss,
		.eflags = first.eflags, .eip = process->start_eip, .esp = process->start_esp,
	};
	process->arch.state_has_fpu = false; /* untouched, so that it costs nothing */
}

bool arch_selector_is_loadable(const struct process *process, unsigned selector)
{
	unsigned n = (selector - FIRST_THREAD_AREA_SELECTOR) / 8;

	return selector == L4_USER_CODE || selector == L4_USER_DATA ||
	       ((selector & 7) == 3 && n < THREAD_AREAS && process->thread_areas[n].limit);
}

bool arch_code_selector_is_loadable(const struct process *process, unsigned selector)
{
	(void)process;
	return selector == L4_USER_CODE;
}

/* ESP behind the call: of the program's own int 0x80, or of its call of the library. */
unsigned arch_user_stack(const struct process *process)
{
	struct user_registers registers = { .esp = process->arch.message[1] };
	struct process *reader = (struct process *)process;

	registers.eip = library_landmarks()->call_answered;
	return program_state(reader, &registers) ? registers.esp : 0;
}

void arch_replace_user_state(struct process *process, const struct user_state *state, unsigned eflags)
{
	process->arch.state = *state;
	process->arch.state_has_fpu = true;
	process->arch.state_is_replaced = true;
	process->arch.kept_eflags = ~eflags;
}

void arch_restart_call(const struct process *process, struct user_registers *registers)
{
	registers->eip = process->arch.restart_eip;
	registers->esp = process->arch.restart_esp;
}
