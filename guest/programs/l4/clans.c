/* SPDX-License-Identifier: MIT
 *
 * Clans & Chiefs: a chief makes two members of its own clan, and is their pager. What they send to each other goes
 * directly; what one of them sends out of the clan comes to the chief, which reads it, and passes it on in the member's
 * name or keeps it. The outsider's answers come the same way.
 */
#include <l4/ipc.h>
#include <l4/syscalls.h>

#include "console.h"
#include "deceit.h"
#include "tasks.h"

enum {
	PAGER_THREAD = 1,
	CHIEF_TASK = FIRST_TASK,
	OUTSIDER_TASK = FIRST_TASK + 1,
	MEMBER_TASK = FIRST_TASK + 2,
	MEMBERS = 2,
	STACK_OF_MEMBERS = 8,
	MAXIMUM_PRIORITY = 255,
	FORBIDDEN = 666,
	ALL_DONE = 7,
};

static struct l4_threadid root, chief, outsider;
static struct l4_threadid members[MEMBERS];

static struct l4_message call(struct l4_threadid partner, unsigned word)
{
	return l4_ipc_call(partner, L4_SEND_SHORT, word, 0, L4_RECEIVE_SHORT, l4_receive_timeout_us(50000));
}

static void answer_plus_one(void)
{
	struct l4_message message = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		message = l4_ipc_reply_and_wait(message.source, L4_SEND_SHORT, message.w0 + 1, 0, L4_RECEIVE_SHORT,
						L4_NEVER);
	}
}

static void first_member(void)
{
	struct l4_message answer = call(members[1], 20);
	print("member: my fellow answers %u, deceit flag %u\n", answer.w0, answer.result & L4_RESULT_DECEITED);
	answer = call(outsider, 30);
	print("member: the outsider answers %u, deceit flag %u\n", answer.w0, answer.result & L4_RESULT_DECEITED);
	answer = call(outsider, FORBIDDEN);
	print("member: no answer to %u, error %x\n", FORBIDDEN, l4_error(answer.result));
	l4_ipc_send(chief, L4_SEND_SHORT, ALL_DONE, 0, L4_NEVER);
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

/* Crossed the border: word, direction, and what becomes of it. */
static void judge(const struct l4_message *message)
{
	const char *direction = message->result & L4_RESULT_FROM_INNER ? "out of" : "into";
	if (message->w0 == FORBIDDEN) {
		print("chief: %u on its way %s the clan is kept\n", message->w0, direction);
		return;
	}
	print("chief: %u on its way %s the clan is passed on\n", message->w0, direction);
	send_as(message->source, message->destination, L4_SEND_SHORT, message->w0, message->w1);
}

static void serve_page_fault(const struct l4_message *fault)
{
	volatile unsigned char *byte = (volatile unsigned char *)(fault->w0 & L4_PAGE_MASK);
	*byte = *byte; /* so it is the chief's to map */
	l4_ipc_send(fault->source, L4_SEND_MAP, (unsigned)byte,
		    l4_make_fpage((unsigned)byte, L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE), L4_SEND_AT_ONCE);
}

static struct l4_threadid make_member(unsigned number, thread_function *function)
{
	struct l4_threadid id = l4_make_id(MEMBER_TASK + number, 0, 1, CHIEF_TASK, 1, 0);
	return l4_task_new(id, MAXIMUM_PRIORITY, stack_top(STACK_OF_MEMBERS + number), (unsigned)function, chief);
}

static void be_chief(void)
{
	chief = l4_myself();
	members[1] = make_member(1, answer_plus_one);
	members[0] = make_member(0, first_member);
	for (;;) {
		struct l4_message message = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
		if (message.result & L4_RESULT_REDIRECTED) {
			judge(&message);
		} else if (message.w0 == ALL_DONE) {
			l4_ipc_send(root, L4_SEND_SHORT, 0, 0, L4_NEVER);
		} else {
			serve_page_fault(&message);
		}
	}
}

int main(void)
{
	root = l4_myself();
	struct l4_threadid pager = start_thread(PAGER_THREAD, serve_page_faults);
	outsider = start_task(OUTSIDER_TASK, answer_plus_one, pager);
	for (unsigned i = 0; i < MEMBERS; i++) {
		struct l4_threadid number = l4_make_id(MEMBER_TASK + i, 0, 1, L4_TASK_ROOT, 0, 0);
		l4_task_new(number, CHIEF_TASK << L4_ID_TASK_SHIFT, 0, 0, l4_nil());
	}
	struct l4_threadid chief_task = start_task(CHIEF_TASK, be_chief, pager);
	l4_ipc_receive(chief_task, L4_RECEIVE_SHORT, L4_NEVER);
	delete_task(chief_task);
	struct l4_message answer = call(members[1], 1);
	print("root: with the chief its clan is gone, error %x\n", l4_error(answer.result));
	delete_task(outsider);
	print("clans done\n");
	return 0;
}
