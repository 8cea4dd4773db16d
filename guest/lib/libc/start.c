/* SPDX-License-Identifier: MIT
 * The C side of program start: finds argv, environment and auxiliary vector on the initial stack, chooses how
 * system calls are made, and runs main.
 */
#include <stdlib.h>
#include <sys/auxv.h>

#include "system_call.h"

struct auxiliary_entry {
	unsigned long type;
	unsigned long value;
};

char **environ;
void (*__sysinfo)(void) = __int80;

static const struct auxiliary_entry *auxiliary_vector;

int main(int argc, char **argv, char **environment);
void __libc_start(char **stack) __attribute__((noreturn));

unsigned long getauxval(unsigned long type)
{
	for (const struct auxiliary_entry *entry = auxiliary_vector; entry->type != AT_NULL; entry++) {
		if (entry->type == type) {
			return entry->value;
		}
	}
	return 0;
}

void __libc_start(char **stack)
{
	int argc = (int)(long)stack[0];
	char **argv = stack + 1;

	environ = argv + argc + 1;
	char **after = environ;
	while (*after) {
		after++;
	}
	auxiliary_vector = (const struct auxiliary_entry *)(after + 1);

	unsigned long sysinfo = getauxval(AT_SYSINFO);
	if (sysinfo) {
		__sysinfo = (void (*)(void))sysinfo;
	}
	exit(main(argc, argv, environ));
}
