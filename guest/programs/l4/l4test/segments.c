/* SPDX-License-Identifier: MIT
 *
 * Segments of a thread's own: both sides of the base, limits, who may set them. What nobody may reach through any
 * segment register is in protection.c.
 */
#include <stddef.h>

#include "exceptions.h"
#include "worker.h"

enum { WORDS = 64, MIDDLE = WORDS / 2, SMALL_LIMIT = 15 };

static volatile unsigned words[WORDS];
static volatile unsigned partner_value;

#define GS_READ(offset)                                                                                                \
	({                                                                                                             \
		unsigned value_;                                                                                       \
		__asm__ volatile("movl %%gs:(%1), %0" : "=r"(value_) : "r"(offset) : "memory");                        \
		value_;                                                                                                \
	})

static void load_gs(unsigned selector)
{
	__asm__ volatile("movl %0, %%gs" : : "r"(selector));
}

/* From -4 * MIDDLE upward through the base: each word is its own index. */
static unsigned use_both_sides(void)
{
	unsigned good = 0;
	for (unsigned i = 0; i < WORDS; i++) {
		words[i] = i;
	}
	load_gs(l4_thread_segment(l4_nil(), 0, (unsigned)&words[MIDDLE], L4_SEGMENT_WRAPS));
	for (unsigned i = 0; i < WORDS; i++) {
		/* One far below, one far above, so that each reading turns the segment round. */
		unsigned index = i % 2 ? i / 2 : WORDS - 1 - i / 2;
		good += GS_READ((index - MIDDLE) * sizeof words[0]) == index;
	}
	return good;
}

static unsigned copy_through_the_base(void)
{
	static volatile unsigned copy[WORDS];
	unsigned source = -MIDDLE * sizeof words[0], destination = (unsigned)copy, count = WORDS, good = 0;
	__asm__ volatile("rep movsl %%gs:(%%esi), %%es:(%%edi)"
			 : "+S"(source), "+D"(destination), "+c"(count)
			 :
			 : "memory");
	for (unsigned i = 0; i < WORDS; i++) {
		good += copy[i] == i;
	}
	return good;
}

/* A privileged instruction is no reason to try for ever. */
static unsigned halt_with_segment(void)
{
	catch_exceptions();
	PROVOKE("hlt", "i"(0));
	return exception_vector;
}

static unsigned try_to_set_another_task(void)
{
	return l4_thread_segment(main_thread, 0, 0, L4_SEGMENT_WRAPS);
}

static void check_both_sides(const char *where, unsigned small_space)
{
	struct l4_threadid worker = worker_start(small_space);
	print("own segments in a %s space:\n", where);
	check_equal("negative and positive offsets by turns", worker_run(use_both_sides), WORDS);
	check_equal("a string instruction through the base", worker_run(copy_through_the_base), WORDS);
	check_equal("the task stays where it is", small_space_of(worker), small_space);
	check_equal("a task may not set a segment of its chief", worker_run(try_to_set_another_task), 0);
	check("its chief may set its", l4_thread_segment(worker, 1, (unsigned)words, SMALL_LIMIT) != 0);
	set_small_space(worker, MAIN_PRIORITY, small_space ? 0 : 3);
	check_equal("they move with the space", worker_run(copy_through_the_base), WORDS);
	check_equal("a privileged instruction comes to the handler", worker_run(halt_with_segment), WITH_CODE);
	worker_stop();
}

/* In the main task, whose thread's table is caught. */
static void check_limits(void)
{
	unsigned selector = l4_thread_segment(l4_nil(), 2, (unsigned)&words[MIDDLE], SMALL_LIMIT);
	catch_exceptions();
	load_gs(selector);
	check_equal("the last word within the limit", GS_READ(SMALL_LIMIT - 3), words[MIDDLE + 3]);
	PROVOKE("movl %%gs:(%0), %%eax", "r"(SMALL_LIMIT - 2));
	check("one byte beyond is an exception", exception_vector == WITH_CODE && exception_error == 0);
	PROVOKE("movl %%gs:(%0), %%eax", "r"(-4));
	check_equal("so is a negative offset", exception_vector, WITH_CODE);
	PROVOKE("movl %0, %%gs", "r"(selector + 8));
	check_equal("there is no segment behind the last", exception_error, (selector + 8) & ~7u);
	check_equal("nor a number", l4_thread_segment(l4_nil(), L4_THREAD_SEGMENTS, 0, SMALL_LIMIT), 0);
	check_equal("nor does an absent thread have one",
		    l4_thread_segment(l4_make_id(UNUSED_TASK, 0, 1, 4, 0, 0), 0, 0, SMALL_LIMIT), 0);
	l4_thread_segment(l4_nil(), 2, 0, 0);
	check_equal("a segment taken away is reloaded silently", GS_READ((unsigned)&words[1]), words[1]);
	l4_load_idt(NULL);
}

static void read_own_segment(void)
{
	load_gs(l4_thread_segment(l4_nil(), 0, (unsigned)&words[2], L4_SEGMENT_WRAPS));
	for (;;) {
		struct l4_message message = l4_ipc_wait(L4_RECEIVE_SHORT, L4_NEVER);
		partner_value = GS_READ(0);
		l4_ipc_send(message.source, L4_SEND_SHORT, 0, 0, L4_SEND_AT_ONCE);
	}
}

static void check_threads_have_their_own(void)
{
	struct l4_threadid partner = start_thread(PARTNER, read_own_segment);
	load_gs(l4_thread_segment(l4_nil(), 0, (unsigned)&words[7], L4_SEGMENT_WRAPS));
	unsigned good = 0;
	for (unsigned round = 0; round < 10; round++) {
		l4_ipc_call(partner, L4_SEND_SHORT, 0, 0, L4_RECEIVE_SHORT, L4_NEVER);
		good += GS_READ(0) == words[7] && partner_value == words[2];
	}
	check_equal("each thread has its own", good, 10);
	l4_thread_segment(l4_nil(), 0, 0, 0);
	stop_thread(PARTNER);
}

bool segment_limits_are_checked(void)
{
	l4_thread_segment(l4_nil(), 2, (unsigned)words, SMALL_LIMIT);
	catch_exceptions();
	PROVOKE("movl %0, %%gs\n\tmovl %%gs:(%1), %%eax", "r"(0x4b), "r"(SMALL_LIMIT + 1));
	l4_thread_segment(l4_nil(), 2, 0, 0);
	l4_load_idt(NULL);
	return exception_vector == WITH_CODE;
}

void check_segment_extension(void)
{
	check_both_sides("large", 0);
	check_both_sides("small", 1);
	check_limits();
	check_threads_have_their_own();
}
