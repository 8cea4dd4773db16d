/* SPDX-License-Identifier: MIT
 * Does one thing that the processor forbids, named by its argument, and dies of the signal that Linux gives for it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile int zero;

static void divide(void) { zero = 100 / zero; }

static void opcode(void) { __asm__ volatile("ud2"); }

static void privileged(void) { __asm__ volatile("hlt"); }

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

static void terminate(void) { kill(getpid(), SIGTERM); }

static const struct {
	const char *name;
	void (*run)(void);
} faults[] = {
	{ "divide", divide },	      { "opcode", opcode },	    { "privileged", privileged },
	{ "breakpoint", breakpoint }, { "jump", jump },		    { "interrupt", interrupt },
	{ "text", text },	      { "kernel", kernel },	    { "stack", stack },
	{ "abort", abort },	      { "terminate", terminate },
};

int main(int argc, char **argv)
{
	for (unsigned i = 0; argc > 1 && i < sizeof(faults) / sizeof(faults[0]); i++) {
		if (strcmp(argv[1], faults[i].name) == 0) {
			faults[i].run();
			return 1;
		}
	}
	dprintf(STDERR_FILENO, "usage: fault divide|opcode|privileged|breakpoint|jump|interrupt|text|kernel|stack|abort|terminate\n");
	return 2;
}
