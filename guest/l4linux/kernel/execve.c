/* SPDX-License-Identifier: MIT
 * execve(2): the file is examined and the strings are taken while the old program is whole; then its memory goes,
 * and the process's coroutine begins anew with the new one. A file that begins with "#!" names its interpreter.
 */
#include "exec.h"
#include "file.h"
#include "memory.h"
#include "printk.h"
#include "probe.h"
#include "syscalls.h"

static bool is_blank(char character) { return character == ' ' || character == '\t'; }

static int may_execute(const struct inode *file)
{
	return (file->mode & S_IFMT) == S_IFREG && (file->mode & ANY_EXECUTE) ? 0 : -EACCES;
}

/* Cuts "#!interpreter argument" in two; the argument, which may contain blanks, is null if there is none. */
static int parse_script(char *line, char **interpreter, char **argument)
{
	char *at = line + 2;

	while (is_blank(*at)) {
		at++;
	}
	*interpreter = at;
	while (*at && *at != '\n' && !is_blank(*at)) {
		at++;
	}
	char *end = at;
	while (is_blank(*at)) {
		at++;
	}
	*argument = *at && *at != '\n' ? at : NULL;
	while (*at && *at != '\n') {
		at++;
	}
	while (at > *interpreter && is_blank(at[-1])) {
		at--;
	}
	*at = 0;
	*end = 0;
	return **interpreter ? 0 : -ENOEXEC;
}

static int find_program(struct process *process, struct program *program, char *path)
{
	struct place place;
	int error = path_find(process, process->directory, path, &place);

	if (error < 0 || !place.inode) {
		return error < 0 ? error : -ENOENT;
	}
	inode_hold(place.inode);
	if (program->file) {
		inode_release(program->file);
	}
	program->file = place.inode;
	return may_execute(place.inode);
}

/* The interpreter takes the script's place, and is the first of its own arguments. */
static int take_interpreter(struct process *process, struct program *program)
{
	char *interpreter, *argument;
	int error = parse_script(program->script_line, &interpreter, &argument);

	if (error == 0) {
		error = strings_add(&program->strings, interpreter);
		program->strings.argument_count++;
	}
	if (error == 0 && argument) {
		error = strings_add(&program->strings, argument);
		program->strings.argument_count++;
	}
	return error < 0 ? error : find_program(process, program, interpreter);
}

static bool is_script(struct program *program)
{
	unsigned length = inode_read(program->file, 0, program->script_line, sizeof(program->script_line) - 1);

	program->script_line[length] = 0;
	return memcmp(program->script_line, "#!", 2) == 0;
}

/* The words before the caller's own: for a script its interpreter and, in place of argv[0], the script's path. */
static int take_file(struct process *process, struct program *program, unsigned path_address, unsigned *list)
{
	int error = 0;
	char *path = path_in(process, path_address, &error);

	if (!path) {
		return error;
	}
	process_name_of(program->name, path); /* before the look-up cuts the path to pieces */
	error = find_program(process, program, path);
	path_free(path);
	if (error < 0 || !is_script(program)) {
		return error;
	}
	error = take_interpreter(process, program);
	if (error == 0) {
		error = strings_add_user(process, &program->strings, path_address);
		program->strings.argument_count++;
	}
	unsigned first = 0;
	if (error == 0 && *list && copy_in(process, &first, *list, sizeof(first)) < 0) {
		error = -EFAULT;
	}
	*list += first ? sizeof(first) : 0;
	return error;
}

static int prepare(struct process *process, struct program *program, const struct syscall_frame *frame)
{
	unsigned arguments = frame->ecx;
	struct program_strings *strings = &program->strings;
	int error = take_file(process, program, frame->ebx, &arguments);

	if (error == 0) {
		error = strings_add_list(process, strings, arguments, &strings->argument_count);
	}
	if (error == 0) {
		error = strings_add_list(process, strings, frame->edx, &strings->environment_count);
	}
	if (error < 0) {
		return error;
	}
	const char *refusal = program_read(program);
	if (refusal) {
		printk("linux: %s (pid %d) cannot execute a file: it %s\n", process->name, process->pid, refusal);
		return -ENOEXEC;
	}
	return 0;
}

static void free_program(struct program *program)
{
	strings_free(&program->strings);
	if (program->file) {
		inode_release(program->file);
	}
	frame_free(frame_of(program));
}

/* The old stack, this function's among it, is not returned to. */
static void begin(struct process *process)
{
	unsigned eip = process->start_eip, esp = process->start_esp;

	arch_run_user(process, eip, esp);
}

void program_start(struct process *process, struct program *program)
{
	int error = program_map(process, program);

	if (error == 0) {
		error = program_stack(process, program, &process->start_esp);
	}
	process->start_eip = program->header.entry;
	free_program(program);
	if (error < 0) {
		printk("linux: %s (pid %d): no memory for the program\n", process->name, process->pid);
		process_exit(process, wait_status_signalled(SIGKILL));
	}
	process_release_parent(process);
	PROBE1("exec", process);
	restart_coroutine(begin);
}

int sys_execve(struct process *process, const struct syscall_frame *frame)
{
	unsigned page = frame_allocate();

	if (!page) {
		return -ENOMEM;
	}
	struct program *program = memset(frame_address(page), 0, PAGE_SIZE);
	int error = prepare(process, program, frame);
	if (error < 0) {
		free_program(program);
		return error;
	}
	/* from here on there is no way back */
	memcpy(process->name, program->name, sizeof(process->name));
	process->current_syscall = -1;
	process->has_executed = true;
	files_exec(process);
	signals_exec(process);
	memset(process->thread_areas, 0, sizeof(process->thread_areas));
	if (!arch_space_renew(process)) {
		free_program(program);
		process_exit(process, wait_status_signalled(SIGKILL));
	}
	program_start(process, program);
}
