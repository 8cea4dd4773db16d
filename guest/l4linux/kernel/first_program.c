/* SPDX-License-Identifier: MIT
 * The first process's coroutine begins here: it loads the program that the boot loader brought. A program that
 * cannot be loaded ends the machine as a shell would report it: 127 if there is none, 126 if it is no program.
 */
#include "boot.h"
#include "elf.h"
#include "exec.h"
#include "printk.h"
#include "probe.h"

#define EXIT_CANNOT_EXECUTE 126
#define EXIT_NOT_FOUND 127

static void refuse(struct process *process, int code, const char *why)
{
	printk("linux: %s: %s\n", process->name, why);
	process_exit(process, wait_status_exited(code));
}

void first_program(struct process *process)
{
	const struct boot_module *program = boot_module(arch_modules_before);
	const struct boot_module *arguments = boot_module(arch_modules_before + 1);
	unsigned esp;

	if (!program) {
		refuse(process, EXIT_NOT_FOUND, "the boot loader brought no program");
	}
	const char *file = direct_map + program->start;
	const char *refusal = elf_refusal(file, program->end - program->start);
	if (refusal) {
		refuse(process, EXIT_CANNOT_EXECUTE, refusal);
	}
	if (!arguments) {
		refuse(process, EXIT_CANNOT_EXECUTE, "the boot loader brought no arguments");
	}
	struct program_strings strings = { direct_map + arguments->start, arguments->end - arguments->start };
	if (program_map(process, file) < 0) {
		refuse(process, EXIT_CANNOT_EXECUTE, "there is not enough memory to load it");
	}
	if (program_stack(process, file, strings, &esp) < 0) {
		refuse(process, EXIT_CANNOT_EXECUTE, "its arguments are damaged or too long");
	}
	PROBE1("exec", process);
	arch_run_user(process, ((const struct elf_header *)file)->entry, esp);
}
