/* SPDX-License-Identifier: MIT
 *
 * Three levels of mappings: sigma0 gives a page to the root task, which maps it to a first task, that to a second, and
 * that, read-only, to a third. Then it is taken back from the middle and from the top. Each task reads on command; where
 * a task has nothing, its pager, a thread of the root task, puts an empty page and says so.
 */
#include <l4/ipc.h>

#include "console.h"
#include "tasks.h"

enum {
	PROGRAM_PAGER = 1,
	LEVELS = 3,
	THERE = 0x10000000, /* the page, in each of the tasks */
	MARK = 1234,
};
enum command { READ, MAP_ON, TAKE_BACK };

static struct l4_threadid root;
static struct l4_threadid levels[LEVELS];
static volatile unsigned page[L4_PAGE_SIZE / sizeof(unsigned)] __attribute__((aligned(4096)));
static volatile unsigned empty[L4_PAGE_SIZE / sizeof(unsigned)] __attribute__((aligned(4096)));

static l4_fpage there(enum l4_fpage_rights rights)
{
	return l4_make_fpage(THERE, L4_PAGE_SIZE_LOG2, rights);
}

static unsigned obey(unsigned command, unsigned level)
{
	switch ((enum command)command) {
	case READ: return *(volatile unsigned *)THERE;
	case MAP_ON:
		return l4_ipc_send(levels[level + 1], L4_SEND_MAP, THERE,
				   there(level == LEVELS - 2 ? L4_FPAGE_READ_ONLY : L4_FPAGE_WRITABLE), L4_NEVER);
	case TAKE_BACK: l4_fpage_unmap(there(0), L4_UNMAP_PAGE | L4_UNMAP_OTHER_SPACES); return 0;
	}
	return 0;
}

static void member(void)
{
	unsigned level = l4_task_of(l4_myself()) - FIRST_TASK;
	unsigned window = l4_receive_window(L4_WHOLE_SPACE);
	struct l4_message message = l4_ipc_wait(window, L4_NEVER);
	for (;;) {
		if (message.result & L4_RESULT_MAPPED) {
			message = l4_ipc_wait(window, L4_NEVER);
			continue;
		}
		unsigned answer = obey(message.w0, level);
		message = l4_ipc_reply_and_wait(message.source, L4_SEND_SHORT, answer, 0, window, L4_NEVER);
	}
}

static void serve_faults(void)
{
	struct l4_message fault = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		unsigned address = fault.w0 & L4_PAGE_MASK;
		volatile unsigned char *from = (volatile unsigned char *)(address < THERE ? address : (unsigned)empty);
		if (address >= THERE) {
			print("  level %u has nothing there\n", l4_task_of(fault.source) - FIRST_TASK + 1);
		}
		*from = *from;
		fault = l4_ipc_reply_and_wait(fault.source, L4_SEND_MAP, address,
					      l4_make_fpage((unsigned)from, L4_PAGE_SIZE_LOG2,
							    address < THERE ? L4_FPAGE_WRITABLE : L4_FPAGE_READ_ONLY),
					      L4_RECEIVE_SHORT, L4_NEVER);
	}
}

static unsigned command(unsigned level, enum command command)
{
	return l4_ipc_call(levels[level], L4_SEND_SHORT, command, 0, L4_RECEIVE_SHORT, L4_NEVER).w0;
}

static void read_all(const char *when)
{
	print("%s:\n", when);
	for (unsigned level = 0; level < LEVELS; level++) {
		print("  level %u reads %u\n", level + 1, command(level, READ));
	}
}

int main(void)
{
	root = l4_myself();
	struct l4_threadid pager = start_thread(PROGRAM_PAGER, serve_faults);
	for (unsigned level = 0; level < LEVELS; level++) {
		levels[level] = start_task(FIRST_TASK + level, member, pager);
	}
	page[0] = MARK;
	l4_ipc_send(levels[0], L4_SEND_MAP, THERE,
		    l4_make_fpage((unsigned)page, L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE), L4_NEVER);
	command(0, MAP_ON);
	command(1, MAP_ON);
	read_all("mapped down the chain");
	page[0] = MARK + 1;
	read_all("changed at the top");
	command(0, TAKE_BACK);
	read_all("taken back by level 1");
	l4_fpage_unmap(l4_make_fpage((unsigned)page, L4_PAGE_SIZE_LOG2, 0), L4_UNMAP_PAGE | L4_UNMAP_OTHER_SPACES);
	read_all("taken back by the root task");
	for (unsigned level = LEVELS; level-- > 0;) {
		delete_task(levels[level]);
	}
	print("mapping_chain done\n");
	return 0;
}
