/* SPDX-License-Identifier: MIT
 *
 * task_new: creation, deletion, versions, the right to create; and what happens to the partners of the dead.
 */
#include "check.h"

static volatile unsigned inner_result;
static volatile unsigned inner_type;

/* Runs in another task: it may not delete its sister, nor make the root's tasks. */
static void try_to_make_tasks(void)
{
	struct l4_threadid other = l4_make_id(UNUSED_TASK, 0, 1, L4_TASK_ROOT, 0, 0);
	struct l4_threadid made = l4_task_new(other, 255, 0, 0, main_thread);
	l4_ipc_send(main_thread, L4_SEND_SHORT, made.low, 0, L4_NEVER);
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

/* Runs in another task, to which the root has given the right to make UNUSED_TASK. */
static void make_inner_task(void)
{
	struct l4_threadid mine = l4_myself();
	struct l4_threadid inner = l4_make_id(UNUSED_TASK, 0, 1, l4_task_of(mine), 1, 0);
	/* Its page faults come here and stay queued: it never runs an instruction. */
	inner = l4_task_new(inner, 255, stack_top(20), (unsigned)echo, mine);
	struct l4_nearest nearest = l4_id_nearest(inner);
	l4_ipc_send(main_thread, L4_SEND_SHORT, inner.low, inner.high, L4_NEVER);
	inner_type = nearest.type;
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

static struct l4_threadid dying_task;

static void wait_for_the_dying(void)
{
	inner_result = l4_ipc_receive(dying_task, L4_RECEIVE_SHORT, L4_NEVER).result;
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

static void sleep_for_ever(void)
{
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

static void check_versions(void)
{
	struct l4_threadid task = start_task(FIRST_TASK, echo, pager_thread);
	check("task_new makes a task", !l4_is_nil(task) && l4_chief_of(task) == L4_TASK_ROOT);
	struct l4_message answer = l4_ipc_call(task, L4_SEND_SHORT, 1, 2, L4_RECEIVE_SHORT, L4_NEVER);
	check("the new task answers", answer.result == L4_OK && answer.w0 == 2);

	struct l4_threadid again = start_task(FIRST_TASK, sleep_for_ever, pager_thread);
	check("making it anew gives a new version",
	      l4_task_of(again) == FIRST_TASK && l4_version_of(again) != l4_version_of(task));
	check_equal("the old id is nobody's", l4_ipc_send(task, 0, 0, 0, L4_NEVER), L4_NOT_EXISTING);

	dying_task = again;
	start_thread(PARTNER, wait_for_the_dying);
	let_others_run();
	delete_task(again);
	let_others_run();
	check_equal("who waits for the dead is told", inner_result, L4_NOT_EXISTING);
	check_equal("the deleted task is gone", l4_ipc_send(again, 0, 0, 0, L4_NEVER), L4_NOT_EXISTING);
}

static void check_rights(void)
{
	struct l4_threadid task = start_task(FIRST_TASK, try_to_make_tasks, pager_thread);
	struct l4_message report = l4_ipc_receive(task, L4_RECEIVE_SHORT, L4_NEVER);
	check_equal("only the owner of a number may create the task", report.w0, 0);
	check("sigma0 cannot be deleted", l4_is_nil(l4_task_new(l4_sigma0(), 0, 0, 0, l4_nil())));

	struct l4_threadid given = l4_make_id(UNUSED_TASK, 0, 1, L4_TASK_ROOT, 0, 0);
	struct l4_threadid inactive = l4_task_new(given, task.low, 0, 0, l4_nil());
	check("the right to create can be given away", l4_chief_of(inactive) == FIRST_TASK);

	task = start_task(FIRST_TASK, make_inner_task, pager_thread);
	report = l4_ipc_receive(task, L4_RECEIVE_SHORT, L4_NEVER);
	struct l4_threadid inner = {report.w0, report.w1};
	check("the task makes a task of its own clan", l4_task_of(inner) == UNUSED_TASK &&
							       l4_chief_of(inner) == FIRST_TASK && l4_nest_of(inner) == 1);
	let_others_run();
	check_equal("the chief sees it as inside", inner_type, L4_INNER_CLAN);
	struct l4_nearest nearest = l4_id_nearest(inner);
	check("from outside its chief is the way in",
	      nearest.type == L4_INNER_CLAN && l4_same_thread(nearest.id, task));
	delete_task(task);
	nearest = l4_id_nearest(inner);
	check("a chief's clan dies with it", nearest.type == L4_OUTER_CLAN);
}

void check_tasks(void)
{
	check_versions();
	check_rights();
	stop_thread(PARTNER);
}
