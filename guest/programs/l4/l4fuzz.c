/* SPDX-License-Identifier: MIT
 *
 * A hostile crowd: tasks of several threads that call the kernel at random, with registers that are almost right: ids of
 * each other, flexpages and buffers of a region that they share, short time limits. This task's main thread is more
 * urgent than all of them; between bursts it says how many calls were made, and there the kernel's structures must be in
 * order. All follows from fuzz_seed and the variables beside it, which the loader of the image may change.
 */
#include <l4/sigma0.h>
#include <l4/syscalls.h>
#include <stdbool.h>

#include "console.h"
#include "tasks.h"

enum {
	CROWD = 4,     /* tasks of this one; each may make one of its own */
	THREADS = 3,   /* of each */
	INNER = 20,    /* number of the first inner task */
	PAGER = 1,
	REGION = 0x02800000, /* within a small space, as the next */
	REGION_PAGES = 64,
	LARGE_REGION = 0x03000000, /* twice a 4 MB page, or parts of it */
	LARGE = 8 << 20,           /* this task's, one-to-one */
	LARGE_SIZE = 1 << L4_SIGMA0_SUPERPAGE_LOG2,
	ROOM = 64,     /* dwords of a message */
	STRINGS = 3,
	URGENT = 100,
	MAXIMUM = 16,  /* priority of the crowd */
	FIRST_HOARDED = 200,
	HOARD = 1800,  /* at most so many tasks more than the crowd, which keep the kernel's memory */
	SPARE = 12,    /* so many are given back, for the crowd */
	STACK_BYTES = 2048,
};

struct buffer {
	struct l4_message_header header;
	unsigned words[ROOM];
	struct l4_string_dope strings[STRINGS];
};

extern char program_start[], program_end[]; /* root.ld */

volatile unsigned fuzz_seed = 1;
volatile unsigned fuzz_bursts = 50;
volatile unsigned fuzz_burst_microseconds = 30000;
volatile unsigned fuzz_hoard = 0; /* 1: the kernel's memory is used up, almost */
static volatile unsigned calls;
static unsigned char region[REGION_PAGES][L4_PAGE_SIZE] __attribute__((aligned(4096)));
static unsigned char stacks[2 * CROWD][THREADS][STACK_BYTES] __attribute__((aligned(4096)));
static struct buffer buffers[2 * CROWD][THREADS];
static struct l4_threadid tasks[2 * CROWD]; /* the crowd, then those that they made */
static struct l4_threadid pager;

static void fuzz(void);

static unsigned next(unsigned *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state ^ *state >> 15;
}

/* Someone of the crowd, or one of the others. */
static struct l4_threadid someone(unsigned *state)
{
	unsigned r = next(state);
	switch (r >> 28) {
	case 0: return l4_nil();
	case 1: return l4_sigma0();
	case 2: return pager;
	case 3: return (struct l4_threadid){next(state), next(state)};
	case 4: return l4_irq_id(r % 20);
	default: return l4_lthread(tasks[r % (2 * CROWD)], r >> 8 & 3);
	}
}

/* One of few pages, so that they meet: in the region of pages, or at the edges of the 4 MB pages. */
static unsigned region_address(unsigned *state)
{
	unsigned r = next(state);
	if (r % 16) {
		return REGION + (r >> 8) % REGION_PAGES * L4_PAGE_SIZE;
	}
	return LARGE_REGION + (r >> 8) % 2 * LARGE_SIZE + ((r >> 16) % 16 * (LARGE_SIZE / 16 + L4_PAGE_SIZE) & (LARGE_SIZE - 1));
}

static l4_fpage some_fpage(unsigned *state)
{
	unsigned r = next(state);
	unsigned size = r % 16 == 0 ? r >> 8 & 63 : L4_PAGE_SIZE_LOG2 + (r >> 8) % 6;
	unsigned address = region_address(state);
	if (address >= LARGE_REGION && r % 16 > 8) {
		size = L4_SIGMA0_SUPERPAGE_LOG2;
	}
	return l4_make_fpage(address, size, r >> 20 & 3);
}

/* At once, or after at most 4 ms; page faults after at most 1 ms. */
static l4_timeouts short_time(unsigned *state)
{
	unsigned r = next(state);
	unsigned mantissas = r % 2 ? 0 : r & 0xffff0000;
	return mantissas | 0xaa00 | 0xdd;
}

static void fill(struct buffer *buffer, unsigned *state)
{
	unsigned r = next(state);
	unsigned dwords = r % ROOM, strings = (r >> 8) % (STRINGS + 1);
	buffer->header = (struct l4_message_header){
		.receive_window = some_fpage(state),
		.size_dope = l4_make_dope(ROOM, strings),
		.send_dope = l4_make_dope(dwords, strings),
	};
	for (unsigned i = 0; i < 8; i += 2) {
		buffer->words[i] = region_address(state);
		buffer->words[i + 1] = r >> i & 0x10000 ? some_fpage(state) : 0;
	}
	for (unsigned i = 0; i < strings; i++) {
		buffer->strings[i] = (struct l4_string_dope){next(state) % 20000, region_address(state) + i,
							     next(state) % 20000, region_address(state) + 3 * i};
	}
}

static unsigned descriptor(const struct buffer *buffer, unsigned *state)
{
	unsigned r = next(state);
	switch (r >> 29) {
	case 0: return L4_NIL_DESCRIPTOR;
	case 1: return (unsigned)buffer | (r & 3);
	case 2: return (unsigned)buffer | (r & 1);
	case 3: return l4_receive_window(some_fpage(state)) | (r & 1);
	case 4: return l4_receive_window(L4_WHOLE_SPACE) | (r & 1);
	default: return r & 3;
	}
}

static void call_ipc(struct buffer *buffer, unsigned *state)
{
	struct l4_threadid partner = someone(state);
	fill(buffer, state);
	unsigned send = descriptor(buffer, state);
	if (send != L4_NIL_DESCRIPTOR && (send & ~3u) && (send & ~3u) != (unsigned)buffer) {
		send &= 3; /* a window is no message */
	}
	l4_ipc(partner, send, region_address(state), some_fpage(state), descriptor(buffer, state), short_time(state));
}

static void call_schedule(unsigned *state)
{
	unsigned r = next(state);
	unsigned param = r % 8 == 0 ? L4_UNCHANGED : (r & 0x0ff00000) | (r >> 8) % (MAXIMUM + 2);
	if (r % 8 == 1) {
		param |= r % 64 == 1 ? r >> 8 & 0xff00 : l4_small_space(r >> 16 & 7); /* of any size, or of the first */
	}
	struct l4_threadid preempter = r % 16 == 2 ? someone(state) : l4_invalid();
	l4_thread_schedule(someone(state), param, preempter);
}

static unsigned stack_of(unsigned task, unsigned lthread)
{
	return (unsigned)stacks[task][lthread] + STACK_BYTES;
}

static void call_ex_regs(unsigned self, unsigned *state)
{
	unsigned r = next(state), lthread = r % THREADS;
	bool set = (r >> 8) % 4 == 0;
	l4_lthread_ex_regs(lthread, set ? (unsigned)fuzz : L4_UNCHANGED, set ? stack_of(self, lthread) : L4_UNCHANGED,
			   r % 64 == 3 ? someone(state) : l4_invalid(), pager);
}

/* Its inner task: made, made inactive, or deleted with what it has. */
static void call_task_new(unsigned self, unsigned *state)
{
	unsigned r = next(state);
	struct l4_threadid mine = l4_myself();
	struct l4_threadid id = l4_make_id(INNER + self, 0, 1, l4_task_of(mine), self < CROWD ? 1 : r & 15, 0);
	struct l4_threadid made = l4_task_new(r % 16 ? id : someone(state), r % 4 ? MAXIMUM : mine.low,
					      stack_of(CROWD + self % CROWD, 0), (unsigned)fuzz, r % 4 ? pager : l4_nil());
	if (!l4_is_nil(made) && self < CROWD) {
		tasks[CROWD + self] = made;
	}
}

static void call(unsigned self, struct buffer *buffer, unsigned *state)
{
	unsigned r = next(state);
	switch (r >> 27) {
	case 0: call_task_new(self, state); break;
	case 1:
	case 2: call_ex_regs(self, state); break;
	case 3:
	case 4: call_schedule(state); break;
	case 5: l4_thread_switch(someone(state)); break;
	case 6: l4_id_nearest(someone(state)); break;
	case 7: l4_thread_segment(l4_nil(), r % 4, next(state), r % 8 ? next(state) : L4_SEGMENT_WRAPS); break;
	case 8:
	case 9:
	case 10: l4_fpage_unmap(some_fpage(state), next(state) & 0x80000002); break;
	default: call_ipc(buffer, state); break;
	}
}

/* Any thread of any task. Touches the region, too. */
static void fuzz(void)
{
	struct l4_threadid id = l4_myself();
	unsigned task = l4_task_of(id), lthread = l4_lthread_of(id) % THREADS;
	unsigned self = task >= INNER ? CROWD + (task - INNER) % CROWD : (task - FIRST_TASK) % CROWD;
	unsigned state = fuzz_seed + calls * 977 + task * L4_LTHREADS + lthread;
	for (;;) {
		unsigned r = next(&state);
		volatile unsigned char *byte = (volatile unsigned char *)region_address(&state);
		if (r % 8 == 0) {
			*byte = (unsigned char)r;
		} else if (r % 8 == 1) {
			(void)*byte;
		}
		call(self, &buffers[self][lthread], &state);
		calls++;
	}
}

/* Program one-to-one; the region from our pages, every other one read-only until it is written; the large region now as a 4 MB
 * page, now as a part of one. Nothing: 0. */
static l4_fpage page_for(unsigned address, bool write)
{
	static unsigned faults;
	if (address >= (unsigned)program_start && address < (unsigned)program_end) {
		*(volatile unsigned char *)address |= 0;
		return l4_make_fpage(address, L4_PAGE_SIZE_LOG2, L4_FPAGE_WRITABLE);
	}
	unsigned rights = write ? L4_FPAGE_WRITABLE : L4_FPAGE_READ_ONLY;
	if (address - REGION < sizeof region) {
		unsigned from = (unsigned)region + address - REGION;
		*(volatile unsigned char *)from |= 0;
		return l4_make_fpage(from, L4_PAGE_SIZE_LOG2, rights);
	}
	if (address - LARGE_REGION < 2 * LARGE_SIZE) {
		unsigned size_log2 = faults++ % 3 ? L4_SIGMA0_SUPERPAGE_LOG2 : L4_PAGE_SIZE_LOG2;
		return l4_make_fpage(LARGE + (address & (LARGE_SIZE - 1)), size_log2, rights);
	}
	return 0;
}

static void serve(void)
{
	struct l4_message fault = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
	for (;;) {
		unsigned address = fault.w0 & L4_PAGE_MASK;
		l4_fpage fpage = l4_error(fault.result) == L4_OK ? page_for(address, (fault.w0 & 2) != 0) : 0;
		if (fpage == 0) {
			fault = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
			continue;
		}
		fault = l4_ipc_reply_and_wait(fault.source, L4_SEND_MAP, address, fpage, L4_RECEIVE_SHORT,
					      L4_SEND_AT_ONCE);
	}
}

static void start(unsigned number)
{
	struct l4_threadid inner = l4_make_id(INNER + number, 0, 1, L4_TASK_ROOT, 0, 0);
	l4_task_new(inner, (FIRST_TASK + number) << L4_ID_TASK_SHIFT, 0, 0, l4_nil());
	struct l4_threadid id = l4_make_id(FIRST_TASK + number, 0, 1, L4_TASK_ROOT, 0, 0);
	tasks[number] = l4_task_new(id, MAXIMUM, stack_of(number, 0), (unsigned)fuzz, pager);
	l4_thread_schedule(tasks[number], l4_schedule_param(MAXIMUM, 0, 0), l4_invalid());
}

/* They have no pager, so each stops at its first instruction. */
static void hoard(void)
{
	struct l4_threadid last[SPARE];
	unsigned count = 0;
	for (; count < HOARD; count++) {
		struct l4_threadid id = l4_make_id(FIRST_HOARDED + count, 0, 1, L4_TASK_ROOT, 0, 0);
		id = l4_task_new(id, 0, 0, 0, l4_irq_id(0));
		if (l4_is_nil(id)) {
			break;
		}
		last[count % SPARE] = id;
	}
	for (unsigned i = 0; i < SPARE && i < count; i++) {
		delete_task(last[i]);
	}
}

int main(void)
{
	struct l4_threadid self = l4_myself();
	pager = start_thread(PAGER, serve);
	l4_thread_schedule(pager, l4_schedule_param(URGENT, 0, 0), l4_invalid());
	l4_thread_schedule(self, l4_schedule_param(URGENT, 0, 0), l4_invalid());
	l4_sigma0_get_superpage(LARGE, LARGE);
	/* Out of the crowd's reach, which would leave it without time: nobody would get a page any more. */
	l4_thread_schedule(l4_sigma0(), l4_schedule_param(URGENT, 0, 0), l4_invalid());
	print("ready\n");
	if (fuzz_hoard) {
		hoard();
	}
	for (unsigned burst = 0; burst < fuzz_bursts; burst++) {
		start(burst % CROWD);
		l4_sleep(fuzz_burst_microseconds);
		print("burst %u: %u calls\n", burst, calls);
	}
	return 0;
}
