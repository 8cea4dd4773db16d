/* SPDX-License-Identifier: MIT
 * The server's main thread: start, and the one loop that receives every system call and page fault of every
 * process. A message is handed to its process's coroutine; if that comes back with the answer, the answer goes out
 * with the next wait, in one IPC. Every send has timeout 0: who is not there to receive has lost.
 */
#include "arch.h"
#include "boot.h"
#include "ia32.h"
#include "l4_port.h"
#include "landmarks.h"
#include "memory.h"
#include "printk.h"

bool main_is_waiting;

void l4_start(unsigned magic, unsigned information)
{
	server = l4_myself();
	boot_read(magic, information);
	bottom_half_start();
	small_space_enter();
	linux_main();
}

static unsigned send_descriptor(const struct process *process)
{
	return process->arch.reply_kind == REPLY_MAP ? L4_SEND_MAP : L4_SEND_SHORT;
}

/* Runs the coroutine until it waits or has its answer; then the process, if it still lives and is due one; the caller sends it before it runs the process again. */
static struct process *run(struct process *process)
{
	process->arch.reply_kind = REPLY_NONE;
	/* a bottom half may have made it ready again for a signal: the reply is due all the same */
	return run_coroutine(process) && process->arch.reply_kind != REPLY_NONE ? process : NULL;
}

static void reply(const struct process *process)
{
	l4_ipc_send(process->arch.thread, send_descriptor(process), process->arch.reply[0],
		    process->arch.reply[1], L4_SEND_AT_ONCE);
}

/* With interrupts off: no wakeup can fall between the last look at the ready queue and this. */
static struct l4_message reply_and_wait(const struct process *due)
{
	struct l4_message message;

	main_is_waiting = true;
	if (due) {
		message = l4_ipc_reply_and_wait(due->arch.thread, send_descriptor(due), due->arch.reply[0],
						due->arch.reply[1], L4_RECEIVE_SHORT, L4_SEND_AT_ONCE);
	} else {
		message = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	}
	main_is_waiting = false;
	return message;
}

static struct process *owner_of(struct l4_threadid thread)
{
	for (struct process *process = process_list; process; process = process->process_next) {
		if (!l4_is_nil(process->arch.thread) && l4_same_task(process->arch.thread, thread)) {
			return process;
		}
	}
	return NULL;
}

/* While we wait for a stopped main thread's report, everything else that it had to say comes again or has become
 * meaningless. */
static bool take_from_main_thread(struct process *process, const struct l4_message *message)
{
	if (process->arch.stop == STOP_ASKED) {
		if (message->w0 == MAIN_THREAD_STOPPED) {
			process->arch.stop = STOP_REPORTED;
			return true;
		}
		if (message_is_library_fault(message->w0)) {
			message_map_library(process, process->arch.thread, message->w0);
		}
		return false;
	}
	process->arch.has_message = true;
	process->arch.message[0] = message->w0;
	process->arch.message[1] = message->w1;
	return true;
}

/* True: there is something for the process's coroutine. */
static bool take(struct process *process, const struct l4_message *message)
{
	if (l4_same_thread(message->source, process->arch.thread)) {
		return take_from_main_thread(process, message);
	}
	if (message->w0 == SIGNAL_THREAD_READY) {
		process->arch.signal_thread_ready = true;
		return process->arch.stop == STOP_REPORTED; /* else the coroutine waits for that, too */
	}
	if (message_is_library_fault(message->w0)) {
		message_map_library(process, message->source, message->w0);
	}
	return false; /* the program has made a thread of its own by L4's means: it gets no service */
}

void arch_main_loop(void)
{
	struct process *due = NULL;

	for (;;) {
		interrupts_off();
		struct process *ready = take_ready();
		if (ready) {
			if (due) {
				reply(due);
			}
			interrupts_on();
			due = run(ready);
			continue;
		}
		struct l4_message message = reply_and_wait(due);
		due = NULL;
		struct process *owner = l4_error(message.result) == L4_OK ? owner_of(message.source) : NULL;
		/* one that is ready already will find it */
		if (owner && take(owner, &message) && owner->state == PROCESS_USER) {
			owner->state = PROCESS_IN_SERVER; /* before a bottom half can put it in the ready queue */
			interrupts_on();
			due = run(owner);
		}
	}
}

void arch_halt(void)
{
	for (;;) {
		interrupts_off();
		l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
	}
}
