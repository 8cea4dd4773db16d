/* SPDX-License-Identifier: MIT
 * A main thread may be stopped anywhere, in the emulation library too; but a program makes a system call or has not made
 * it, and knows nothing of what lies between. So a stopped thread's registers are rolled back to before the library, or
 * forward behind it: here is every place at which it can be, and where its program's registers are then.
 */
#include <l4/types.h>

#include "l4_port.h"
#include "landmarks.h"
#include "memory.h"

#define CALL_PUSHES 7u
#define RESTORE_POPS 6u
#define SIZE_OF_LEA 4u
#define SIZE_OF_INT80 2u
#define SIZE_OF_PUSH 2u /* pushl $vector */
#define WORD 4u
#define HAS_ERROR_CODE 0x00027D00u /* vectors 8, 10 to 14, 17 */
#define VECTOR_GENERAL_PROTECTION 13u
#define PUSHA_SIZE 32u

/* What the processor or the µ-kernel pushes of an interrupted program. */
struct interrupted {
	unsigned eip, cs, eflags;
};

static bool take_frame(struct process *process, struct user_registers *registers, unsigned address)
{
	struct syscall_frame frame;

	if (copy_in(process, &frame, address, sizeof(frame)) < 0) {
		return false;
	}
	registers->ebx = frame.ebx;
	registers->ecx = frame.ecx;
	registers->edx = frame.edx;
	registers->esi = frame.esi;
	registers->edi = frame.edi;
	registers->ebp = frame.ebp;
	return true;
}

/* Back at an instruction whose EIP, CS and EFLAGS stand at that address, skipped bytes before that EIP. */
static bool leave_handler(struct process *process, struct user_registers *registers, unsigned address, unsigned skipped)
{
	struct interrupted interrupted;

	if (copy_in(process, &interrupted, address, sizeof(interrupted)) < 0) {
		return false;
	}
	registers->eip = interrupted.eip - skipped;
	registers->cs = interrupted.cs & 0xFFFF;
	registers->eflags = interrupted.eflags;
	registers->esp = address + sizeof(interrupted);
	return true;
}

/* return_at: where the return address of the library's entry stands. The trampoline is a caller like any other, but its
 * own caller is what counts. */
static bool leave_call(struct process *process, struct user_registers *registers, unsigned return_at, bool answered)
{
	unsigned caller;

	if (copy_in(process, &caller, return_at, sizeof(caller)) < 0) {
		return false;
	}
	if (caller == library_landmarks()->trampoline_return) {
		if (!leave_handler(process, registers, return_at + WORD, 0)) {
			return false;
		}
		process->arch.restart_eip = registers->eip - SIZE_OF_INT80;
		process->arch.restart_esp = registers->esp;
	} else {
		registers->eip = caller;
		registers->esp = return_at + WORD;
		process->arch.restart_eip = library_landmarks()->call;
		process->arch.restart_esp = return_at;
	}
	if (!answered) {
		registers->eip = process->arch.restart_eip;
		registers->esp = process->arch.restart_esp;
	}
	return true;
}

/* The number stands above the six arguments. */
static bool roll_call_back(struct process *process, struct user_registers *registers)
{
	unsigned frame = registers->esp;

	return take_frame(process, registers, frame) &&
	       copy_in(process, &registers->eax, frame + offsetof(struct syscall_frame, eax), WORD) == 0 &&
	       leave_call(process, registers, frame + sizeof(struct syscall_frame), false);
}

static bool roll_call_forward(struct process *process, struct user_registers *registers, unsigned frame, unsigned result)
{
	registers->eax = result;
	return take_frame(process, registers, frame) &&
	       leave_call(process, registers, frame + sizeof(struct syscall_frame), true);
}

static bool in_call(struct process *process, struct user_registers *registers)
{
	const struct library_landmarks *at = library_landmarks();
	unsigned eip = registers->eip;

	if (eip <= at->call + CALL_PUSHES) {
		return leave_call(process, registers, registers->esp + (eip - at->call) * WORD, false);
	}
	if (eip == at->call_answered && process->arch.serves_call) {
		return roll_call_forward(process, registers, registers->esp, process->arch.reply[0]);
	}
	if (eip < at->call_answered || eip >= at->call_failed) {
		return roll_call_back(process, registers);
	}
	if (eip < at->call_result) {
		return registers->eax & L4_RESULT_ERROR_MASK
			       ? roll_call_back(process, registers)
			       : roll_call_forward(process, registers, registers->esp, registers->edx);
	}
	unsigned popped = eip <= at->call_restore ? 0 : eip - at->call_restore;
	if (popped == RESTORE_POPS + SIZE_OF_LEA) {
		popped = RESTORE_POPS + 1;
	}
	return roll_call_forward(process, registers, registers->esp - popped * WORD, registers->eax);
}

/* The stubs push 0 if there is no error code, then the vector. Only #GP's is a jump and nothing else. */
static bool in_stub(struct process *process, struct user_registers *registers)
{
	unsigned vector = (registers->eip - LIBRARY_EXCEPTIONS) / LIBRARY_STUB_SIZE;
	unsigned pushed = (registers->eip - LIBRARY_EXCEPTIONS) % LIBRARY_STUB_SIZE / SIZE_OF_PUSH;

	if (vector == VECTOR_GENERAL_PROTECTION) {
		pushed = 1;
	} else if (HAS_ERROR_CODE >> vector & 1) {
		pushed++;
	}
	return leave_handler(process, registers, registers->esp + pushed * WORD, 0);
}

static bool in_trampoline(struct process *process, struct user_registers *registers)
{
	const struct library_landmarks *at = library_landmarks();
	unsigned eip = registers->eip;

	if (eip <= at->trampoline_drop || eip == at->trampoline_other) {
		return leave_handler(process, registers, registers->esp + WORD, 0);
	}
	if (eip > at->trampoline_other) {
		return leave_handler(process, registers, registers->esp + 2 * WORD, 0);
	}
	bool skipped = eip > at->trampoline_skip && eip < at->trampoline_return;
	return leave_handler(process, registers, registers->esp, skipped ? SIZE_OF_INT80 : 0);
}

static bool in_report(struct process *process, struct user_registers *registers)
{
	unsigned pushed = registers->eip == library_landmarks()->report ? 0 : PUSHA_SIZE;

	if (pushed) {
		unsigned words[8]; /* as PUSHA leaves them */
		if (copy_in(process, words, registers->esp, sizeof(words)) < 0) {
			return false;
		}
		unsigned esp = registers->esp;
		memcpy(&registers->edi, words, sizeof(words)); /* struct user_registers has the same order */
		registers->esp = esp;
	}
	return leave_handler(process, registers, registers->esp + pushed + 2 * WORD, 0);
}

static bool is_in(unsigned eip, unsigned start, unsigned end) { return eip >= start && eip < end; }

bool program_state(struct process *process, struct user_registers *registers)
{
	const struct library_landmarks *at = library_landmarks();
	unsigned eip = registers->eip;

	if (is_in(eip, at->call, at->call_end)) {
		return in_call(process, registers);
	}
	if (is_in(eip, LIBRARY_EXCEPTIONS, LIBRARY_EXCEPTIONS + LIBRARY_STUBS * LIBRARY_STUB_SIZE)) {
		return in_stub(process, registers);
	}
	if (is_in(eip, at->trampoline, at->report)) {
		return in_trampoline(process, registers);
	}
	if (is_in(eip, at->report, at->report_end)) {
		return in_report(process, registers);
	}
	return true; /* in the program itself */
}
