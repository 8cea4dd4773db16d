/* SPDX-License-Identifier: MIT
 * /proc as far as C libraries need it to start: /proc/self/exe, a link to the program (proc(5)).
 */
#include "inode.h"
#include "memory.h"
#include "process.h"

/* The path is built at the buffer's end and moved to its beginning. */
static int read_exe(struct inode *link, struct process *process, char *to, unsigned limit)
{
	static const char deleted[] = " (deleted)";
	unsigned start;

	(void)link;
	if (!process->program || !process->program_directory) {
		return -ENOENT;
	}
	file_system_enter();
	const char *name = directory_name_of(process->program_directory, process->program->number);
	int error = path_of(process->program_directory, to, &start);
	unsigned length = PATH_LIMIT - 1 - start;
	if (error == 0 && length + 1 + NAME_LIMIT + sizeof(deleted) > limit) {
		error = -ENAMETOOLONG;
	}
	if (error == 0) {
		memcpy(to, to + start, length);
		if (length > 1) {
			to[length++] = '/'; /* the root's path is a slash already */
		}
		unsigned size = strlen(name ? name : deleted);
		memcpy(to + length, name ? name : deleted, size);
		length += size;
	}
	file_system_leave();
	return error < 0 ? error : (int)length;
}

static const struct inode_operations exe_operations = { .read_link = read_exe };

struct inode *proc_create(void)
{
	struct inode *proc = inode_create(S_IFDIR | 0555);
	struct inode *self = inode_create(S_IFDIR | 0555);
	struct inode *exe = inode_create(S_IFLNK | 0777);

	if (!proc || !self || !exe || directory_add(proc, "self", self) < 0 || directory_add(self, "exe", exe) < 0) {
		return NULL;
	}
	exe->operations = &exe_operations;
	return proc;
}
