/* SPDX-License-Identifier: MIT
 *
 * Long messages: dwords, strings and flexpages from memory; what is cut; page faults and their time limits; aborting.
 * The partner is a task that shares this program's memory one-to-one; above SCRATCH its pager maps one page everywhere.
 */
#include "check.h"
#include "long_partner.h"

enum { DWORDS = 16, ROOM = 8, LONG = 10000, SHIFT = 3 };

static unsigned char text[LONG + SHIFT], copy[LONG + SHIFT];
static const l4_timeouts SHORT_SEND_FAULT = 9u << 12; /* 4^6 us */

static void prepare(unsigned dwords, unsigned strings)
{
	long_out = (struct long_message){.header = {.size_dope = l4_make_dope(LONG_DWORDS, LONG_STRINGS),
						    .send_dope = l4_make_dope(dwords, strings)}};
	long_in = (struct long_message){.header = {.size_dope = l4_make_dope(LONG_DWORDS, LONG_STRINGS)}};
	for (unsigned i = 0; i < LONG_DWORDS; i++) {
		long_out.words[i] = i * i;
		long_in.words[i] = ~0u;
	}
}

static void set_string(unsigned number, const void *from, unsigned size, void *to, unsigned room)
{
	long_out.strings[number] = (struct l4_string_dope){.send_size = size, .send_address = (unsigned)from};
	long_in.strings[number] = (struct l4_string_dope){.receive_size = room, .receive_address = (unsigned)to};
}

static bool dwords_came(unsigned count)
{
	for (unsigned i = 2; i < LONG_DWORDS; i++) {
		if (long_in.words[i] != (i < count ? i * i : ~0u)) {
			return false;
		}
	}
	return long_received.w0 == 11 && long_received.w1 == 22;
}

static void check_dwords(void)
{
	prepare(DWORDS, 0);
	check_equal("a message of 16 dwords completes with 0", long_send(L4_NEVER), L4_OK);
	check_equal("its receiver is told their number", long_received.result, l4_make_dope(DWORDS, 0));
	check("all of them have come, and no more", dwords_came(DWORDS));

	prepare(DWORDS, 0);
	long_in.header.size_dope = l4_make_dope(ROOM, 0);
	check_equal("16 dwords for 8: the sender gets 0xf0", long_send(L4_NEVER), L4_SEND_CUT);
	check_equal("the receiver 0xe0, and the number that fitted", long_received.result,
		    l4_make_dope(ROOM, 0) | L4_RECEIVE_CUT);
	check("those have come", dwords_came(ROOM));

	prepare(DWORDS, 0);
	long_receive_short();
	check_equal("16 dwords without a buffer are cut", long_send(L4_NEVER), L4_SEND_CUT);
	check("the two in registers have come", dwords_came(2) && long_received.result == L4_RECEIVE_CUT);
	long_receive_buffer();
}

/* The sender waits in the queue; the receiver fetches. */
static void check_queued(void)
{
	prepare(DWORDS, 0);
	struct l4_threadid sender = start_thread(PARTNER, long_send_to_main);
	let_others_run();
	long_received = l4_ipc_receive(sender, (unsigned)&long_in, L4_NEVER);
	check("a queued long message is fetched", dwords_came(DWORDS) &&
							  long_received.result == l4_make_dope(DWORDS, 0));
	long_out.words[0] = long_out.words[1] = 77;
	l4_ipc_send(sender, L4_SEND_SHORT, 5, 0, L4_SEND_AT_ONCE);
	let_others_run();
	check_equal("its sender then waits for the answer", long_sender_result, 5);
	stop_thread(PARTNER);
}

static bool text_came(unsigned size)
{
	for (unsigned i = 0; i < LONG; i++) {
		if (copy[SHIFT + i] != (i < size ? text[i] : 0)) {
			return false;
		}
	}
	return true;
}

static void clear_copy(void)
{
	for (unsigned i = 0; i < LONG; i++) {
		text[i] = (unsigned char)(i * 7 + i / 256);
		copy[SHIFT + i] = 0;
	}
}

static void check_strings(void)
{
	prepare(4, 1);
	clear_copy();
	set_string(0, text, LONG, copy + SHIFT, LONG);
	check_equal("a string of 10000 bytes completes with 0", long_send(L4_NEVER), L4_OK);
	check_equal("the receiver is told the number of strings", long_received.result, l4_make_dope(4, 1));
	check("it has come, to an odd address", text_came(LONG));
	check("the buffer's dope can be sent on", long_in.strings[0].send_size == LONG &&
							  long_in.strings[0].send_address == (unsigned)copy + SHIFT);

	prepare(2, 1);
	clear_copy();
	set_string(0, text, LONG, copy + SHIFT, LONG / 2);
	check_equal("a string for half its room is cut", long_send(L4_NEVER), L4_SEND_CUT);
	check("that half has come", text_came(LONG / 2) && long_in.strings[0].send_size == LONG / 2);

	prepare(2, 2);
	clear_copy();
	set_string(0, text, 100, copy + SHIFT, LONG);
	set_string(1, text + 100, LONG - 100, copy + SHIFT + 100, LONG);
	check_equal("two strings", long_send(L4_NEVER), L4_OK);
	check("come each to its buffer", text_came(LONG));

	prepare(2, 2);
	clear_copy();
	set_string(0, text, 100, copy + SHIFT, LONG);
	long_in.header.size_dope = l4_make_dope(LONG_DWORDS, 1);
	check_equal("two strings for one buffer are cut", long_send(L4_NEVER), L4_SEND_CUT);
	check("the first has come", text_came(100) && long_received.result == (l4_make_dope(2, 1) | L4_RECEIVE_CUT));

	prepare(2, 1);
	set_string(0, (void *)0xc0000000, 100, copy, LONG);
	check_equal("a string of the kernel's is cut", long_send(L4_NEVER), L4_SEND_CUT);
	set_string(0, text, 100, (void *)0xf0100000, LONG);
	check_equal("a buffer in the kernel, too", long_send(L4_NEVER), L4_SEND_CUT);
}

static void check_mappings(void)
{
	enum { PAGES = 3 };
	static unsigned char pages[PAGES][L4_PAGE_SIZE] __attribute__((aligned(4096)));
	prepare(2 * PAGES, 0);
	long_in.header.receive_window = l4_make_fpage(SCRATCH, 22, 0);
	for (unsigned i = 0; i < PAGES; i++) {
		pages[i][0] = (unsigned char)(10 + i);
		long_out.words[2 * i] = (2 * i + 1) * L4_PAGE_SIZE;
		long_out.words[2 * i + 1] = l4_make_fpage((unsigned)pages[i], L4_PAGE_SIZE_LOG2, 0);
	}
	long_faults = 0;
	check_equal("a message of three flexpages", long_send_map(L4_NEVER), L4_OK);
	check_equal("the receiver is told", long_received.result, l4_make_dope(2 * PAGES, 0) | L4_RESULT_MAPPED);
	bool there = true;
	for (unsigned i = 0; i < PAGES; i++) {
		there = there && long_peek(SCRATCH + (2 * i + 1) * L4_PAGE_SIZE) == 10 + i;
	}
	check("all three are mapped", there && long_faults == 0);
	prepare(2, 0);
	check_equal("without a window in the buffer they are cut", long_send_map(L4_NEVER), L4_SEND_CUT);
}

static void check_faults(void)
{
	long_restart();
	prepare(2, 1);
	set_string(0, text, LONG, (void *)(SCRATCH + 100), LONG);
	long_faults = 0;
	check_equal("a string to pages that are missing", long_send(L4_NEVER), L4_OK);
	check_equal("the pager is asked for each", long_faults, 3);
	check_equal("it sees -1 as the EIP", long_fault_eip, 0xffffffff);

	long_restart();
	long_pager_answers = false;
	prepare(2, 1);
	set_string(0, text, LONG, (void *)SCRATCH, LONG);
	check_equal("its pager does not answer: the sender's limit ends it", long_send(SHORT_SEND_FAULT),
		    L4_SEND_SEND_FAULT_TIMEOUT);
	let_others_run();
	check_equal("the receiver is told", l4_error(long_received.result), L4_RECEIVE_SEND_FAULT_TIMEOUT);
	check_equal("with a limit of 0 at once", long_send(0xf000), L4_SEND_SEND_FAULT_TIMEOUT);

	long_restart();
	long_pager_answers = false;
	prepare(2, 1);
	set_string(0, (void *)SCRATCH, LONG, copy, LONG);
	check_equal("the sender's page is missing: the receiver's limit", l4_error(long_send_back(9u << 8)),
		    L4_RECEIVE_RECEIVE_FAULT_TIMEOUT);
	let_others_run();
	check_equal("the sender is told", long_sender_result, L4_SEND_RECEIVE_FAULT_TIMEOUT);
	long_pager_answers = true;
}

static void check_abort(void)
{
	long_restart();
	long_pager_answers = false;
	prepare(2, 1);
	set_string(0, text, LONG, (void *)SCRATCH, LONG);
	start_thread(PARTNER, long_send_to_partner);
	let_others_run();
	l4_lthread_ex_regs(PARTNER, (unsigned)long_after_cancel, stack_top(PARTNER), l4_invalid(), l4_invalid());
	let_others_run();
	check_equal("a sender in mid-copy is aborted", long_sender_result, L4_SEND_ABORTED);
	check_equal("its receiver, too", l4_error(long_received.result), L4_RECEIVE_ABORTED);

	long_restart();
	long_pager_answers = false;
	start_thread(PARTNER, long_send_to_partner);
	let_others_run();
	long_restart();
	let_others_run();
	check_equal("when the receiver dies, its sender is told", long_sender_result, L4_SEND_ABORTED);
	stop_thread(PARTNER);
}

/* A string of 4 MB takes longer than a clock tick, and an urgent thread must not wait for its end. */
static void check_preemption(void)
{
	enum { ATTEMPTS = 200, SIZE = 4 << 20 };
	long_restart();
	prepare(2, 1);
	set_string(0, (void *)SCRATCH, SIZE, (void *)(SCRATCH + SIZE), SIZE);
	long_start_source();
	check_equal("a string of 4 MB", long_source_send(), L4_OK);
	long_watch();
	for (unsigned i = 0; i < ATTEMPTS && !long_seen_in_the_middle; i++) {
		long_source_send();
	}
	check("an urgent thread runs in the middle of it", long_seen_in_the_middle);
	long_stop_source();
}

void check_long_messages(void)
{
	long_start();
	check_dwords();
	check_queued();
	check_strings();
	check_mappings();
	check_faults();
	check_abort();
	check_preemption();
	long_stop();
}
