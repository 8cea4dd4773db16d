/* SPDX-License-Identifier: MIT
 *
 * Clans & Chiefs: this task (outermost clan) has two others beside it, CHIEF and OUTSIDER; CHIEF makes a MEMBER.
 * Messages across the border of CHIEF's clan reach CHIEF, which passes them on, in their sender's name or its own.
 */
#include "check.h"
#include "deceit.h"

enum { CHIEF_TASK = FIRST_TASK, OUTSIDER_TASK = FIRST_TASK + 1, MEMBER_TASK = FIRST_TASK + 2, CLAN_PAGER = 7 };
enum { CROSSING = 70, FORGED = 71, DONE = 72 };

static struct l4_threadid chief, outsider, member;
static struct l4_message seen_by_chief, seen_by_outsider, seen_by_member, answer_to_member;
static volatile bool in_own_name;
static volatile unsigned faults_through_chief;

static void sleep_for_ever(void)
{
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, L4_NEVER);
}

static void be_member(void)
{
	answer_to_member = l4_ipc_call(outsider, L4_SEND_SHORT, CROSSING, 1, L4_RECEIVE_SHORT, L4_NEVER);
	seen_by_member = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	l4_ipc_send(main_thread, L4_SEND_SHORT, DONE, 0, L4_NEVER);
	sleep_for_ever();
}

static void be_outsider(void)
{
	seen_by_outsider = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	l4_ipc_send(seen_by_outsider.source, L4_SEND_SHORT, seen_by_outsider.w0 + 1, 2, L4_NEVER);
	sleep_for_ever();
}

/* Its member's page faults come through here: it fetches the page by touching it itself. */
static void pass_fault_on(const struct l4_message *fault)
{
	volatile unsigned char *byte = (volatile unsigned char *)(fault->w0 & ~3u);
	*byte |= 0;
	faults_through_chief++;
	send_as(fault->destination, fault->source, L4_SEND_MAP, fault->w0 & L4_PAGE_MASK,
		l4_make_fpage((unsigned)byte, L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE));
}

static bool crosses(const struct l4_message *message)
{
	return (message->result & L4_RESULT_REDIRECTED) != 0;
}

static bool is_fault(const struct l4_message *message)
{
	return l4_same_thread(message->destination, l4_lthread(main_thread, CLAN_PAGER));
}

/* The first message that crosses from inside is noted; then all are passed on. */
static void be_chief(void)
{
	struct l4_threadid id = l4_make_id(MEMBER_TASK, 0, 1, CHIEF_TASK, 1, 0);
	member = l4_task_new(id, 255, stack_top(18), (unsigned)be_member, l4_lthread(main_thread, CLAN_PAGER));
	for (;;) {
		struct l4_message message = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
		if (l4_error(message.result) != L4_OK || !crosses(&message)) {
			continue;
		}
		if (is_fault(&message)) {
			pass_fault_on(&message);
			continue;
		}
		if (message.w0 == CROSSING) {
			seen_by_chief = message;
		}
		if (in_own_name) {
			l4_ipc_send(message.destination, L4_SEND_SHORT, message.w0, message.w1, L4_NEVER);
		} else {
			send_as(message.source, message.destination, L4_SEND_SHORT, message.w0, message.w1);
		}
	}
}

static void start(void)
{
	delete_task(outsider);
	outsider = start_task(OUTSIDER_TASK, be_outsider, pager_thread);
	struct l4_threadid number = l4_make_id(MEMBER_TASK, 0, 1, L4_TASK_ROOT, 0, 0);
	l4_task_new(number, CHIEF_TASK << L4_ID_TASK_SHIFT, 0, 0, l4_nil());
	chief = start_task(CHIEF_TASK, be_chief, pager_thread);
}

static void check_redirection(void)
{
	check_equal("the member's message comes to its chief, from inside", seen_by_chief.result,
		    L4_RESULT_REDIRECTED | L4_RESULT_FROM_INNER);
	check("it is the member's", l4_same_thread(seen_by_chief.source, member) && seen_by_chief.w1 == 1);
	check("and is meant for the outsider", l4_same_thread(seen_by_chief.destination, outsider));
	check_equal("page faults go through the chief, too", faults_through_chief > 0, true);
}

static void check_deceit(void)
{
	check("the outsider gets it in the member's name", l4_same_thread(seen_by_outsider.source, member));
	check_equal("but is told so", seen_by_outsider.result, L4_RESULT_DECEITED);
	check("the answer comes back in the outsider's name",
	      l4_same_thread(answer_to_member.source, outsider) && answer_to_member.w0 == CROSSING + 1);
	check_equal("the member is told so, too", answer_to_member.result, L4_RESULT_DECEITED);
}

static void check_from_outside(void)
{
	check_equal("a message for the member from outside is taken",
		    l4_ipc_send(member, L4_SEND_SHORT, 5, 6, L4_NEVER), L4_OK);
	struct l4_message done = l4_ipc_receive(member, L4_RECEIVE_SHORT, l4_receive_timeout_us(1000000));
	check("it comes to the member in this thread's name",
	      l4_same_thread(seen_by_member.source, main_thread) && seen_by_member.w1 == 6);
	check("the member's own comes here in its name", done.w0 == DONE && l4_same_thread(done.source, member));
}

/* The direction rule: both outside the clan, so the names are the true ones. */
static void check_forgery(void)
{
	delete_task(outsider);
	outsider = start_task(OUTSIDER_TASK, be_outsider, pager_thread);
	let_others_run();
	send_as(chief, outsider, L4_SEND_SHORT, FORGED, 0);
	let_others_run();
	check("a name from the same side of the border is ignored",
	      l4_same_thread(seen_by_outsider.source, main_thread) && seen_by_outsider.w0 == FORGED &&
		      seen_by_outsider.result == L4_OK);
	l4_ipc_receive(outsider, L4_RECEIVE_SHORT, L4_NEVER);
}

/* Without deceit the outsider sees the chief's message, and the answer ends there. */
static void check_own_name(void)
{
	delete_task(chief);
	in_own_name = true;
	start();
	let_others_run();
	let_others_run();
	check("a chief that passes it on in its own name is the source",
	      l4_same_thread(seen_by_outsider.source, chief) && seen_by_outsider.result == L4_OK);
	in_own_name = false;
}

void check_clans(void)
{
	l4_lthread_ex_regs(CLAN_PAGER, (unsigned)serve_page_faults, stack_top(CLAN_PAGER), l4_invalid(), l4_sigma0());
	start();
	let_others_run();
	let_others_run();
	check_redirection();
	check_deceit();
	check_from_outside();
	check_forgery();
	check_own_name();
	struct l4_threadid dead = member;
	delete_task(chief);
	check_equal("with the chief its member is gone", l4_ipc_send(dead, 0, 0, 0, L4_NEVER), L4_NOT_EXISTING);
	delete_task(outsider);
	stop_thread(CLAN_PAGER);
}
