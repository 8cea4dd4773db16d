/* SPDX-License-Identifier: MIT
 * The first process's coroutine begins here: it loads the program that the boot loader brought, or the shell if there
 * is none, from /bin. A program that cannot be loaded ends the machine with 126, as a shell would report it.
 */
#include "boot.h"
#include "exec.h"
#include "memory.h"
#include "printk.h"

#define EXIT_CANNOT_EXECUTE 126

static void refuse(struct process *process, const char *why)
{
	printk("linux: %s: %s\n", process->name, why);
	process_exit(process, wait_status_exited(EXIT_CANNOT_EXECUTE));
}

/* One list of the arguments module: strings up to an empty one. False if the module ends before that. */
static bool take_list(const struct boot_module *module, unsigned *at, struct program_strings *strings,
		      unsigned *count)
{
	const char *bytes = direct_map + module->start;
	unsigned size = module->end - module->start;

	while (*at < size && bytes[*at]) {
		unsigned start = *at;
		while (*at < size && bytes[*at]) {
			++*at;
		}
		if (*at == size || strings_add(strings, bytes + start) < 0) {
			return false;
		}
		++*at;
		++*count;
	}
	return (*at)++ < size;
}

void first_program(struct process *process)
{
	const struct boot_module *arguments = boot_module(arch_modules_before + 1);
	struct inode *file = root_first_program();
	unsigned page = frame_allocate();
	unsigned at = 0;

	if (!page) {
		refuse(process, "there is not enough memory to load it");
	}
	struct program *program = memset(frame_address(page), 0, PAGE_SIZE);
	program->file = file;
	inode_hold(file);
	const char *refusal = program_read(program);
	if (refusal) {
		refuse(process, refusal);
	}
	struct program_strings *strings = &program->strings;
	if (!boot_module(arch_modules_before)) {
		strings->argument_count = strings_add(strings, process->name) == 0;
	} else if (!arguments) {
		refuse(process, "the boot loader brought no arguments");
	} else if (!take_list(arguments, &at, strings, &strings->argument_count) ||
		   !take_list(arguments, &at, strings, &strings->environment_count)) {
		refuse(process, "its arguments are damaged or too long");
	}
	program_start(process, program);
}
