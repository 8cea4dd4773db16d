/* SPDX-License-Identifier: MIT
 * Does one thing that the processor forbids, named by its argument, and dies of the signal that Linux gives for it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile int zero;

static void divide(void) { zero = 100 / zero; }

static void opcode(void) { __asm__ volatile("ud2"); }

static void privileged(void) { __asm__ volatile("hlt"); }

static void disable(void) { __asm__ volatile("cli"); }

static void port(void) { __asm__ volatile("outb %%al, $0x80" : : "a"(0)); }

static void breakpoint(void) { __asm__ volatile("int3"); }

static void jump(void) { ((void (*)(void))0x60000000)(); }

static void interrupt(void) { __asm__ volatile("int $0x99"); }

static void text(void) { *(volatile char *)(unsigned long)text = 0; }

static void kernel(void) { zero = *(volatile int *)0xF0100000; }

static int recurse(int depth)
{
	volatile char frame[4096];

	frame[0] = (char)depth;
	return depth == 1 << 20 ? 0 : recurse(depth + 1) + frame[0];
}

static void stack(void) { zero = recurse(0); }

static volatile char *page_of_memory(void)
{
	volatile char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*page = 1; /* it is mapped, and has been used, before it is taken away */
	return page;
}

static void protected(void)
{
	volatile char *page = page_of_memory();

	mprotect((void *)page, 4096, PROT_READ);
	zero = *page;
	*page = 2;
}

static void unmapped(void)
{
	volatile char *page = page_of_memory();

	munmap((void *)page, 4096);
	zero = *page;
}

static void terminate(void) { kill(getpid(), SIGTERM); }

static const struct {
	const char *name;
	void (*run)(void);
} faults[] = {
	{ "divide", divide },
	{ "opcode", opcode },
	{ "privileged", privileged },
	{ "disable", disable },
	{ "port", port },
	{ "breakpoint", breakpoint },
	{ "jump", jump },
	{ "interrupt", interrupt },
	{ "text", text },
	{ "kernel", kernel },
	{ "stack", stack },
	{ "protected", protected },
	{ "unmapped", unmapped },
	{ "abort", abort },
	{ "terminate", terminate },
};

#define FAULT_COUNT (sizeof(faults) / sizeof(faults[0]))

int main(int argc, char **argv)
{
	for (unsigned i = 0; argc > 1 && i < FAULT_COUNT; i++) {
		if (strcmp(argv[1], faults[i].name) == 0) {
			faults[i].run();
			return 1;
		}
	}
	dprintf(STDERR_FILENO, "usage: fault KIND, one of");
	for (unsigned i = 0; i < FAULT_COUNT; i++) {
		dprintf(STDERR_FILENO, " %s", faults[i].name);
	}
	dprintf(STDERR_FILENO, "\n");
	return 2;
}
