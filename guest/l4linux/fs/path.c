/* SPDX-License-Identifier: MIT
 * From a path to an inode (path_resolution(7)). There are no symbolic links, and everybody is root, so every
 * directory may be searched.
 */
#include "file.h"
#include "inode.h"
#include "memory.h"
#include "process.h"

char *path_in(struct process *process, unsigned address, int *error)
{
	unsigned frame = frame_allocate();

	if (!frame) {
		*error = -ENOMEM;
		return NULL;
	}
	char *path = frame_address(frame);
	int length = string_in(process, path, address, PATH_LIMIT);
	*error = length < 0 ? length : length == 0 ? -ENOENT : 0;
	if (*error == 0) {
		return path;
	}
	path_free(path);
	return NULL;
}

void path_free(char *path) { frame_free(frame_of(path)); }

static bool is_directory(const struct inode *inode) { return (inode->mode & S_IFMT) == S_IFDIR; }

/* Ends the name at *at with a NUL and moves *at behind it and its slashes. */
static const char *next_name(char **at, bool *slash)
{
	char *name = *at;

	while (**at && **at != '/') {
		++*at;
	}
	*slash = **at == '/';
	while (**at == '/') {
		*(*at)++ = 0;
	}
	return name;
}

static struct inode *step(struct inode *directory, const char *name)
{
	if (strcmp(name, ".") == 0) {
		return directory;
	}
	return strcmp(name, "..") == 0 ? directory->parent : directory_find(directory, name);
}

/* 0 also if only the last name is missing: place->inode is null then. */
int path_find(struct process *process, struct inode *start, char *path, struct place *place)
{
	char *at = path;

	(void)process;
	*place = (struct place){ *path == '/' ? root_directory : start, NULL, "", false };
	while (*at == '/') {
		at++;
	}
	place->inode = place->directory;
	while (*at) {
		if (!place->inode) {
			return -ENOENT;
		}
		if (!is_directory(place->inode)) {
			return -ENOTDIR;
		}
		place->directory = place->inode;
		place->name = next_name(&at, &place->must_be_directory);
		if (strlen(place->name) > NAME_LIMIT) {
			return -ENAMETOOLONG;
		}
		place->inode = step(place->directory, place->name);
	}
	if (place->inode && place->must_be_directory && !is_directory(place->inode)) {
		return -ENOTDIR;
	}
	return 0;
}

struct inode *path_start(struct process *process, int fd, int *error)
{
	if (fd == AT_FDCWD) {
		return process->directory;
	}
	struct file *file = file_of(process, (unsigned)fd);
	if (!file || !file->inode || !is_directory(file->inode)) {
		*error = file ? -ENOTDIR : -EBADF;
		return NULL;
	}
	return file->inode;
}

struct inode *path_open(struct process *process, int fd, unsigned address, int *error)
{
	struct place place = { NULL, NULL, NULL, false };
	char *path = path_in(process, address, error);

	if (!path) {
		return NULL;
	}
	struct inode *start = *path == '/' ? root_directory : path_start(process, fd, error);
	if (start) {
		*error = path_find(process, start, path, &place);
	}
	if (*error == 0 && !place.inode) {
		*error = -ENOENT;
	}
	path_free(path);
	if (*error < 0) {
		return NULL;
	}
	inode_hold(place.inode);
	return place.inode;
}
