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

static int find_file(struct process *process, struct program *program, char *path)
{
	struct place place;

	file_system_enter();
	int error = path_find(process, process->directory, path, true, &place);
	if (error == 0 && !place.inode) {
		error = -ENOENT;
	}
	if (error == 0) {
		inode_hold(place.inode);
		inode_hold(place.directory);
		if (program->image.file) {
			inode_release(program->image.file);
			inode_release(program->directory);
		}
		program->image.file = place.inode;
		program->directory = place.directory;
		error = may_execute(place.inode);
	}
	file_system_leave();
	return error;
}

/* The interpreter takes the script's place, and is the first of its own arguments. */
static int take_interpreter(struct process *process, struct program *program)
{
	char *interpreter, *argument;
	int error = parse_script(program->script_line, &interpreter, &argument);
	unsigned frame = error == 0 ? frame_allocate() : 0;

	if (!frame) {
		return error < 0 ? error : -ENOMEM;
	}
	error = strings_add(&program->strings, interpreter);
	program->strings.argument_count++;
	if (error == 0 && argument) {
		error = strings_add(&program->strings, argument);
		program->strings.argument_count++;
	}
	if (error == 0) {
		char *path = memcpy(frame_address(frame), interpreter, strlen(interpreter) + 1);
		error = find_file(process, program, path);
	}
	frame_free(frame);
	return error;
}

/* 1: it is; or a negative error. */
static int is_script(struct program *program)
{
	int length = inode_read(program->image.file, 0, program->script_line, sizeof(program->script_line) - 1);

	if (length < 0) {
		return length;
	}
	program->script_line[length] = 0;
	return memcmp(program->script_line, "#!", 2) == 0;
}

int program_find(struct process *process, struct program *program, char *path)
{
	process_name_of(program->name, path); /* before the look-up cuts the path to pieces */
	int result = find_file(process, program, path);

	if (result == 0) {
		result = is_script(program);
	}
	if (result > 0) {
		int error = take_interpreter(process, program);
		result = error < 0 ? error : result;
	}
	return result;
}

/* The words before the caller's own: for a script its interpreter and, in place of argv[0], the script's path. */
static int take_file(struct process *process, struct program *program, unsigned path_address, unsigned *list)
{
	unsigned first = 0;
	int error = 0;
	char *path = path_in(process, path_address, &error);

	if (!path) {
		return error;
	}
	error = program_find(process, program, path);
	path_free(path);
	if (error <= 0) {
		return error;
	}
	error = strings_add_user(process, &program->strings, path_address);
	program->strings.argument_count++;
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
	const char *refusal = program_read(process, program);
	if (refusal) {
		printk("linux: %s (pid %d) cannot execute a file: it %s\n", process->name, process->pid, refusal);
		return -ENOEXEC;
	}
	return 0;
}

static void release(struct inode *inode)
{
	if (inode) {
		inode_release(inode);
	}
}

void program_free(struct program *program)
{
	strings_free(&program->strings);
	release(program->image.file);
	release(program->interpreter.file);
	release(program->directory);
	frame_free(frame_of(program));
}

/* What /proc/self/exe names. */
static void set_program(struct process *process, struct program *program)
{
	release(process->program);
	release(process->program_directory);
	process->program = program->image.file;
	process->program_directory = program->directory;
	program->image.file = NULL; /* whoever held it is the process now */
	program->directory = NULL;
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
	process->start_eip = program_entry(program);
	set_program(process, program);
	program_free(program);
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
		program_free(program);
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
		program_free(program);
		process_exit(process, wait_status_signalled(SIGKILL));
	}
	program_start(process, program);
}
