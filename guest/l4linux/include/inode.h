/* SPDX-License-Identifier: MIT
 * The root file system, in memory (inode(7)): directories, files and devices. What the server's image or the boot
 * loader brought is used where it lies until somebody writes to it.
 */
#ifndef LINUX_INODE_H
#define LINUX_INODE_H

#include "abi.h"
#include "types.h"

#define NAME_LIMIT 255
#define PATH_LIMIT 4096		  /* with the NUL; a path is handled in a frame of its own */
#define FILE_SIZE_LIMIT 0x400000u /* what one frame of frame addresses can hold */

struct file;
struct process;

struct directory_entry {
	struct directory_entry *next;
	struct inode *inode;
	char name[NAME_LIMIT + 1];
};

struct inode {
	unsigned number;
	unsigned mode; /* S_IF* and permissions */
	unsigned links;
	unsigned references; /* open files, working directories, regions */
	unsigned mapped;     /* regions: the program must not change */
	unsigned size;
	unsigned modified;   /* seconds since 1970 */
	const char *content; /* a file's bytes while they are somebody else's */
	unsigned *frames;    /* a file's own bytes, 4 KB each; 0: a hole */
	struct directory_entry *entries;
	struct inode *parent; /* of a directory */
	struct file *(*open_device)(unsigned flags);
};

extern struct inode *root_directory;

struct inode *inode_create(unsigned mode); /* null: no memory */
void inode_hold(struct inode *inode);
void inode_release(struct inode *inode);
void inode_unlinked(struct inode *inode); /* one name less */

/* The bytes from offset to the end of their 4 KB; null: zeroes. */
const char *inode_piece(const struct inode *inode, unsigned offset);
char *inode_piece_for_writing(struct inode *inode, unsigned offset); /* null: no memory */
unsigned inode_read(const struct inode *inode, unsigned offset, void *to, unsigned size);
int inode_resize(struct inode *inode, unsigned size);

struct inode *directory_find(struct inode *directory, const char *name);
int directory_add(struct inode *directory, const char *name, struct inode *inode);
void directory_remove(struct inode *directory, const char *name);

/* A path in a frame of server memory; a negative error is in *error if it is null. */
char *path_in(struct process *process, unsigned address, int *error);
void path_free(char *path);

/* Where a path leads. The last name stands in the path itself; "" for the root and for what ends in a dot. */
struct place {
	struct inode *directory; /* that should have the name */
	struct inode *inode;	 /* null: it has not */
	const char *name;
	bool must_be_directory; /* the path ended in a slash */
};
int path_find(struct process *process, struct inode *start, char *path, struct place *place);

/* The path's inode, held; or null and an error. fd is a directory or AT_FDCWD. */
struct inode *path_open(struct process *process, int fd, unsigned address, int *error);
struct inode *path_start(struct process *process, int fd, int *error);

void root_build(void);
struct inode *root_first_program(void);

#endif
