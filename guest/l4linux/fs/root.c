/* SPDX-License-Identifier: MIT
 * The root directory at the start: a few programs that stand in the server's image, devices, and an empty /tmp.
 */
#include "boot.h"
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "printk.h"
#include "root_programs.h"

struct inode *root_directory;

static struct inode *add(struct inode *directory, const char *name, unsigned mode)
{
	struct inode *inode = inode_create(mode);

	if (!inode || directory_add(directory, name, inode) < 0) {
		panic("no memory for the root directory");
	}
	return inode;
}

static struct inode *first_program_file;

static struct inode *add_file(struct inode *directory, const char *name, const char *content, const char *end)
{
	struct inode *file = add(directory, name, S_IFREG | 0755);

	file->content = content;
	file->size = (unsigned)(end - content);
	return file;
}

static void add_device(struct inode *directory, const char *name, struct file *(*open)(unsigned flags))
{
	add(directory, name, S_IFCHR | 0666)->open_device = open;
}

/* The last name of a path, up to a blank; what has none is called "program". */
static void last_name(char *name, unsigned size, const char *path)
{
	unsigned length = 0;

	for (; *path && *path != ' '; path++) {
		if (*path == '/') {
			length = 0;
		} else if (length + 1 < size) {
			name[length++] = *path;
		}
	}
	name[length] = 0;
	if (length == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		memcpy(name, "program", sizeof("program"));
	}
}

/* The program that the boot loader brought stands in /bin too, in place of one of ours with that name. Without one,
 * the shell is the first program. */
static void add_first_program(struct inode *bin)
{
	const struct boot_module *module = boot_module(arch_modules_before);

	if (!module) {
		first_program_file = directory_find(bin, "sh");
		return;
	}
	char name[COMMAND_LINE_SIZE];
	last_name(name, sizeof(name), module->command_line);
	if (directory_find(bin, name)) {
		directory_remove(bin, name);
	}
	first_program_file = add_file(bin, name, direct_map + module->start, direct_map + module->end);
}

void root_build(void)
{
	root_directory = inode_create(S_IFDIR | 0755);
	if (!root_directory) {
		panic("no memory for the root directory");
	}
	root_directory->parent = root_directory;
	root_directory->links = 1;
	inode_hold(root_directory);
	struct inode *bin = add(root_directory, "bin", S_IFDIR | 0755);
	struct inode *dev = add(root_directory, "dev", S_IFDIR | 0755);
	add(root_directory, "tmp", S_IFDIR | 0777);
	for (const struct root_program *program = root_programs; program->name; program++) {
		add_file(bin, program->name, program->start, program->end);
	}
	add_device(dev, "null", null_open);
	add_device(dev, "tty", serial_tty_open);
	add_first_program(bin);
}

struct inode *root_first_program(void) { return first_program_file; }
