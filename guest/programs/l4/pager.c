/* SPDX-License-Identifier: MIT
 *
 * Demand mapping: a task whose pager is another task of this program, whose own pager is the root task. The client
 * touches pages of a region where nothing is; the pager prints each fault and maps a page of its own there.
 */
#include <l4/sigma0.h>
#include <l4/syscalls.h>

#include "console.h"
#include "tasks.h"

enum {
	ROOT_PAGER_THREAD = 1,
	PAGER_TASK = FIRST_TASK,
	CLIENT_TASK = FIRST_TASK + 1,
	REGION = 0x10000000, /* where the client's pages appear */
	PAGES = 4,
};

static unsigned char pool[PAGES][L4_PAGE_SIZE] __attribute__((aligned(4096)));
static struct l4_threadid root; /* the root task's main thread waits for the client's report */

static unsigned char *page_at(unsigned index)
{
	return (unsigned char *)(REGION + index * L4_PAGE_SIZE);
}

/* Reads first, then writes: a read-only mapping must become a writable one by a second fault. */
static void client(void)
{
	unsigned sum = 0;
	for (unsigned i = 0; i < PAGES; i++) {
		sum += *(volatile unsigned char *)page_at(i);
	}
	for (unsigned i = 0; i < PAGES; i++) {
		*(volatile unsigned char *)page_at(i) = (unsigned char)(i + 1);
	}
	l4_ipc_call(root, L4_SEND_SHORT, sum, PAGES, L4_RECEIVE_SHORT, L4_NEVER);
}

static unsigned choose_page(unsigned address, int write)
{
	if (address < REGION) {
		unsigned page = address & L4_PAGE_MASK;
		*(volatile unsigned char *)page |= 0;
		return l4_make_fpage(page, L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE);
	}
	unsigned index = (address - REGION) / L4_PAGE_SIZE;
	print("pager: %s fault at %x\n", write ? "write" : "read", address);
	pool[index][0] = write ? pool[index][0] : (unsigned char)(10 * index);
	return l4_make_fpage((unsigned)pool[index], L4_PAGE_SIZE_LOG2,
			     write ? L4_FPAGE_WRITABLE : L4_FPAGE_READ_ONLY);
}

static void pager(void)
{
	struct l4_message fault = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		unsigned address = fault.w0 & ~3u;
		l4_fpage fpage = choose_page(address, (fault.w0 & 2) != 0);
		fault = l4_ipc_reply_and_wait(fault.source, L4_SEND_MAP, address & L4_PAGE_MASK, fpage,
					      L4_RECEIVE_SHORT, L4_NEVER);
	}
}

int main(void)
{
	root = l4_myself();
	struct l4_threadid root_pager = start_thread(ROOT_PAGER_THREAD, serve_page_faults);
	struct l4_threadid pager_task = start_task(PAGER_TASK, pager, root_pager);
	struct l4_threadid client_task = start_task(CLIENT_TASK, client, pager_task);
	struct l4_message report = l4_ipc_receive(client_task, L4_RECEIVE_SHORT, L4_NEVER);

	print("client: sum of what it read %u, %u pages\n", report.w0, report.w1);
	for (unsigned i = 0; i < PAGES; i++) {
		print("pool page %u holds %u\n", i, pool[i][0]);
	}
	delete_task(client_task);
	delete_task(pager_task);
	print("pager done\n");
	return 0;
}
