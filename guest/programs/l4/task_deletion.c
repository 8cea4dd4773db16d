/* SPDX-License-Identifier: MIT
 *
 * A task with a hundred thousand mappings derived from its own is deleted, which takes long enough for others to come in
 * between: a more urgent thread with a time limit, a second thread that wants the same task gone, one that cancels the
 * deleter, and one that deletes the deleter's task.
 */
#include <l4/sigma0.h>
#include <stdbool.h>

#include "console.h"
#include "tasks.h"

/* lthreads of this task, and one of the mapper. */
enum { PAGER = 1, URGENT = 2, RIVAL = 3, DELETER = 4, MEMBERS_PAGER = 5 };

enum {
	MAPPER_TASK = FIRST_TASK,
	SHOWN_TASK = FIRST_TASK + 1,
	MEMBER_TASK = FIRST_TASK + 2,
	REGION = 0x1000000, /* frames of ours, one-to-one */
	REGION_LOG2 = 22,
	REGION_SIZE = 1 << REGION_LOG2,
	SHOWN = 0x10000000, /* where they are mapped to, one behind the other */
	TIMES = 100,
	URGENT_PRIORITY = 20,
	MAIN_PRIORITY = 16,
	LOW_PRIORITY = 10,
	IN_THE_MIDDLE = 8000, /* microseconds */
	SERVED = 10,
};

static int failures;
static volatile unsigned served;
static struct l4_threadid root, pager, mapper;
static volatile struct l4_threadid shown;
static volatile bool has_member;

static void check(const char *what, bool is_so)
{
	print("%s %s\n", is_so ? "ok" : "FAIL", what);
	failures += !is_so;
}

static void set_priority(unsigned lthread, unsigned priority)
{
	l4_thread_schedule(l4_lthread(root, lthread), l4_schedule_param(priority, 10, 10), l4_invalid());
}

static void wait_for_ever(void)
{
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

static void be_served(void)
{
	for (;;) {
		l4_sleep(2000);
		served++;
	}
}

/* Gets the region again and again. */
static void be_shown(void)
{
	for (unsigned i = 0;; i++) {
		l4_ipc_wait(l4_receive_window(l4_make_fpage(SHOWN + i * REGION_SIZE, REGION_LOG2, 0)), L4_NEVER);
	}
}

static void make_member(void)
{
	struct l4_threadid self = l4_myself();
	struct l4_threadid member = l4_make_id(MEMBER_TASK, 0, 1, MAPPER_TASK, 1, 0);
	l4_lthread_ex_regs(MEMBERS_PAGER, (unsigned)serve_page_faults, stack_top(MEMBERS_PAGER), l4_invalid(), pager);
	member = l4_task_new(member, 255, stack_top(MEMBERS_PAGER + 1), (unsigned)be_shown,
			     l4_lthread(self, MEMBERS_PAGER));
	shown.low = member.low;
	shown.high = member.high;
}

/* Gets the region once, and maps it on. With a member it is that which it deletes then. */
static void map_on(void)
{
	l4_ipc_receive(root, l4_receive_window(l4_make_fpage(REGION, REGION_LOG2, 0)), L4_NEVER);
	if (has_member) {
		make_member();
	}
	struct l4_threadid to = {shown.low, shown.high};
	for (unsigned i = 0; i < TIMES; i++) {
		l4_ipc_send(to, L4_SEND_MAP, 0, l4_make_fpage(REGION, REGION_LOG2, L4_FPAGE_WRITABLE), L4_NEVER);
	}
	l4_ipc_send(root, L4_SEND_SHORT, TIMES, 0, L4_NEVER);
	if (has_member) {
		l4_ipc_receive(root, L4_RECEIVE_SHORT, L4_NEVER);
		l4_task_new(to, 0, 0, 0, l4_nil());
	}
	wait_for_ever();
}

static void build(bool with_member)
{
	struct l4_threadid sibling = start_task(SHOWN_TASK, be_shown, pager);
	shown.low = sibling.low;
	shown.high = sibling.high;
	has_member = with_member;
	if (with_member) {
		l4_task_new(l4_make_id(MEMBER_TASK, 0, 1, L4_TASK_ROOT, 0, 0), mapper.low, 0, 0, l4_nil());
	}
	mapper = start_task(MAPPER_TASK, map_on, pager);
	l4_ipc_send(mapper, L4_SEND_MAP, 0, l4_make_fpage(REGION, REGION_LOG2, L4_FPAGE_WRITABLE), L4_NEVER);
	if (l4_ipc_receive(mapper, L4_RECEIVE_SHORT, L4_NEVER).w0 != TIMES) {
		check("all is mapped", false);
	}
}

static bool is_gone(struct l4_threadid thread)
{
	return l4_ipc_send(thread, L4_SEND_SHORT, 0, 0, L4_SEND_AT_ONCE) == L4_NOT_EXISTING;
}

static void check_service(void)
{
	build(false);
	unsigned before = served;
	delete_task(mapper);
	check("a more urgent thread runs while a task is deleted", served - before >= SERVED);
	check("the task is gone", is_gone(mapper));
}

static struct l4_threadid rivals_task;

static void make_in_the_middle(void)
{
	l4_sleep(IN_THE_MIDDLE);
	rivals_task = start_task(MAPPER_TASK, wait_for_ever, pager);
	wait_for_ever();
}

static void check_rivals(void)
{
	build(false);
	start_thread(RIVAL, make_in_the_middle);
	set_priority(RIVAL, URGENT_PRIORITY);
	delete_task(mapper);
	check("another thread makes the task anew meanwhile", !l4_is_nil(rivals_task));
	check("the first goes on, and that is deleted, too", is_gone(rivals_task));
}

static void delete_it(void)
{
	delete_task(mapper);
	wait_for_ever();
}

static void check_cancelling(void)
{
	build(false);
	start_thread(DELETER, delete_it);
	set_priority(DELETER, LOW_PRIORITY);
	l4_sleep(IN_THE_MIDDLE);
	unsigned before = served;
	start_thread(DELETER, wait_for_ever);
	check("a deleter is cancelled: the task's threads are gone", is_gone(mapper));
	mapper = start_task(MAPPER_TASK, wait_for_ever, pager);
	check("who makes it anew deletes the rest", served - before >= SERVED / 2 && !is_gone(mapper));
}

static void check_clan(void)
{
	build(true);
	l4_ipc_send(mapper, L4_SEND_SHORT, 0, 0, L4_NEVER); /* now it deletes its member */
	l4_sleep(IN_THE_MIDDLE);
	struct l4_threadid member = {shown.low, shown.high};
	check("a chief is deleting a member", l4_id_nearest(member).type == L4_OUTER_CLAN && !is_gone(mapper));
	unsigned before = served;
	delete_task(mapper);
	check("who deletes the chief deletes the rest", served - before >= SERVED / 2 && is_gone(mapper));
}

int main(void)
{
	root = l4_myself();
	pager = start_thread(PAGER, serve_page_faults);
	for (unsigned page = REGION; page < REGION + REGION_SIZE; page += L4_PAGE_SIZE) {
		*(volatile unsigned *)page = page;
	}
	start_thread(URGENT, be_served);
	set_priority(URGENT, URGENT_PRIORITY);
	check_service();
	check_rivals();
	check_cancelling();
	check_clan();
	print("task_deletion: %u failures\n", (unsigned)failures);
	return failures != 0;
}
