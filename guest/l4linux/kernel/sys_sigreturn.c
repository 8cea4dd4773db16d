/* SPDX-License-Identifier: MIT
 * sigreturn(2), rt_sigreturn(2): the program goes on where a handler has interrupted it, with the registers, mask and
 * floating-point unit that stand in the handler's frame. What cannot be loaded ends it by SIGSEGV.
 */
#include "memory.h"
#include "printk.h"
#include "signal_frame.h"
#include "syscalls.h"

/* AC, OF, DF, TF, SF, ZF, AF, PF, CF, and RF: what a program may set for itself */
#define USER_EFLAGS 0x00050DD5u
#define RPL_USER 3u

static int refuse(struct process *process, unsigned address)
{
	const struct signal_info info = { .signal = SIGSEGV, .code = SI_KERNEL };

	printk("linux: %s (pid %d): bad frame in sigreturn: 0x%x\n", process->name, process->pid, address);
	process->current_syscall = -1;
	signal_force(process, &info);
	return 0;
}

/* A data selector that cannot be loaded becomes null, as with Linux. */
static unsigned selector(const struct process *process, unsigned value)
{
	value &= 0xFFFF;
	if (value <= RPL_USER) {
		return value;
	}
	return arch_selector_is_loadable(process, value | RPL_USER) ? value | RPL_USER : 0;
}

static bool restore(struct process *process, const struct sigcontext *context)
{
	struct user_state state;
	struct user_registers *registers = &state.registers;

	memcpy(registers, context, sizeof(unsigned) * 12);
	registers->eip = context->eip;
	registers->cs = (context->cs & 0xFFFF) | RPL_USER;
	registers->ss = (context->ss & 0xFFFF) | RPL_USER;
	registers->eflags = context->eflags & USER_EFLAGS;
	registers->gs = selector(process, context->gs);
	registers->fs = selector(process, context->fs);
	registers->es = selector(process, context->es);
	registers->ds = selector(process, context->ds);
	if (!arch_code_selector_is_loadable(process, registers->cs) || !arch_selector_is_loadable(process, registers->ss)) {
		return false;
	}
	fpu_state_initial(state.fpu);
	if (context->fpu_state && copy_in(process, state.fpu, context->fpu_state, fpu_state_size()) < 0) {
		return false;
	}
	fpu_state_mend(state.fpu);
	process->current_syscall = -1; /* what EAX holds is not a result */
	arch_replace_user_state(process, &state, USER_EFLAGS);
	return true;
}

/* The handler has returned, and popl %eax has taken the signal's number. */
int sys_sigreturn(struct process *process, const struct syscall_frame *frame)
{
	unsigned address = arch_user_stack(process) - 8;
	struct sigcontext context;
	unsigned extra_mask;

	(void)frame;
	if (copy_in(process, &context, address + offsetof(struct sigframe, context), sizeof(context)) < 0 ||
	    copy_in(process, &extra_mask, address + offsetof(struct sigframe, extra_mask), sizeof(extra_mask)) < 0) {
		return refuse(process, address);
	}
	signals_set_blocked(process, (signal_set)extra_mask << 32 | context.old_mask);
	return restore(process, &context) ? (int)context.eax : refuse(process, address);
}

int sys_rt_sigreturn(struct process *process, const struct syscall_frame *frame)
{
	unsigned address = arch_user_stack(process) - 4;
	struct user_context context;

	(void)frame;
	if (copy_in(process, &context, address + offsetof(struct rt_sigframe, user_context), sizeof(context)) < 0) {
		return refuse(process, address);
	}
	signals_set_blocked(process, context.mask);
	if (!restore(process, &context.context)) {
		return refuse(process, address);
	}
	/* as sigaltstack() would, errors ignored */
	const struct signal_stack *stack = &context.stack;
	if ((stack->flags & ~SS_ONSTACK) == 0 && stack->size >= MINSIGSTKSZ &&
	    !on_signal_stack(process, context.context.esp)) {
		process->signals.stack = (struct signal_stack){ stack->base, 0, stack->size };
	}
	return (int)context.context.eax;
}
