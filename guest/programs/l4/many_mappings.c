/* SPDX-License-Identifier: MIT
 *
 * One page of this task, mapped by its pager thread to another task at thousands of places, one page fault each; then taken
 * back by one fpage_unmap. Mapping one more costs what mapping the first did, and interrupts do not wait for the end of
 * the unmapping: whoever watches from outside sees it (test/guest/kernelMappingCost.test.ts).
 */
#include <l4/sigma0.h>

#include "console.h"
#include "tasks.h"

enum { PAGER_THREAD = 1, CLIENT_TASK = FIRST_TASK, PLACES = 16384, REGION = 0x10000000 };

static unsigned char page[L4_PAGE_SIZE] __attribute__((aligned(4096)));
static struct l4_threadid root;

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

static void touch_all(void)
{
	unsigned sum = 0;
	for (unsigned place = 0; place < PLACES; place++) {
		sum += *(volatile unsigned char *)(REGION + place * L4_PAGE_SIZE);
	}
	l4_ipc_send(root, L4_SEND_SHORT, sum, 0, L4_NEVER);
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

int main(void)
{
	root = l4_myself();
	page[0] = 1;
	start_task(CLIENT_TASK, touch_all, start_thread(PAGER_THREAD, serve));
	unsigned mapped = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER).w0;
	print("one page at %u places\n", mapped);
	l4_fpage_unmap(l4_make_fpage((unsigned)page, L4_PAGE_SIZE_LOG2, 0), L4_UNMAP_PAGE | L4_UNMAP_OTHER_SPACES);
	print("and at none\n");
	return mapped != PLACES;
}
