/* SPDX-License-Identifier: MIT
 *
 * Causes each of the kernel's events once, so that its probe (l4/probes.h) can be held against it: `section` names the
 * event that is caused now. What prepares one, and what follows from it, is in no section.
 */
#include <l4/syscalls.h>

#include "console.h"
#include "ports.h"
#include "tasks.h"

enum {
	PAGER_THREAD = 1,
	PARTNER_THREAD,
	BREAKING_THREAD,
	SMALL_SLOT = 1,
	SETTLE_MICROSECONDS = 20000,
	TIMER_IRQ = 0,
	PIC = 0x20,
	PIC_MASK = 0x21,
	END_OF_INTERRUPT = 0x20,
	TIMER_MODE = 0x43,
	TIMER_CHANNEL_0 = 0x40,
	TIMER_ONE_SHOT = 0x30,
	TIMER_COUNT = 2000,
};

static const char nothing[] = "";
/* The host reads this at each firing of a probe. */
const char *volatile section = nothing;

static volatile unsigned words[2];
static unsigned char granted_page[L4_PAGE_SIZE] __attribute__((aligned(L4_PAGE_SIZE)));
static volatile unsigned char untouched_page[L4_PAGE_SIZE] __attribute__((aligned(L4_PAGE_SIZE)));

/* A section that a message begins is over as soon as the message is there. */
static void partner(void)
{
	for (;;) {
		l4_ipc_wait(l4_receive_window(L4_WHOLE_SPACE), L4_NEVER);
		section = nothing;
	}
}

static void break_down(void)
{
	__asm__ volatile("ud2");
}

static void settle(void)
{
	section = nothing;
	l4_sleep(SETTLE_MICROSECONDS);
}

/* To a partner that waits; twice before, so that it has its pages. */
static void send(const char *name, struct l4_threadid to)
{
	for (unsigned i = 0; i < 2; i++) {
		l4_ipc_send(to, L4_SEND_SHORT, 0, 0, L4_NEVER);
		settle();
	}
	section = name;
	l4_ipc_send(to, L4_SEND_SHORT, 0, 0, L4_NEVER);
	settle();
}

static void messages(void)
{
	section = "ipc-send";
	l4_ipc_send(l4_make_id(FIRST_TASK + 9, 0, 1, L4_TASK_ROOT, 0, 0), L4_SEND_SHORT, 0, 0, L4_SEND_AT_ONCE);
	settle();
	struct l4_threadid thread = start_thread(PARTNER_THREAD, partner);
	settle();
	send("ipc-receive", thread);
	send("thread-switch", thread);
	section = "wakeup";
	l4_ipc_receive(l4_nil(), L4_RECEIVE_SHORT, l4_receive_timeout_us(SETTLE_MICROSECONDS));
	settle();
}

static void memory(void)
{
	section = "page-fault";
	untouched_page[0] = 1;
	section = nothing;
	l4_fpage_unmap(l4_make_fpage((unsigned)untouched_page, L4_PAGE_SIZE_LOG2, 0),
		       L4_UNMAP_ALL_SPACES | L4_UNMAP_PAGE);
	section = "pf-rpc";
	untouched_page[0] = 1;
	section = "unmap";
	l4_fpage_unmap(l4_make_fpage((unsigned)untouched_page, L4_PAGE_SIZE_LOG2, 0),
		       L4_UNMAP_ALL_SPACES | L4_UNMAP_PAGE);
	section = "map";
	untouched_page[0] = 1;
	settle();
}

static void threads(void)
{
	section = "thread-create";
	struct l4_threadid thread = start_thread(BREAKING_THREAD, break_down);
	section = "exception";
	l4_thread_switch(thread);
	settle();
}

static void spaces(void)
{
	struct l4_threadid pager = start_thread(PAGER_THREAD, serve_page_faults);
	struct l4_threadid task = start_task(FIRST_TASK, partner, pager);
	settle();
	send("switch-space", task);
	send("tlb-flush", task);
	granted_page[0] = 1;
	section = "grant";
	l4_ipc_send(task, L4_SEND_MAP, 0, l4_make_fpage((unsigned)granted_page, L4_PAGE_SIZE_LOG2,
							 L4_FPAGE_WRITABLE | L4_FPAGE_GRANT), L4_NEVER);
	settle();
	l4_thread_schedule(task, l4_schedule_param(16, 0, 0) | l4_small_space(SMALL_SLOT), l4_invalid());
	send("small-space-switch", task);
	section = "thread-delete";
	delete_task(task);
	settle();
}

static void interrupt(void)
{
	out(TIMER_MODE, TIMER_ONE_SHOT);
	out(TIMER_CHANNEL_0, TIMER_COUNT & 0xff);
	out(TIMER_CHANNEL_0, TIMER_COUNT >> 8);
	l4_ipc_receive(l4_irq_id(TIMER_IRQ), L4_RECEIVE_SHORT, L4_RECEIVE_AT_ONCE);
	section = "irq-ipc";
	out(PIC_MASK, in(PIC_MASK) & ~(1 << TIMER_IRQ));
	l4_ipc_receive(l4_irq_id(TIMER_IRQ), L4_RECEIVE_SHORT, L4_NEVER);
	out(PIC, END_OF_INTERRUPT);
	settle();
}

static void segment(void)
{
	unsigned selector = l4_thread_segment(l4_nil(), 0, (unsigned)&words[1], L4_SEGMENT_WRAPS);
	unsigned value;
	__asm__ volatile("movl %0, %%gs" : : "r"(selector));
	__asm__ volatile("movl %%gs:(%1), %0" : "=r"(value) : "r"(0) : "memory");
	section = "segment-flip";
	__asm__ volatile("movl %%gs:(%1), %0" : "=r"(value) : "r"(-4) : "memory");
	settle();
}

int main(void)
{
	messages();
	memory();
	threads();
	spaces();
	interrupt();
	segment();
	print("events: done\n");
	return 0;
}
