/* SPDX-License-Identifier: MIT
 *
 * The client task of the memory chapters, and its pager thread.
 */
#include "client.h"

enum command { COMMAND_NOTHING, COMMAND_READ, COMMAND_WRITE, COMMAND_UNMAP };

volatile unsigned client_faults;
volatile unsigned client_error;

static volatile unsigned receive_descriptor;
static volatile unsigned unmap_mask;
static struct l4_threadid client;
static unsigned char marker[L4_PAGE_SIZE] __attribute__((aligned(4096)));

static unsigned obey(const struct l4_message *message)
{
	if (message->result & L4_RESULT_MAPPED) {
		return message->result;
	}
	switch ((enum command)message->w0) {
	case COMMAND_READ: return *(volatile unsigned *)message->w1;
	case COMMAND_WRITE: *(volatile unsigned *)message->w1 = WRITE_VALUE; return 0;
	case COMMAND_UNMAP: l4_fpage_unmap(message->w1, unmap_mask); return 0;
	default: return 0;
	}
}

static void serve(void)
{
	struct l4_message message = l4_ipc_wait(receive_descriptor, L4_NEVER);
	for (;;) {
		if (l4_error(message.result) != L4_OK) {
			client_error = message.result;
			message = l4_ipc_wait(receive_descriptor, L4_NEVER);
			continue;
		}
		unsigned answer = obey(&message);
		message = l4_ipc_reply_and_wait(message.source, L4_SEND_SHORT, answer, 0, receive_descriptor,
						L4_SEND_AT_ONCE);
	}
}

/* Our own page, one-to-one; or the marker for what the tests have not mapped. */
static l4_fpage page_for(unsigned address, bool write)
{
	if (address < SCRATCH) {
		*(volatile unsigned char *)(address & L4_PAGE_MASK) |= 0;
		return l4_make_fpage(address, L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE);
	}
	client_faults++;
	*(volatile unsigned *)marker = NOT_MAPPED; /* touched: what this task does not have it cannot map */
	return l4_make_fpage((unsigned)marker, L4_PAGE_SIZE_LOG2, write ? L4_FPAGE_WRITABLE : L4_FPAGE_READ_ONLY);
}

static void client_pager(void)
{
	struct l4_message fault = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		l4_fpage fpage = page_for(fault.w0, (fault.w0 & 2) != 0);
		fault = l4_ipc_reply_and_wait(fault.source, L4_SEND_MAP, fault.w0 & L4_PAGE_MASK, fpage,
					      L4_RECEIVE_SHORT, L4_NEVER);
	}
}

void client_start(l4_fpage window)
{
	receive_descriptor = l4_receive_window(window);
	client_faults = 0;
	client = start_task(FIRST_TASK, serve, start_thread(CLIENT_PAGER, client_pager));
}

void client_stop(void)
{
	delete_task(client);
	stop_thread(CLIENT_PAGER);
}

static unsigned command(enum command command, unsigned word)
{
	return l4_ipc_call(client, L4_SEND_SHORT, command, word, L4_RECEIVE_SHORT, L4_NEVER).w0;
}

void client_set_window(unsigned descriptor)
{
	receive_descriptor = descriptor;
	command(COMMAND_NOTHING, 0);
}

unsigned client_map(unsigned send_base, l4_fpage fpage)
{
	struct l4_message answer =
		l4_ipc_call(client, L4_SEND_MAP, send_base, fpage, L4_RECEIVE_SHORT, l4_receive_timeout_us(100000));
	return l4_error(answer.result) == L4_OK ? answer.w0 : answer.result;
}

unsigned client_read(unsigned address)
{
	return command(COMMAND_READ, address);
}

void client_write(unsigned address)
{
	command(COMMAND_WRITE, address);
}

void client_unmap(l4_fpage fpage, unsigned mask)
{
	unmap_mask = mask;
	command(COMMAND_UNMAP, fpage);
}
