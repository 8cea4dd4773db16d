/* SPDX-License-Identifier: MIT
 * The first process's coroutine begins here: it makes the root file system and loads the program that the boot loader
 * brought, or the one in the root that its arguments begin with, or the shell. A program that cannot be loaded ends the
 * machine with 126, one that is not there with 127, as a shell would report it.
 */
#include "boot.h"
#include "exec.h"
#include "memory.h"
#include "printk.h"
#include "serial.h"

#define EXIT_CANNOT_EXECUTE 126
#define EXIT_NOT_FOUND 127
#define SHELL "/bin/sh"

static void refuse(struct process *process, const char *path, const char *why, int status)
{
	printk("linux: %s: %s\n", path, why);
	serial_say_error(path, why);
	process_exit(process, wait_status_exited(status));
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

static const char *sentence_of(int error)
{
	switch (error) {
	case -ENOENT:
	case -ENOTDIR:
		return "there is no such file in the root file system";
	case -EACCES:
		return "may not be executed";
	case -ELOOP:
		return "leads through too many links";
	default:
		return "cannot be read";
	}
}

/* The file of that path, for which the name in the list of arguments stands; a script's interpreter comes before it. */
static void find_by_path(struct process *process, struct program *program, const char *name)
{
	unsigned frame = frame_allocate();
	unsigned length = strlen(name);

	if (!frame || length >= PATH_LIMIT) {
		refuse(process, name, "its name is too long", EXIT_NOT_FOUND);
	}
	int error = program_find(process, program, memcpy(frame_address(frame), name, length + 1));
	frame_free(frame);
	if (error < 0) {
		bool missing = error == -ENOENT || error == -ENOTDIR;
		refuse(process, name, sentence_of(error), missing ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE);
	}
	memcpy(process->name, program->name, sizeof(process->name));
}

/* Returns the name for messages. */
static const char *find(struct process *process, struct program *program)
{
	const struct boot_module *arguments = boot_arguments();
	struct inode *file = root_first_program();

	if (!file) {
		bool named = arguments && arguments->start < arguments->end && direct_map[arguments->start];
		const char *path = named ? direct_map + arguments->start : SHELL;
		find_by_path(process, program, path);
		return path;
	}
	program->image.file = file;
	program->directory = file->parent;
	inode_hold(file);
	if (file->parent) {
		inode_hold(file->parent);
	}
	return process->name;
}

void first_program(struct process *process)
{
	unsigned at = 0;

	root_build();
	process->directory = root_directory;
	inode_hold(root_directory);
	unsigned page = frame_allocate();
	if (!page) {
		refuse(process, process->name, "there is not enough memory to load it", EXIT_CANNOT_EXECUTE);
	}
	struct program *program = memset(frame_address(page), 0, PAGE_SIZE);
	const struct boot_module *arguments = boot_arguments();
	const char *name = find(process, program);
	const char *refusal = program_read(process, program);
	if (refusal) {
		refuse(process, name, refusal, EXIT_CANNOT_EXECUTE);
	}
	struct program_strings *strings = &program->strings;
	if (!arguments) {
		strings->argument_count += strings_add(strings, process->name) == 0;
	} else if (!take_list(arguments, &at, strings, &strings->argument_count) ||
		   !take_list(arguments, &at, strings, &strings->environment_count)) {
		refuse(process, name, "its arguments are damaged or too long", EXIT_CANNOT_EXECUTE);
	}
	program_start(process, program);
}
