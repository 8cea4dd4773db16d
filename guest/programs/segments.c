/* SPDX-License-Identifier: MIT
 * What no segment reaches: the kernel, and on L4 the small address spaces above 3 GB, where the Linux server lives. Each
 * attempt is a child's: it aims a segment at an address there and uses it. It must die of SIGSEGV, or be refused the
 * segment; if it comes back with a value, protection does not hold. The exit status is the number of failures, at most
 * 255. Not for a real Linux with 64 bits, whose 32-bit programs own these addresses.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define REFUSED 42
#define REACHED 43
#define OWN_MEMORY 44
#define DESC_32BIT 0x41 /* and "useable", as libraries say */
#define LIMIT_IN_PAGES 0x10
#define ANY_NUMBER 0xFFFFFFFFu
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

struct user_desc {
	unsigned number, base, limit, flags;
};

struct segment {
	unsigned base, limit, flags;
};

static unsigned attempts, refused, failures;
static volatile unsigned own = 0x600DCAFE;

/* The ends of user space, of the slots of small spaces, the server's and the kernel's first bytes, and the last. */
static const unsigned targets[] = {
	0xC0000000, 0xC3FFFFFC, 0xC4000000, 0xC4400000, 0xC7FFFFFC, 0xC8000000, 0xDFFFFFFC, 0xE0000000, 0xF0000000,
	0xF0100000, 0xFFFFFFFC,
};
static const unsigned bases[] = {
	0, 1, 0x1000, 0x08048000, 0x7FFFFFFF, 0x80000000, 0xBFFFF000, 0xBFFFFFFF, 0xC0000000, 0xC4000000, 0xF0000000,
	0xFFFFFFFF,
};
static const struct segment limits[] = {
	{ 0, 3, 0 }, { 0, 0xFFFFF, 0 }, { 0, 0x10, LIMIT_IN_PAGES }, { 0, 0xBFFFF, LIMIT_IN_PAGES },
	{ 0, 0xFFFFF, LIMIT_IN_PAGES },
};

static unsigned random_state = 1;

static unsigned random_word(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return random_state >> 16 | random_state << 16;
}

static void load_gs(unsigned selector) { __asm__ volatile("movl %0, %%gs" : : "r"(selector)); }

static unsigned read_gs(unsigned offset)
{
	unsigned value;

	__asm__ volatile("movl %%gs:(%1), %0" : "=r"(value) : "r"(offset) : "memory");
	return value;
}

static void set_gs(struct segment segment)
{
	struct user_desc desc = { ANY_NUMBER, segment.base, segment.limit, DESC_32BIT | segment.flags };

	if (syscall(SYS_set_thread_area, &desc) != 0) {
		_exit(REFUSED);
	}
	load_gs(desc.number * 8 + 3);
}

/* What became of the child: its exit code, or minus the signal. */
static int end_of(int child)
{
	int status;

	waitpid(child, &status, 0);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void judge(int end, const char *what, unsigned a, unsigned b, unsigned c)
{
	attempts++;
	refused += end == REFUSED;
	if (end != REFUSED && end != -SIGSEGV) {
		failures++;
		printf("FAIL %s %x %x %x: %d\n", what, a, b, c, end);
	}
}

/* Reads and writes are the same to the descriptor; the writer also tries to do harm. */
static void aim(struct segment segment, unsigned target, unsigned writes)
{
	int child = fork();

	if (child == 0) {
		unsigned offset = target - segment.base;
		set_gs(segment);
		if (writes) {
			__asm__ volatile("movl %0, %%gs:(%1)" : : "r"(0xDEADu), "r"(offset) : "memory");
		} else {
			read_gs(offset);
		}
		_exit(REACHED);
	}
	judge(end_of(child), "%gs: base, limit, target", segment.base, segment.limit, target);
}

static void aim_everywhere(void)
{
	for (unsigned t = 0; t < COUNT(targets); t++) {
		for (unsigned b = 0; b < COUNT(bases); b++) {
			struct segment segment = limits[(t + b) % COUNT(limits)];
			segment.base = bases[b];
			aim(segment, targets[t], b & 1);
		}
		for (unsigned l = 0; l < COUNT(limits); l++) {
			struct segment segment = limits[l];
			segment.base = targets[t] - l * 2;
			aim(segment, targets[t], 0);
		}
	}
}

static void aim_at_random(unsigned times)
{
	while (times-- > 0) {
		struct segment segment = { random_word(), random_word() & 0xFFFFF, random_word() & LIMIT_IN_PAGES };
		aim(segment, 0xC0000000u | random_word() >> 2, times & 1);
	}
}

/* Any selector at all, in each register that data is reached by; null, the kernel's, and what does not exist. */
static void load_selectors(void)
{
	for (unsigned selector = 0; selector < 0x90; selector++) {
		int child = fork();
		if (child == 0) {
			unsigned value;
			if (selector & 1) {
				__asm__ volatile("movl %1, %%es\n\tmovl %%es:(%2), %0" : "=r"(value) : "r"(selector), "r"(0xC4400000));
			} else {
				__asm__ volatile("movl %1, %%fs\n\tmovl %%fs:(%2), %0" : "=r"(value) : "r"(selector), "r"(0xF0100000));
			}
			_exit(REACHED);
		}
		judge(end_of(child), "selector", selector, 0, 0);
	}
}

static void jump_far(void)
{
	for (unsigned selector = 0; selector < 0x90; selector++) {
		int child = fork();
		if (child == 0) {
			struct {
				unsigned offset;
				unsigned short selector;
			} __attribute__((packed)) destination = { selector & 1 ? 0xF0100000 : 0xC4400000,
								  (unsigned short)selector };
			__asm__ volatile("lcall *%0" : : "m"(destination) : "memory");
			_exit(REACHED);
		}
		judge(end_of(child), "far call by selector", selector, 0, 0);
	}
}

/* So that the attempts above fail for the right reason: the same segments reach the program's own memory. */
static void reach_own_memory(void)
{
	for (unsigned b = 0; b < COUNT(bases); b++) {
		struct segment segment = { bases[b], 0xFFFFF, LIMIT_IN_PAGES };
		int child = bases[b] < 0xC0000000 ? fork() : 0;
		if (bases[b] >= 0xC0000000) {
			continue; /* the kernel may refuse a base that is not the program's */
		}
		if (child == 0) {
			set_gs(segment);
			_exit(read_gs((unsigned)&own - segment.base) == own ? OWN_MEMORY : REACHED);
		}
		int end = end_of(child);
		if (end != OWN_MEMORY) {
			failures++;
			printf("FAIL own memory by a base of %x: %d\n", bases[b], end);
		}
	}
}

int main(int argc, char **argv)
{
	random_state = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
	reach_own_memory();
	aim_everywhere();
	aim_at_random(200);
	load_selectors();
	jump_far();
	printf("%u attempts, %u refused, %u failed\n", attempts, refused, failures);
	return failures > 255 ? 255 : (int)failures;
}
