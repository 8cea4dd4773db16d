/* SPDX-License-Identifier: MIT
 * The user's registers for signals: the trap frame at the kernel stack's end, FS and GS, and the floating-point unit.
 */
#include "ia32.h"
#include "native.h"

#define SIZE_OF_INT80 2 /* the instruction's bytes */

const unsigned arch_user_code = USER_CODE, arch_user_data = USER_DATA;

static void read_state(const struct process *process, struct user_state *state)
{
	const struct trap_frame *frame = user_frame(process);

	segments_keep(process);
	fpu_keep(process);
	memcpy(state->fpu, process->arch.fpu, FPU_STATE_SIZE);
	state->registers = (struct user_registers){
		.gs = process->arch.gs, .fs = process->arch.fs, .es = frame->es & 0xFFFF, .ds = frame->ds & 0xFFFF,
		.edi = frame->user.edi, .esi = frame->user.esi, .ebp = frame->user.ebp, .esp = frame->esp,
		.ebx = frame->user.ebx, .edx = frame->user.edx, .ecx = frame->user.ecx, .eax = frame->user.eax,
		.eip = frame->eip, .cs = frame->cs & 0xFFFF, .eflags = frame->eflags, .ss = frame->ss & 0xFFFF,
	};
}

static void write_state(struct process *process, const struct user_state *state)
{
	const struct user_registers *registers = &state->registers;
	struct trap_frame *frame = user_frame(process);

	segments_release(process);
	fpu_release(process);
	memcpy(process->arch.fpu, state->fpu, FPU_STATE_SIZE);
	process->arch.gs = (unsigned short)registers->gs;
	process->arch.fs = (unsigned short)registers->fs;
	frame->es = registers->es;
	frame->ds = registers->ds;
	frame->user = (struct syscall_frame){ registers->ebx, registers->ecx, registers->edx, registers->esi,
					      registers->edi, registers->ebp, registers->eax };
	frame->eip = registers->eip;
	frame->cs = registers->cs;
	frame->eflags = registers->eflags;
	frame->esp = registers->esp;
	frame->ss = registers->ss;
}

void user_signals(struct process *process)
{
	struct user_state state;

	/* a handler, or a call that was to end with one and begins anew instead */
	if (signals_act(process) || process->signals.interrupted_call >= 0) {
		read_state(process, &state);
		signals_deliver(process, &state);
		write_state(process, &state);
	}
}

unsigned arch_user_stack(const struct process *process) { return user_frame(process)->esp; }

void arch_replace_user_state(struct process *process, const struct user_state *state, unsigned eflags)
{
	unsigned kept = user_frame(process)->eflags & ~eflags;

	write_state(process, state);
	user_frame(process)->eflags |= kept;
}

void arch_restart_call(const struct process *process, struct user_registers *registers)
{
	(void)process;
	registers->eip -= SIZE_OF_INT80;
}

/* There is no library: the code stands in the frame. */
unsigned arch_sigreturn_address(bool rt)
{
	(void)rt;
	return 0;
}
