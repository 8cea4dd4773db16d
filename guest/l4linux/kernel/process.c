/* SPDX-License-Identifier: MIT
 * The list of processes: making one, finding it, taking it out.
 */
#include "process.h"
#include "file.h"
#include "memory.h"

#define LAST_PID 32767 /* then pids begin again, as Linux's do */

struct process *process_list;

static struct pool process_pool = { sizeof(struct process), NULL };
static struct pool table_pool = { sizeof(struct file_table), NULL };
_Static_assert(sizeof(struct process) <= PAGE_SIZE, "a pool cuts objects from frames");
static int last_pid;
static unsigned process_count;

void process_name_of(char *name, const char *path)
{
	const char *last = path;
	unsigned length = 0;

	for (const char *at = path; *at; at++) {
		if (*at == '/') {
			last = at + 1;
		}
	}
	for (; length + 1 < PROCESS_NAME_SIZE && last[length]; length++) {
		name[length] = last[length];
	}
	name[length] = 0;
}

struct process *process_find(int pid)
{
	for (struct process *process = process_list; process; process = process->process_next) {
		if (process->pid == pid) {
			return process;
		}
	}
	return NULL;
}

static bool names_a_group(int pid)
{
	for (struct process *process = process_list; process; process = process->process_next) {
		if (process->group == pid || process->session == pid) {
			return true;
		}
	}
	return false;
}

static int free_pid(void)
{
	do {
		last_pid = last_pid < LAST_PID ? last_pid + 1 : FIRST_PID + 1;
	} while (process_find(last_pid) || names_a_group(last_pid));
	return last_pid;
}

static bool allocate_memory(struct process *process)
{
	process->page_directory = page_table_create();
	process->table = pool_allocate(&table_pool);
	if (!process->page_directory || !process->table) {
		return false;
	}
	unsigned stack = frame_allocate();
	if (!stack) {
		return false;
	}
	process->coroutine.stack = frame_address(stack);
	*process->coroutine.stack = COROUTINE_CANARY;
	return arch_space_create(process);
}

static void free_structure(struct process *process)
{
	if (process->table) {
		pool_free(&table_pool, process->table);
	}
	pool_free(&process_pool, process);
}

static void free_memory(struct process *process)
{
	regions_delete(process);
	if (process->page_directory) {
		page_table_delete(process);
	}
	if (process->coroutine.stack) {
		frame_free(frame_of(process->coroutine.stack));
	}
	free_structure(process);
}

struct process *process_create(const char *name, void (*start)(struct process *))
{
	struct process *process = process_count < PROCESS_LIMIT ? pool_allocate(&process_pool) : NULL;

	if (!process) {
		return NULL;
	}
	if (!allocate_memory(process)) {
		free_memory(process);
		return NULL;
	}
	process->pid = free_pid();
	process->parent = current;
	process->group = current ? current->group : process->pid;
	process->session = current ? current->session : process->pid;
	process->state = PROCESS_NEW;
	process->current_syscall = -1;
	process->signals.interrupted_call = -1;
	process->signals.stack.flags = SS_DISABLE;
	process_name_of(process->name, name);
	arch_coroutine_create(&process->coroutine, start, process);
	process->process_next = process_list;
	process_list = process;
	process_count++;
	return process;
}

static void unlink_process(struct process *process)
{
	struct process **link = &process_list;

	while (*link != process) {
		link = &(*link)->process_next;
	}
	*link = process->process_next;
	process_count--;
}

void process_discard(struct process *process)
{
	unlink_process(process);
	files_close(process);
	arch_space_delete(process);
	free_memory(process);
}

void process_forget(struct process *process)
{
	unlink_process(process);
	free_structure(process);
}
