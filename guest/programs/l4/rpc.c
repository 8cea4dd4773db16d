/* SPDX-License-Identifier: MIT
 *
 * Remote procedure calls: a task that serves a small table of procedures, and a client in another task. Word 0 is the
 * procedure's number, word 1 its argument; the answer has a status and the result. The server never blocks on a client:
 * its answers have timeout 0, and reply and next receive are one ipc.
 */
#include <l4/ipc.h>
#include <stdbool.h>

#include "console.h"
#include "tasks.h"

enum { PAGER_THREAD = 1, SERVER_TASK = FIRST_TASK, CLIENT_TASK = FIRST_TASK + 1 };
enum status { STATUS_OK, STATUS_NO_SUCH_PROCEDURE };
enum procedure { SQUARE, SUM_TO, REMEMBER, RECALL, PROCEDURES };

static struct l4_threadid root, server;

static unsigned square(unsigned argument)
{
	return argument * argument;
}

static unsigned sum_to(unsigned argument)
{
	return argument * (argument + 1) / 2;
}

static unsigned remembered;

static unsigned remember(unsigned argument)
{
	unsigned old = remembered;
	remembered = argument;
	return old;
}

static unsigned recall(unsigned argument)
{
	return remembered + argument;
}

typedef unsigned procedure_body(unsigned argument);

static procedure_body *const procedures[PROCEDURES] = {
	[SQUARE] = square,
	[SUM_TO] = sum_to,
	[REMEMBER] = remember,
	[RECALL] = recall,
};

static void serve(void)
{
	struct l4_message request = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		if (l4_error(request.result) != L4_OK) {
			request = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER); /* the client has gone */
			continue;
		}
		bool known = request.w0 < PROCEDURES;
		unsigned result = known ? procedures[request.w0](request.w1) : 0;
		request = l4_ipc_reply_and_wait(request.source, L4_SEND_SHORT,
						known ? STATUS_OK : STATUS_NO_SUCH_PROCEDURE, result, L4_RECEIVE_SHORT,
						L4_SEND_AT_ONCE);
	}
}

static void call(const char *name, unsigned procedure, unsigned argument)
{
	struct l4_message answer =
		l4_ipc_call(server, L4_SEND_SHORT, procedure, argument, L4_RECEIVE_SHORT, L4_NEVER);
	if (l4_error(answer.result) != L4_OK) {
		print("%s(%u): ipc error %x\n", name, argument, l4_error(answer.result));
	} else if (answer.w0 != STATUS_OK) {
		print("%s(%u): no such procedure\n", name, argument);
	} else {
		print("%s(%u) = %u\n", name, argument, answer.w1);
	}
}

static void client(void)
{
	call("square", SQUARE, 12);
	call("sum_to", SUM_TO, 100);
	call("remember", REMEMBER, 40);
	call("recall", RECALL, 2);
	call("undefined", PROCEDURES, 1);
	l4_ipc_call(root, L4_SEND_SHORT, 0, 0, L4_RECEIVE_SHORT, L4_NEVER);
}

int main(void)
{
	root = l4_myself();
	struct l4_threadid pager = start_thread(PAGER_THREAD, serve_page_faults);
	server = start_task(SERVER_TASK, serve, pager);
	struct l4_threadid client_task = start_task(CLIENT_TASK, client, pager);
	l4_ipc_receive(client_task, L4_RECEIVE_SHORT, L4_NEVER);
	delete_task(server);
	call("square of a server that is gone", SQUARE, 1);
	delete_task(client_task);
	print("rpc done\n");
	return 0;
}
