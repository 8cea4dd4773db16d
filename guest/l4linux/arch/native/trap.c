/* SPDX-License-Identifier: MIT
 * What a trap means on the bare machine: system call, page fault, interrupt, or an exception of the program. The
 * same trap in the kernel itself is its end.
 */
#include "arch.h"
#include "ia32.h"
#include "memory.h"
#include "native.h"
#include "printk.h"

#define FAULT_PROTECTION 1u
#define FAULT_WRITE 2u
#define RING_3 3u

unsigned arch_user_ticks(const struct process *process) { return process->arch.user_ticks; }

static unsigned fault_address(void)
{
	unsigned address;

	__asm__ volatile("movl %%cr2, %0" : "=r"(address));
	return address;
}

static void page_fault(struct process *process, const struct trap_frame *frame, unsigned address)
{
	if (address < USER_LIMIT) {
		int error = memory_fault(process, address, frame->error_code & FAULT_WRITE);
		if (error == 0) {
			space_forget(address); /* it may have gained a right */
			return;
		}
		if (error == -ENOMEM) {
			signal_send_kernel(process, SIGKILL);
			return;
		}
	}
	exception(process, VECTOR_PAGE_FAULT, frame->error_code, frame->eip, address);
}

static void from_user(struct trap_frame *frame)
{
	struct process *process = current;
	unsigned address = fault_address(); /* before another fault can change it */

	process->state = PROCESS_IN_SERVER;
	if (frame->vector - VECTOR_IRQ_BASE < IRQ_COUNT) {
		process->arch.user_ticks += frame->vector == VECTOR_TIMER;
		process->state = PROCESS_USER; /* it does not wait for us; a bottom half may kill it */
		interrupt_dispatch(frame->vector - VECTOR_IRQ_BASE);
		if (frame->vector == VECTOR_TIMER) {
			make_ready(process); /* a tick is a time slice */
			leave_coroutine(PROCESS_READY);
		}
	} else {
		interrupts_on();
		if (frame->vector == VECTOR_SYSTEM_CALL) {
			frame->user.eax = (unsigned)system_call(process, (int)frame->user.eax, &frame->user);
		} else if (frame->vector == VECTOR_PAGE_FAULT) {
			page_fault(process, frame, address);
		} else {
			exception(process, frame->vector, frame->error_code, frame->eip, address);
		}
		interrupts_off();
	}
	return_to_user(process);
}

static bool fails_to_return(const struct trap_frame *frame)
{
	const char *at = (const char *)frame->eip;

	return at == return_es || at == return_ds || at == return_iret;
}

/*
 * The way back to the program loads what the program has chosen: selectors that modify_ldt(2) may have taken away, an
 * EIP beyond its segment. A data segment that cannot be loaded becomes null, as with Linux; else the program has an
 * exception where it would have gone on. The failed frame lies over what was popped of the program's own.
 */
static void return_again(const struct trap_frame *failed)
{
	struct process *process = current;
	struct trap_frame *frame = user_frame(process);
	const char *at = (const char *)failed->eip;
	unsigned es = failed->es, ds = failed->ds, vector = failed->vector, error_code = failed->error_code;
	struct syscall_frame user = failed->user;

	frame->es = at == return_es ? 0 : es;
	if (at == return_ds) {
		frame->ds = 0;
	} else if (at == return_iret) {
		frame->ds = ds;
		frame->user = user;
		process->state = PROCESS_IN_SERVER;
		exception(process, vector, error_code, frame->eip, 0);
	}
	return_to_user(process);
	resume_user(frame);
}

void trap(struct trap_frame *frame)
{
	if ((frame->cs & RING_3) == RING_3) {
		from_user(frame);
	} else if (frame->vector - VECTOR_IRQ_BASE < IRQ_COUNT) {
		interrupt_dispatch(frame->vector - VECTOR_IRQ_BASE);
	} else if (fails_to_return(frame)) {
		return_again(frame);
	} else {
		printk("linux: exception %u (error code 0x%x) at 0x%x, address 0x%x\n", frame->vector,
		       frame->error_code, frame->eip, fault_address());
		panic("exception in the kernel");
	}
}
