/* SPDX-License-Identifier: MIT
 *
 * Registers that make no sense: the kernel must survive, and refuse.
 */
#include "check.h"
#include "worker.h"

enum { ROUNDS = 2000 };

static unsigned random_state = 12345;

static unsigned random_word(void)
{
	random_state = random_state * 1664525 + 1013904223;
	unsigned word = random_state ^ random_state >> 13;
	switch (random_state >> 28) {
	case 0: return ~0u;
	case 1: return 0;
	case 2: return main_thread.low;
	case 3: return main_thread.high;
	case 4: return word & 0xff;
	default: return word;
	}
}

static struct l4_registers random_registers(void)
{
	return (struct l4_registers){random_word(), random_word(), random_word(), random_word(),
				     random_word(), random_word(), random_word()};
}

/* Runs in a task of its own, which may damage itself: any system call with any registers. */
static void be_hostile(void)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct l4_registers r = random_registers();
		switch (round % 7) {
		case 0: L4_TRAP_WITH(&r, L4_VECTOR_ID_NEAREST); break;
		case 1:
			r.eax |= 1u << 31; /* far from its own code */
			L4_TRAP_WITH(&r, L4_VECTOR_FPAGE_UNMAP);
			break;
		case 2: L4_TRAP_WITH(&r, L4_VECTOR_THREAD_SWITCH); break;
		case 3:
			r.eax = (r.eax & ~0xff00u) | l4_small_space(r.ebx % (L4_SMALL_SPACES + 1));
			r.eax |= 0x01000000;
			L4_TRAP_WITH(&r, L4_VECTOR_THREAD_SCHEDULE);
			break;
		case 4:
			r.eax |= 0x40; /* its own thread stays as it is */
			L4_TRAP_WITH(&r, L4_VECTOR_LTHREAD_EX_REGS);
			break;
		case 5: L4_TRAP_WITH(&r, L4_VECTOR_THREAD_SEGMENT); break;
		default: L4_TRAP_WITH(&r, L4_VECTOR_TASK_NEW); break;
		}
	}
	l4_ipc_send(main_thread, L4_SEND_SHORT, ROUNDS, 0, L4_NEVER);
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

extern char program_start[], program_end[]; /* root.ld */

/* Many are addresses; elsewhere than here its pager would not answer, and it would wait for ever. */
static unsigned random_descriptor(unsigned word)
{
	unsigned size = (unsigned)(program_end - program_start) - L4_PAGE_SIZE;
	return word & 4 ? word & 3 : (unsigned)program_start + word % size;
}

/* Ipc with random descriptors; timeouts 0, or it would never come back. */
static void send_nonsense(void)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct l4_registers r = random_registers();
		r.ecx |= L4_SEND_AT_ONCE | L4_RECEIVE_AT_ONCE;
		r.ecx &= 0x0000ffff;
		r.eax = random_descriptor(r.eax);
		r.ebp = random_descriptor(r.ebp);
		if (round % 2 || r.esi == main_thread.low) { /* main waits for the report */
			r.esi = pager_thread.low;
			r.edi = pager_thread.high;
		}
		L4_TRAP_WITH(&r, L4_VECTOR_IPC);
	}
	l4_ipc_send(main_thread, L4_SEND_SHORT, ROUNDS, 0, L4_NEVER);
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

static void run_hostile_task(const char *name, thread_function *function)
{
	struct l4_threadid task = start_task(FIRST_TASK, function, pager_thread);
	struct l4_message report = l4_ipc_receive(task, L4_RECEIVE_SHORT, l4_receive_timeout_us(30000000));
	check_equal(name, report.result == L4_OK ? report.w0 : report.result, ROUNDS);
	delete_task(task);
	set_small_space(main_thread, MAIN_PRIORITY, 0); /* it can have moved this task */
}

static void check_direction_flag(void)
{
	__asm__ volatile("std" : : : "cc");
	struct l4_threadid task = start_task(FIRST_TASK, echo, pager_thread);
	__asm__ volatile("cld" : : : "cc");
	struct l4_message answer = l4_ipc_call(task, L4_SEND_SHORT, 1, 1, L4_RECEIVE_SHORT, L4_NEVER);
	check_equal("the direction flag does not reach the kernel", answer.w0, 2);
	delete_task(task);
}

void check_hostile(void)
{
	run_hostile_task("random registers in every call but ipc", be_hostile);
	run_hostile_task("random registers in ipc", send_nonsense);
	check_direction_flag();
}
