/* SPDX-License-Identifier: MIT
 *
 * What no program may reach through any segment register: the small spaces of others, and the kernel. A victim sits
 * in a small space; the worker aims at a word of it by the flat segment and by segments of its own of many bases. What
 * it gets must be an exception or its own memory.
 */
#include "exceptions.h"
#include "worker.h"

enum {
	VICTIM_TASK = FIRST_TASK + 1,
	VICTIM_SPACE = 2,
	SLOT_SIZE = L4_SMALL_SPACE_MEGABYTES << 20,
	SMALL_SPACES = 0xc0000000,
	KERNEL_CODE = 0xf0100000,
	SECRET = 0x5ec2e75e,
	REFUSED = 0x0ff0ff0f,
	FLAT = -1, /* no segment of its own */
};

static volatile unsigned secret;
static struct l4_threadid victim;

/* Reads an offset by a segment register that holds the selector; REFUSED after an exception, whose handler gets a flat
 * stack and makes the data segment flat, too. */
#define READER(name)                                                                                                   \
	static unsigned read_by_##name(unsigned selector, unsigned offset)                                             \
	{                                                                                                              \
		unsigned value = REFUSED, flat;                                                                        \
		__asm__ volatile("movl $1f, exception_resume\n\t"                                                      \
				 "movl %%ds, %[flat]\n\t"                                                              \
				 "movl %[selector], %%" #name "\n\t"                                                   \
				 "movl %%" #name ":(%[offset]), %[value]\n"                                            \
				 "1:\tmovl %[flat], %%" #name                                                          \
				 : [value] "+&r"(value), [flat] "=&r"(flat)                                            \
				 : [selector] "r"(selector), [offset] "r"(offset)                                      \
				 : "memory");                                                                          \
		return value;                                                                                          \
	}
READER(ds)
READER(es)
READER(fs)
READER(gs)
READER(ss)

static const struct {
	const char *name;
	unsigned (*read)(unsigned selector, unsigned offset);
} readers[] = {
	{"DS", read_by_ds}, {"ES", read_by_es}, {"FS", read_by_fs}, {"GS", read_by_gs}, {"SS", read_by_ss},
};

static const unsigned bases[] = {
	(unsigned)FLAT,        0x00000000,           0x00001000,           0x03fff000,
	SLOT_SIZE,             0x40000800,           SMALL_SPACES - 0x1000, SMALL_SPACES,
	SMALL_SPACES + 0x1234, SMALL_SPACES + SLOT_SIZE, KERNEL_CODE,       0xfffff000,
};

enum { READERS = sizeof readers / sizeof readers[0], BASES = sizeof bases / sizeof bases[0] };

/* One attempt: what the worker is to do, by memory that it shares. */
static volatile struct {
	unsigned reader, base, target;
} attempt;

static unsigned aim(void)
{
	unsigned flat, selector, base = attempt.base == (unsigned)FLAT ? 0 : attempt.base;
	__asm__ volatile("movl %%ds, %0" : "=r"(flat));
	/* The victim runs under the directory that is loaded now, which therefore shows its pages. */
	l4_ipc_call(victim, L4_SEND_SHORT, 0, 0, L4_RECEIVE_SHORT, L4_NEVER);
	selector = attempt.base == (unsigned)FLAT ? flat : l4_thread_segment(l4_nil(), 0, base, L4_SEGMENT_WRAPS);
	catch_exceptions();
	return readers[attempt.reader].read(selector, attempt.target - base);
}

/* From a large space and from slot 1, by every base. The target is linear: from the slot it is nearer. */
static void check_attempts(const char *target_name, unsigned reader, unsigned linear)
{
	struct l4_threadid worker = worker_start(0);
	unsigned outside = 0, refused = 0;
	attempt.reader = reader;
	for (unsigned i = 0; i < 2 * BASES; i++) {
		unsigned small_space = i % 2;
		set_small_space(worker, MAIN_PRIORITY, small_space);
		attempt.base = bases[i / 2];
		attempt.target = small_space ? linear - SMALL_SPACES - SLOT_SIZE : linear;
		unsigned value = worker_run(aim);
		outside += value != MARKER && value != REFUSED;
		refused += value == REFUSED;
	}
	worker_stop();
	print("%s at %s: %u of %u refused, the others their own memory\n", readers[reader].name, target_name, refused,
	      2 * (unsigned)BASES);
	check_equal("nothing outside the space is reached", outside, 0);
}

/* Aiming at memory that it has, the same attempt succeeds: it is the protection that refuses the others. */
static void check_aim(void)
{
	struct l4_threadid worker = worker_start(1);
	attempt.target = (unsigned)&secret;
	unsigned hits = 0;
	for (attempt.reader = 0; attempt.reader < READERS; attempt.reader++) {
		for (unsigned i = 0; i < BASES; i++) {
			attempt.base = bases[i];
			hits += worker_run(aim) == SECRET;
		}
	}
	print("aiming at its own memory: %u of %u hit\n", hits, (unsigned)(READERS * BASES));
	check("the aim is right", hits >= READERS * BASES / 2 && !l4_is_nil(worker));
	worker_stop();
}

void check_protection(void)
{
	secret = SECRET;
	victim = start_task(VICTIM_TASK, echo, pager_thread);
	set_small_space(victim, MAIN_PRIORITY, VICTIM_SPACE);
	for (unsigned reader = 0; reader < READERS; reader++) {
		check_attempts("a small space", reader, SMALL_SPACES + VICTIM_SPACE * SLOT_SIZE + (unsigned)&secret);
		check_attempts("the kernel", reader, KERNEL_CODE);
	}
	check_aim();
	check_equal("the victim is as it was", small_space_of(victim), VICTIM_SPACE);
	delete_task(victim);
}
