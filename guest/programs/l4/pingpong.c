/* SPDX-License-Identifier: MIT
 *
 * Ping-pong: round trips between two threads of one task, and between two tasks in large and small address spaces, with
 * messages of four kinds, and a page fault that the partner serves. Whoever counts instructions does it between
 * round_begin and round_end (test/golden/kernel/pingpong-costs.txt), which each round calls; the first rounds bring in pages.
 */
#include <l4/sigma0.h>
#include <l4/syscalls.h>
#include <stdbool.h>
#include <stddef.h>

#include "console.h"
#include "tasks.h"

enum {
	ROUNDS = 50,
	PAGER_THREAD = 1,
	PONG_THREAD = 2,
	PING_THREAD = 3,
	PING_TASK = FIRST_TASK,
	PONG_TASK = FIRST_TASK + 1,
	PRIORITY = 16,
	THERE = 0x10000000, /* where what is mapped comes to, and where ping touches nothing */
	WORDS = 16,
	STRING_BYTES = 4096,
};

struct message {
	struct l4_message_header header;
	unsigned words[WORDS];
	struct l4_string_dope string;
};

/* Pong's side is a second copy of what ping has. */
static struct message ping_message, pong_message;
static unsigned char ping_string[STRING_BYTES] __attribute__((aligned(4096)));
static unsigned char pong_string[STRING_BYTES] __attribute__((aligned(4096)));
static struct l4_threadid root, ping_thread, pong_thread;

struct kind {
	const char *name;
	unsigned dwords, strings;
	bool maps;   /* ping maps a page to pong */
	bool faults; /* ping touches a page that pong maps to it */
};

static const struct kind kinds[] = {
	{"short", 2, 0, false, false},         {"64 bytes", WORDS, 0, false, false},
	{"4 KB string", 2, 1, false, false},   {"one page mapped", 2, 0, true, false},
	{"page fault", 2, 0, false, true},     {NULL, 0, 0, false, false},
};

/* A row of the measurement: a task of its own for ping, and the small spaces of the two; 0: large. */
static const struct pairing {
	const char *name;
	bool two_tasks;
	unsigned ping_space, pong_space;
} pairings[] = {
	{"one task", false, 0, 0},       {"large to large", true, 0, 0},  {"large to small", true, 0, 2},
	{"small to small", true, 1, 2},  {NULL, false, 0, 0},
};

static const struct kind *volatile kind;

void round_begin(void) __attribute__((noinline));
void round_end(void) __attribute__((noinline));

void round_begin(void)
{
	__asm__ volatile("");
}

void round_end(void)
{
	__asm__ volatile("");
}

static bool is_long(void)
{
	return kind->dwords > 2 || kind->strings > 0;
}

static void prepare(struct message *message, unsigned char *string)
{
	string[0] = 1; /* in memory before the first round */
	*message = (struct message){
		.header = {.size_dope = l4_make_dope(WORDS, 1), .send_dope = l4_make_dope(kind->dwords, kind->strings)},
		.string = {STRING_BYTES, (unsigned)string, STRING_BYTES, (unsigned)string},
	};
}

static void pong(void)
{
	prepare(&pong_message, pong_string);
	unsigned send = is_long() ? (unsigned)&pong_message : (unsigned)L4_SEND_SHORT;
	unsigned receive = is_long() ? (unsigned)&pong_message
			 : kind->maps ? l4_receive_window(L4_WHOLE_SPACE) : (unsigned)L4_RECEIVE_SHORT;
	l4_fpage page = l4_make_fpage((unsigned)pong_string, L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE);
	struct l4_message message = l4_ipc_wait(receive, L4_NEVER);
	for (;;) {
		if (kind->faults) {
			message = l4_ipc_reply_and_wait(message.source, L4_SEND_MAP, message.w0 & L4_PAGE_MASK, page,
							receive, L4_NEVER);
		} else {
			pong_message.string.send_size = STRING_BYTES;
			message = l4_ipc_reply_and_wait(message.source, send, message.w0, message.w1, receive, L4_NEVER);
		}
	}
}

/* What was mapped goes away again, so that each round finds what the first one found. */
static void unmap(void)
{
	l4_fpage mapped = l4_make_fpage((unsigned)ping_string, L4_PAGE_SIZE_LOG2, 0);
	l4_fpage touched = l4_make_fpage(THERE, L4_PAGE_SIZE_LOG2, 0);
	if (kind->maps) {
		l4_fpage_unmap(mapped, L4_UNMAP_PAGE | L4_UNMAP_OTHER_SPACES);
	}
	if (kind->faults) {
		l4_fpage_unmap(touched, L4_UNMAP_PAGE | L4_UNMAP_ALL_SPACES);
	}
}

static bool play_round(void)
{
	l4_fpage page = l4_make_fpage((unsigned)ping_string, L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE);
	unsigned message = (unsigned)&ping_message;
	struct l4_message answer = {.result = L4_OK};
	if (kind->faults) {
		round_begin();
		*(volatile unsigned char *)THERE;
		round_end();
		return true;
	}
	if (is_long()) {
		ping_message.string.send_size = STRING_BYTES;
		round_begin();
		answer = l4_ipc_call(pong_thread, message, 1, 2, message, L4_NEVER);
		round_end();
	} else {
		unsigned send = kind->maps ? L4_SEND_MAP : L4_SEND_SHORT;
		round_begin();
		answer = l4_ipc_call(pong_thread, send, kind->maps ? THERE : 1, page, L4_RECEIVE_SHORT, L4_NEVER);
		round_end();
	}
	return l4_error(answer.result) == L4_OK;
}

static void ping(void)
{
	unsigned good = 0;
	prepare(&ping_message, ping_string);
	l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	if (kind->faults) {
		l4_lthread_ex_regs(l4_lthread_of(l4_myself()), L4_UNCHANGED, L4_UNCHANGED, l4_invalid(), pong_thread);
	}
	for (unsigned round = 0; round < ROUNDS; round++) {
		good += play_round();
		unmap();
	}
	l4_ipc_call(root, L4_SEND_SHORT, good, 0, L4_RECEIVE_SHORT, L4_NEVER);
}

static struct l4_threadid start_in(unsigned task, thread_function *function, unsigned space)
{
	struct l4_threadid id = start_task(task, function, l4_lthread(root, PAGER_THREAD));
	l4_thread_schedule(id, l4_schedule_param(PRIORITY, 0, 0) | l4_small_space(space), l4_invalid());
	return id;
}

static unsigned play(const struct pairing *pairing)
{
	if (pairing->two_tasks) {
		pong_thread = start_in(PONG_TASK, pong, pairing->pong_space);
		ping_thread = start_in(PING_TASK, ping, pairing->ping_space);
	} else {
		pong_thread = start_thread(PONG_THREAD, pong);
		ping_thread = start_thread(PING_THREAD, ping);
	}
	unsigned good = l4_ipc_call(ping_thread, L4_SEND_SHORT, 0, 0, L4_RECEIVE_SHORT, L4_NEVER).w0;
	if (pairing->two_tasks) {
		delete_task(ping_thread);
		delete_task(pong_thread);
	}
	return good;
}

int main(void)
{
	unsigned failures = 0;
	root = l4_myself();
	start_thread(PAGER_THREAD, serve_page_faults);
	for (const struct pairing *pairing = pairings; pairing->name; pairing++) {
		for (kind = kinds; kind->name; kind = kind + 1) {
			/* Nothing can be mapped within a task. */
			if (pairing->two_tasks || !(kind->maps || kind->faults)) {
				unsigned good = play(pairing);
				print("%s, %s: %u round trips\n", pairing->name, kind->name, good);
				failures += good != ROUNDS;
			}
		}
	}
	print("pingpong done\n");
	return failures != 0;
}
