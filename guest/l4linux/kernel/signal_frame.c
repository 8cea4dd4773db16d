/* SPDX-License-Identifier: MIT
 * The frame of a signal handler on the user's stack: Linux/i386's struct sigframe and struct rt_sigframe, to the byte
 * (sigreturn(2)); and the way back from it.
 */
#include "signal_frame.h"
#include "memory.h"
#include "process.h"

#define EFLAGS_TRAP 0x100u
#define EFLAGS_DIRECTION 0x400u
#define EFLAGS_RESUME 0x10000u
#define FPU_STATE_ALIGNMENT 64u

/* popl %eax; movl $119, %eax; int $0x80 and movl $173, %eax; int $0x80, as in Linux's vDSO */
static const unsigned char sigreturn_code[8] = { 0x58, 0xB8, 119, 0, 0, 0, 0xCD, 0x80 };
static const unsigned char rt_sigreturn_code[8] = { 0xB8, 173, 0, 0, 0, 0xCD, 0x80, 0 };

bool on_signal_stack(const struct process *process, unsigned esp)
{
	const struct signal_stack *stack = &process->signals.stack;

	return stack->size != 0 && esp > stack->base && esp - stack->base <= stack->size;
}

/* Where the program's stack ends for this handler. */
static unsigned stack_for(const struct process *process, unsigned esp, const struct signal_action *action)
{
	const struct signal_stack *stack = &process->signals.stack;

	if ((action->flags & SA_ONSTACK) && stack->size != 0 && !on_signal_stack(process, esp)) {
		return stack->base + stack->size;
	}
	return esp;
}

/* A called function finds its return address 4 below a multiple of 16. */
static unsigned frame_below(unsigned esp, unsigned size) { return ((esp - size + 4) & ~15u) - 4; }

static struct sigcontext context_of(const struct process *process, const struct user_registers *registers,
				    unsigned fpu_address, signal_set blocked)
{
	struct sigcontext context;

	memcpy(&context, registers, sizeof(unsigned) * 12);
	context.trap_number = process->signals.trap_number;
	context.error_code = process->signals.error_code;
	context.eip = registers->eip;
	context.cs = registers->cs;
	context.eflags = registers->eflags;
	context.esp_at_signal = registers->esp;
	context.ss = registers->ss;
	context.fpu_state = fpu_address;
	context.old_mask = (unsigned)blocked;
	context.cr2 = process->signals.fault_address;
	return context;
}

static bool fpu_out(struct process *process, unsigned address, unsigned char *fpu)
{
	fpu_state_mark(fpu);
	return copy_out(process, address, fpu, fpu_state_size()) == 0;
}

/* The address to which the handler returns: the program's restorer, the library, or the frame itself. */
static unsigned return_address(const struct signal_action *action, bool rt, unsigned code_in_frame)
{
	unsigned library = arch_sigreturn_address(rt);

	if (action->flags & SA_RESTORER) {
		return action->restorer;
	}
	return library ? library : code_in_frame;
}

static bool push_old(struct process *process, struct user_registers *registers, unsigned address, int signal,
		     const struct signal_action *action, const struct sigcontext *context, signal_set blocked)
{
	static struct sigframe frame; /* too large for the coroutine's stack; nothing here waits */

	memset(&frame, 0, sizeof(frame));
	frame.return_address = return_address(action, false, address + offsetof(struct sigframe, code));
	frame.signal = signal;
	frame.context = *context;
	frame.extra_mask = (unsigned)(blocked >> 32);
	memcpy(frame.code, sigreturn_code, sizeof(frame.code));
	registers->edx = registers->ecx = 0;
	return copy_out(process, address, &frame, sizeof(frame)) == 0;
}

static bool push_rt(struct process *process, struct user_registers *registers, unsigned address,
		    const struct signal_info *info, const struct signal_action *action,
		    const struct sigcontext *context, signal_set blocked)
{
	struct rt_sigframe frame;

	memset(&frame, 0, sizeof(frame));
	frame.return_address = return_address(action, true, address + offsetof(struct rt_sigframe, code));
	frame.signal = info->signal;
	frame.info_address = address + offsetof(struct rt_sigframe, info);
	frame.user_context_address = address + offsetof(struct rt_sigframe, user_context);
	frame.info = *info;
	frame.user_context.stack = process->signals.stack;
	frame.user_context.stack.flags = process->signals.stack.size == 0 ? SS_DISABLE
					 : on_signal_stack(process, context->esp_at_signal) ? SS_ONSTACK : 0;
	frame.user_context.context = *context;
	frame.user_context.mask = blocked;
	memcpy(frame.code, rt_sigreturn_code, sizeof(frame.code));
	registers->edx = frame.info_address;
	registers->ecx = frame.user_context_address;
	return copy_out(process, address, &frame, sizeof(frame)) == 0;
}

bool signal_frame_push(struct process *process, struct user_state *state, const struct signal_info *info,
		       const struct signal_action *action)
{
	struct user_registers *registers = &state->registers;
	signal_set blocked = process->signals.blocked_is_saved ? process->signals.saved_blocked
							       : process->signals.blocked;
	unsigned top = stack_for(process, registers->esp, action);
	unsigned fpu_address = (top - fpu_state_size()) & ~(FPU_STATE_ALIGNMENT - 1);
	struct sigcontext context = context_of(process, registers, fpu_address, blocked);
	bool rt = action->flags & SA_SIGINFO;
	unsigned address = frame_below(fpu_address, rt ? sizeof(struct rt_sigframe) : sizeof(struct sigframe));

	/* a handler on the signal stack that has grown beyond it may not write what lies below */
	if (on_signal_stack(process, registers->esp) && !on_signal_stack(process, address)) {
		return false;
	}
	if (!fpu_out(process, fpu_address, state->fpu) ||
	    !(rt ? push_rt(process, registers, address, info, action, &context, blocked)
		 : push_old(process, registers, address, info->signal, action, &context, blocked))) {
		return false;
	}
	fpu_state_initial(state->fpu);
	registers->eax = (unsigned)info->signal;
	registers->esp = address;
	registers->eip = action->handler;
	registers->eflags &= ~(EFLAGS_TRAP | EFLAGS_DIRECTION | EFLAGS_RESUME);
	registers->cs = arch_user_code;
	registers->ds = registers->es = registers->ss = arch_user_data;
	return true;
}
