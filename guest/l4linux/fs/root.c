/* SPDX-License-Identifier: MIT
 * The root directory at the start: the disk's if there is a disk, else one in memory with a few programs that stand in
 * the server's image. /dev and /proc are the server's own in both.
 */
#include "boot.h"
#include "disk.h"
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "printk.h"
#include "root_programs.h"

struct inode *root_directory;

static struct inode *first_program_file;

static struct inode *make(unsigned mode)
{
	struct inode *inode = inode_create(mode);

	if (!inode) {
		panic("no memory for the root directory");
	}
	return inode;
}

static struct inode *add(struct inode *directory, const char *name, unsigned mode)
{
	struct inode *inode = make(mode);

	if (directory_add(directory, name, inode) < 0) {
		panic("no memory for the root directory");
	}
	return inode;
}

static void set_content(struct inode *file, const char *content, const char *end)
{
	file->content = content;
	file->size = (unsigned)(end - content);
}

struct device {
	const char *name;
	unsigned number; /* major << 8 | minor, as Linux has them */
	struct inode_operations operations;
};

static const struct device devices[] = {
	{ "null", 0x103, { .open_device = null_open } },
	{ "zero", 0x105, { .open_device = zero_open } },
	{ "tty", 0x500, { .open_device = serial_tty_open } },
};

static struct inode *make_devices(void)
{
	struct inode *dev = make(S_IFDIR | 0755);

	for (unsigned i = 0; i < COUNT_OF(devices); i++) {
		struct inode *device = add(dev, devices[i].name, S_IFCHR | 0666);
		device->operations = &devices[i].operations;
		device->device = devices[i].number;
	}
	return dev;
}

/* A directory of memory takes the name from what the root has of that name, as a mount does. */
static void mount(const char *name, struct inode *directory)
{
	struct inode *old;
	unsigned modified = root_directory->modified, changed = root_directory->changed;

	if (!directory || directory_find(root_directory, name, &old) < 0) {
		panic("the root directory cannot be read");
	}
	if (old) {
		directory_remove(root_directory, name, old);
	}
	if (directory_add(root_directory, name, directory) < 0) {
		panic("no memory for the root directory");
	}
	root_directory->modified = modified;
	root_directory->changed = changed;
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

/* The program that the boot loader brought stands in /bin of a root in memory, in place of one of ours with that name.
 * Beside a root on a disk it has no name. */
static void add_first_program(struct inode *bin)
{
	const struct boot_module *module = boot_program();
	char name[COMMAND_LINE_SIZE];
	struct inode *old;

	if (!module) {
		return;
	}
	if (!bin) {
		first_program_file = make(S_IFREG | 0755);
	} else {
		last_name(name, sizeof(name), module->command_line);
		if (directory_find(bin, name, &old) == 0 && old) {
			directory_remove(bin, name, old);
		}
		first_program_file = add(bin, name, S_IFREG | 0755);
	}
	inode_hold(first_program_file);
	set_content(first_program_file, direct_map + module->start, direct_map + module->end);
	first_program_file->parent = bin;
}

/* /bin with the programs of the image, and /tmp. */
static struct inode *build_in_memory(void)
{
	root_directory = make(S_IFDIR | 0755);
	root_directory->parent = root_directory;
	root_directory->links++;
	inode_hold(root_directory);
	struct inode *bin = add(root_directory, "bin", S_IFDIR | 0755);
	add(root_directory, "tmp", S_IFDIR | 01777);
	for (const struct root_program *program = root_programs; program->name; program++) {
		set_content(add(bin, program->name, S_IFREG | 0755), program->start, program->end);
	}
	return bin;
}

void root_build(void)
{
	struct inode *bin = NULL;

	file_system_enter();
	if (disk_sectors() > 0) {
		root_directory = ext2_mount();
		if (!root_directory) {
			panic("the disk cannot be the root file system");
		}
		root_directory->parent = root_directory;
		inode_hold(root_directory);
	} else {
		bin = build_in_memory();
	}
	mount("dev", make_devices());
	mount("proc", proc_create());
	add_first_program(bin);
	file_system_leave();
}

struct inode *root_first_program(void) { return first_program_file; }
