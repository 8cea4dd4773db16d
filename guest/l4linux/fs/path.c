/* SPDX-License-Identifier: MIT
 * From a path to an inode (path_resolution(7), symlink(7)). Everybody is root, so every directory may be searched.
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

static int step(struct inode *directory, const char *name, struct inode **inode)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		*inode = name[1] ? directory->parent : directory;
		return 0;
	}
	return directory_find(directory, name, inode);
}

/* Puts the link's target before the rest of the path, which stands in the same frame. */
static int insert_target(struct process *process, struct inode *link, char *path, const char *rest, bool slash)
{
	unsigned frame = frame_allocate();
	unsigned rest_size = strlen(rest) + 1;

	if (!frame) {
		return -ENOMEM;
	}
	char *whole = frame_address(frame);
	int length = inode_read_link(link, process, whole, PATH_LIMIT - 1);
	int error = length < 0 ? length : length == 0 ? -ENOENT : 0;
	if (error == 0 && (unsigned)length + 1 + rest_size > PATH_LIMIT) {
		error = -ENAMETOOLONG;
	}
	if (error == 0) {
		unsigned end = (unsigned)length;
		if (slash) {
			whole[end++] = '/';
		}
		memcpy(whole + end, rest, rest_size);
		memcpy(path, whole, end + rest_size);
	}
	frame_free(frame);
	return error;
}

static char *start_at(struct inode *start, char *path, struct place *place)
{
	*place = (struct place){ *path == '/' ? root_directory : start, NULL, "", false };
	while (*path == '/') {
		path++;
	}
	place->inode = place->directory;
	return path;
}

/* 0 also if only the last name is missing: place->inode is null then. */
int path_find(struct process *process, struct inode *start, char *path, bool follow, struct place *place)
{
	unsigned followed = 0;
	char *at = start_at(start, path, place);

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
		int error = step(place->directory, place->name, &place->inode);
		if (error < 0) {
			return error;
		}
		if (place->inode && is_link(place->inode) && (*at || place->must_be_directory || follow)) {
			error = followed++ < LINKS_FOLLOWED
					? insert_target(process, place->inode, path, at, place->must_be_directory)
					: -ELOOP;
			if (error < 0) {
				return error;
			}
			at = start_at(place->directory, path, place);
		}
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

int at_place(struct process *process, int fd, unsigned address, bool follow, place_action *action, unsigned argument)
{
	int error = 0;
	char *path = path_in(process, address, &error);
	struct place place;

	if (!path) {
		return error;
	}
	file_system_enter();
	struct inode *start = *path == '/' ? root_directory : path_start(process, fd, &error);
	if (start) {
		error = path_find(process, start, path, follow, &place);
	}
	if (start && error == 0) {
		error = action(process, &place, argument);
	}
	file_system_leave();
	path_free(path);
	return error;
}

static int take(struct process *process, struct place *place, unsigned to)
{
	(void)process;
	if (!place->inode) {
		return -ENOENT;
	}
	inode_hold(place->inode);
	*(struct inode **)to = place->inode;
	return 0;
}

struct inode *path_open(struct process *process, int fd, unsigned address, bool follow, int *error)
{
	struct inode *inode = NULL;

	*error = at_place(process, fd, address, follow, take, (unsigned)&inode);
	return inode;
}

/* From the end: each directory's name before what is there already. */
int path_of(struct inode *directory, char *buffer, unsigned *start)
{
	*start = PATH_LIMIT - 1;
	buffer[*start] = 0;
	if (directory == root_directory) {
		buffer[--*start] = '/';
	}
	for (; directory != root_directory; directory = directory->parent) {
		const char *name = directory->links ? directory_name_of(directory->parent, directory->number) : NULL;
		if (!name) {
			return -ENOENT;
		}
		if (strlen(name) + 1 > *start) {
			return -ENAMETOOLONG;
		}
		*start -= strlen(name);
		memcpy(buffer + *start, name, strlen(name));
		buffer[--*start] = '/';
	}
	return 0;
}
