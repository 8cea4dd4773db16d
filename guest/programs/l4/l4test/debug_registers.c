/* SPDX-License-Identifier: MIT
 *
 * Each thread's own debug registers: MOV to and from DRx, and exception 1 in the thread's own table.
 */
#include "exceptions.h"

#include <stddef.h>

enum { WATCH_WRITES_OF_4_BYTES = 0xd0001, WATCH_A_PORT = 0xe0001, LOCAL_EXACT = 0x100, KERNEL_ADDRESS = 0xc0000000 };

static volatile unsigned watched, partner_vector;

static void watch(const volatile void *address, unsigned control)
{
	__asm__ volatile("movl %0, %%dr0\n\tmovl %1, %%dr7" : : "r"(address), "r"(control));
}

static unsigned status(void)
{
	unsigned value;
	__asm__ volatile("movl %%dr6, %0" : "=r"(value));
	return value;
}

static unsigned control(void)
{
	unsigned value;
	__asm__ volatile("movl %%dr7, %0" : "=r"(value));
	return value;
}

/* Another thread of this task, which watches nothing. */
static void write_once(void)
{
	catch_exceptions();
	PROVOKE("movl $5, watched\n\tnop", "i"(0));
	partner_vector = exception_vector + 10 * control();
	l4_ipc_send(main_thread, L4_SEND_SHORT, 0, 0, L4_NEVER);
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

void check_debug_registers(void)
{
	catch_exceptions();
	check_equal("a thread starts with no breakpoint", control(), 0);
	watch(&watched, WATCH_WRITES_OF_4_BYTES | LOCAL_EXACT);
	check_equal("what was written to DR7 is read back", control(), WATCH_WRITES_OF_4_BYTES | LOCAL_EXACT);
	PROVOKE("movl watched, %%eax\n\tnop", "i"(0));
	check_equal("reading what is watched for writes is no exception", exception_vector, 0);
	PROVOKE("movl $7, watched\n\tnop", "i"(0));
	check_equal("a watched write is an exception without an error code", exception_vector, WITHOUT_CODE);
	check_equal("after the write", watched, 7);
	check_equal("which DR6 names", status() & 15, 1);
	start_thread(PARTNER, write_once);
	l4_ipc_receive(l4_lthread(main_thread, PARTNER), L4_RECEIVE_SHORT, L4_NEVER);
	check_equal("another thread has none of it", partner_vector, 0);
	PROVOKE("movl $8, watched\n\tnop", "i"(0));
	check_equal("and this one has it back", exception_vector, WITHOUT_CODE);
	watch(&watched, 0);
	PROVOKE("movl $9, watched\n\tnop", "i"(0));
	check_equal("nothing is watched any more", exception_vector, 0);
	PROVOKE("movl %0, %%dr1", "r"(KERNEL_ADDRESS));
	check_equal("a kernel address is refused", exception_vector, WITH_CODE);
	PROVOKE("movl %0, %%dr7", "r"(WATCH_A_PORT));
	check_equal("so is a port", exception_vector, WITH_CODE);
	stop_thread(PARTNER);
	l4_load_idt(NULL);
}
