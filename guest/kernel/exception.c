/* SPDX-License-Identifier: MIT
 *
 * Exceptions: the ones the kernel handles by itself, and the rest, which a thread gets through its own table as if
 * the processor had called the handler. L4 reference manual, "Exceptions" and "User-level exception handlers".
 */
#include <l4/probes.h>
#include <l4/syscalls.h>

#include "console.h"
#include "debug_registers.h"
#include "emulation.h"
#include "fpu.h"
#include "ia32/cpu.h"
#include "ipc.h"
#include "small_space.h"
#include "thread_segment.h"
#include "user_memory.h"

/* True: the instruction may be tried again, or the thread has something else to do. False: to its own table. */
typedef bool exception_handler(struct tcb *self, struct trap_frame *frame);

void exception_entry(struct trap_frame *frame, enum vector vector);

/* The message of a page fault that took the fast path has ended with an error. */
void page_fault_failed(struct trap_frame *frame);

/* entry.S */
extern char return_to_user_iret[];
void leave_by_frame(struct trap_frame *frame) __attribute__((noreturn));

/* CR2 is linear; everybody else speaks of addresses within the space. */
static unsigned fault_address(const struct tcb *self)
{
	return cr2_read() - space_base(self->space);
}

static bool page_fault(struct tcb *self, struct trap_frame *frame)
{
	unsigned address = fault_address(self);
	L4_PROBE4("l4", "page-fault", self, address, frame->error_code, frame->eip);
	if (address >= USER_LIMIT) {
		return false;
	}
	return small_space_show(self->space, address) ||
	       user_page_in(self, address, (frame->error_code & PAGE_FAULT_WRITE) != 0, frame->eip, L4_NEVER);
}

static bool debug(struct tcb *self, struct trap_frame *frame)
{
	(void)frame;
	debug_status_save(self);
	return false;
}

static bool device_not_available(struct tcb *self, struct trap_frame *frame)
{
	(void)frame;
	return fpu_acquire(self);
}

/* An access beyond the limit: in a large space the instruction may be within it. If not, it comes back. */
static bool leave_small_space(const struct tcb *self)
{
	bool was_small = self->space->small_slot != 0;
	small_space_assign(self->space, 0);
	return was_small;
}

static bool general_protection(struct tcb *self, struct trap_frame *frame)
{
	/* INT n and bad selectors have an error code; what the kernel mends has none. */
	return frame->error_code == 0 &&
	       (emulate_instruction(self, frame) || reload_segments(self, frame) ||
		thread_segments_flip(self, frame) || leave_small_space(self));
}

static bool stack_fault(struct tcb *self, struct trap_frame *frame)
{
	return frame->error_code == 0 && (thread_segments_flip(self, frame) || leave_small_space(self));
}

static exception_handler *const handlers[EXCEPTION_VECTORS] = {
	[VECTOR_DEBUG] = debug,
	[VECTOR_DEVICE_NOT_AVAILABLE] = device_not_available,
	[VECTOR_STACK_FAULT] = stack_fault,
	[VECTOR_GENERAL_PROTECTION] = general_protection,
	[VECTOR_PAGE_FAULT] = page_fault,
};

static bool has_error_code(enum vector vector)
{
	return vector == VECTOR_DOUBLE_FAULT || (vector >= 10 && vector <= VECTOR_PAGE_FAULT) ||
	       vector == VECTOR_ALIGNMENT_CHECK;
}

/* The handler's address in the thread's table; 0: there is none. */
static unsigned find_handler(struct tcb *self, enum vector vector)
{
	enum { TYPE_MASK = 0x0f00, TYPE_TRAP_GATE = 0x0f00 };
	struct l4_idt_gate gate;
	if (self->user_idt == 0 ||
	    !user_read(self, &gate, self->user_idt + (unsigned)vector * sizeof gate, sizeof gate) ||
	    (gate.type & TYPE_MASK) != TYPE_TRAP_GATE) {
		return 0;
	}
	return gate.offset_low | (unsigned)gate.offset_high << 16;
}

/* What the processor would push: EFLAGS, CS, EIP, and below them the error code if the vector has one. The handler's
 * stack segment is the flat one, whatever the thread has made of it. */
static bool deliver(struct tcb *self, struct trap_frame *frame, enum vector vector)
{
	unsigned handler = find_handler(self, vector);
	if (handler == 0) {
		return false;
	}
	unsigned pushed[] = {frame->error_code, frame->eip, frame->cs, frame->eflags};
	unsigned first = has_error_code(vector) ? 0 : 1;
	unsigned size = (4 - first) * sizeof pushed[0];
	if (!user_write(self, frame->esp - size, pushed + first, size)) {
		return false;
	}
	frame->esp -= size;
	frame->ss = USER_DATA;
	frame->eip = handler;
	frame->eflags &= ~(unsigned)EFLAGS_TRAP;
	return true;
}

/* Only the first few are reported: a hostile task could fill the console. */
static void shut_down(struct tcb *self, const struct trap_frame *frame, enum vector vector, unsigned address)
{
	static unsigned reports_left = 8;
	if (reports_left > 0) {
		reports_left--;
		console_print("l4: thread %u.%u shut down by exception %u, error %x, eip %x, address %x\n",
			      self->space->task, l4_lthread_of(self->id), (unsigned)vector, frame->error_code,
			      frame->eip, vector == VECTOR_PAGE_FAULT ? address : 0);
	}
	ipc_shut_down(self);
}

/* To the thread's own table. */
static void raise(struct tcb *self, struct trap_frame *frame, enum vector vector, unsigned address)
{
	L4_PROBE4("l4", "exception", self, vector, frame->error_code, frame->eip);
	if (!deliver(self, frame, vector)) {
		shut_down(self, frame, vector, address);
	}
}

static void handle(struct tcb *self, struct trap_frame *frame, enum vector vector)
{
	unsigned address = fault_address(self); /* now: another thread may fault before this one is shut down */
	if (!handlers[vector] || !handlers[vector](self, frame)) {
		raise(self, frame, vector, address);
	}
}

void page_fault_failed(struct trap_frame *frame)
{
	raise(current, frame, VECTOR_PAGE_FAULT, current->ipc.words[0]);
}

/* The processor refused the user's EIP at the kernel's IRET: the exception is the user's. Its registers were loaded
 * already, so they are in the inner frame, which lies over the outer one; what IRET wanted is still in place. */
static void handle_failed_return(struct tcb *self, const struct trap_frame *inner)
{
	struct trap_frame registers = *inner;
	struct trap_frame *frame = self->user_frame;
	registers.eip = frame->eip;
	registers.cs = frame->cs;
	registers.eflags = frame->eflags;
	registers.esp = frame->esp;
	registers.ss = frame->ss;
	*frame = registers;
	handle(self, frame, VECTOR_GENERAL_PROTECTION);
	leave_by_frame(frame);
}

void exception_entry(struct trap_frame *frame, enum vector vector)
{
	if (from_user_mode(frame)) {
		handle(current, frame, vector);
	} else if (vector == VECTOR_GENERAL_PROTECTION && frame->eip == (unsigned)return_to_user_iret) {
		handle_failed_return(current, frame);
	} else {
		console_print("exception %u ", (unsigned)vector);
		panic_with_frame("exception in the kernel", frame);
	}
}
