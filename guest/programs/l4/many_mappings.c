/* SPDX-License-Identifier: MIT
 *
 * One page of this task, mapped by its pager thread to another task at thousands of places, one page fault each; by that one
 * to two others, all places at once, as a message and as the answer to a page fault; then taken back by one fpage_unmap.
 * Mapping one more costs what mapping the first did, and interrupts do not wait for the end of what is done at once: whoever
 * watches from outside sees it (test/guest/kernelMappingCost.test.ts).
 */
#include <l4/sigma0.h>
#include <stdbool.h>

#include "console.h"
#include "tasks.h"

enum {
	PAGER_THREAD = 1,
	CLIENT_TASK = FIRST_TASK,
	RECEIVER_TASK,
	FAULTING_TASK,
	PLACES = 16384,
	REGION = 0x10000000,
	REGION_LOG2 = 26,
	SOME_PLACE = 777,
};

static unsigned char page[L4_PAGE_SIZE] __attribute__((aligned(4096)));
static struct l4_threadid root, receiver;

/* The page for each place in the region, the program one-to-one. */
static void serve(void)
{
	struct l4_message fault = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		unsigned address = fault.w0 & L4_PAGE_MASK;
		unsigned from = address >= REGION ? (unsigned)page : address;
		volatile unsigned char *touched = (volatile unsigned char *)from;
		*touched = *touched;
		fault = l4_ipc_reply_and_wait(fault.source, L4_SEND_MAP, address,
					      l4_make_fpage(from, L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE),
					      L4_RECEIVE_SHORT, L4_SEND_AT_ONCE);
	}
}

static unsigned some_place(void)
{
	return *(volatile unsigned char *)(REGION + SOME_PLACE * L4_PAGE_SIZE);
}

static void report(unsigned word)
{
	l4_ipc_call(root, L4_SEND_SHORT, word, 0, L4_RECEIVE_SHORT, L4_NEVER);
}

static void receive_all(void)
{
	struct l4_message message = l4_ipc_wait(l4_receive_window(L4_WHOLE_SPACE), L4_NEVER);
	l4_ipc_send(message.source, L4_SEND_SHORT, some_place(), message.result, L4_NEVER);
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

static void fault_once(void)
{
	report(some_place());
}

/* Then it maps them on: it is the pager of the task that faults. */
static void touch_all(void)
{
	l4_fpage all = l4_make_fpage(REGION, REGION_LOG2, L4_FPAGE_WRITABLE);
	unsigned sum = 0;
	for (unsigned place = 0; place < PLACES; place++) {
		sum += *(volatile unsigned char *)(REGION + place * L4_PAGE_SIZE);
	}
	report(sum);
	struct l4_message answer = l4_ipc_call(receiver, L4_SEND_MAP, REGION, all, L4_RECEIVE_SHORT, L4_NEVER);
	report(answer.w0 == 1 && answer.w1 == L4_RESULT_MAPPED);
	struct l4_message fault = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		unsigned address = fault.w0 & L4_PAGE_MASK;
		*(volatile unsigned char *)address |= 0; /* what this task does not have it cannot map */
		l4_fpage fpage = address >= REGION ? all : l4_make_fpage(address, L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE);
		fault = l4_ipc_reply_and_wait(fault.source, L4_SEND_MAP, address, fpage, L4_RECEIVE_SHORT,
					      L4_SEND_AT_ONCE);
	}
}

/* What the next report says; who made it goes on when the text is printed. */
static unsigned wait_for(const char *text)
{
	struct l4_message message = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	print(text, message.w0);
	l4_ipc_send(message.source, L4_SEND_SHORT, 0, 0, L4_NEVER);
	return message.w0;
}

int main(void)
{
	root = l4_myself();
	page[0] = 1;
	struct l4_threadid pager = start_thread(PAGER_THREAD, serve);
	receiver = start_task(RECEIVER_TASK, receive_all, pager);
	struct l4_threadid client = start_task(CLIENT_TASK, touch_all, pager);
	bool right = wait_for("one page at %u places\n") == PLACES;
	right &= wait_for("all of them at once: %u\n") == 1;
	start_task(FAULTING_TASK, fault_once, client);
	right &= wait_for("and for a page fault: %u\n") == 1;
	l4_fpage_unmap(l4_make_fpage((unsigned)page, L4_PAGE_SIZE_LOG2, 0), L4_UNMAP_PAGE | L4_UNMAP_OTHER_SPACES);
	print("and at none\n");
	return !right;
}
