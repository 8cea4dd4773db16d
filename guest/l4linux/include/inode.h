/* SPDX-License-Identifier: MIT
 * The root file system (inode(7)): directories, files, links and devices in memory, in front of whatever stores them.
 * What an inode's storage gives is read when it is needed and may be forgotten again; what a program has changed stays
 * in memory and is what counts from then on. So a disk that can only be read becomes a file system that can be written.
 */
#ifndef LINUX_INODE_H
#define LINUX_INODE_H

#include "abi.h"
#include "types.h"

#define NAME_LIMIT 255
#define PATH_LIMIT 4096		     /* with the NUL; a path is handled in a frame of its own */
#define FILE_SIZE_LIMIT 0x7FFFFFFFu
#define LINKS_FOLLOWED 40	     /* then ELOOP */

struct file;
struct inode;
struct page;
struct process;

/* Where an inode comes from. Everything may wait for a device, and runs under the file-system lock. */
struct inode_operations {
	/* 4 KB of a file from index * 4096 on, zeroes where it has none. 0 or -EIO. */
	int (*read_page)(struct inode *inode, unsigned index, char *page);
	/* Adds all names but "." and ".." by directory_show(). 0 or a negative error. */
	int (*read_names)(struct inode *directory);
	/* The target of a link without a NUL; its length, or an error. Null: it is the file's content. */
	int (*read_link)(struct inode *link, struct process *process, char *to, unsigned limit);
	struct file *(*open_device)(unsigned flags); /* of a character device */
};

struct directory_entry {
	struct directory_entry *next;
	unsigned number;
	unsigned cookie; /* grows from one entry to the next: a reader's position */
	unsigned char kind; /* S_IFMT >> 12 */
	unsigned char pool;
	char name[];
};

#define DISK_BLOCK_NUMBERS 15

struct inode {
	struct inode *table_next;
	unsigned number;
	unsigned mode; /* S_IF* and permissions */
	unsigned links;
	unsigned user, group;
	unsigned references; /* open files, working directories, regions, directories below */
	unsigned executing;  /* regions of programs: it must not change */
	unsigned size, size_high;
	unsigned accessed, modified, changed; /* seconds since 1970 */
	unsigned device;     /* of a device: major << 8 | minor */
	const struct inode_operations *operations; /* null: it is in memory only */
	bool is_kept;	     /* it, or what it holds, is not as its storage has it */
	const char *content; /* a file's bytes while they are somebody else's */
	unsigned stored_size; /* of the bytes that read_page() is asked for */
	struct page *pages;
	struct directory_entry *entries, *last_entry;
	unsigned next_cookie;
	bool names_known;
	struct inode *parent; /* of a directory */
	unsigned disk_blocks[DISK_BLOCK_NUMBERS]; /* of ext2: block numbers, or a short link */
};

extern struct inode *root_directory;

static inline bool is_directory(const struct inode *inode) { return (inode->mode & S_IFMT) == S_IFDIR; }

static inline bool is_regular(const struct inode *inode) { return (inode->mode & S_IFMT) == S_IFREG; }

static inline bool is_link(const struct inode *inode) { return (inode->mode & S_IFMT) == S_IFLNK; }

/* One process at a time looks names up and changes them; it may enter again. An inode that it has found stays until it
 * leaves, held or not. */
void file_system_enter(void);
void file_system_leave(void);

struct inode *inode_create(unsigned mode); /* in memory, without a name; null: no memory */
struct inode *inode_find(unsigned number); /* among those in memory */
void inode_add(struct inode *inode);
void inode_numbers_from(unsigned number);  /* for what is created from now on */
struct inode *inode_allocate(void);
void inode_hold(struct inode *inode);
void inode_release(struct inode *inode);
void inode_unlinked(struct inode *inode); /* one name less */
void inode_touch(struct inode *inode);	  /* modified and changed now */
void inodes_trim(void);

/* The bytes from offset to the end of their 4 KB; null: zeroes, or *error is negative. */
const char *inode_piece(struct inode *inode, unsigned offset, int *error);
char *inode_piece_for_writing(struct inode *inode, unsigned offset, int *error);
/* How many bytes there were, or a negative error. */
int inode_read(struct inode *inode, unsigned offset, void *to, unsigned size);
int inode_resize(struct inode *inode, unsigned size);
int inode_read_link(struct inode *link, struct process *process, char *to, unsigned limit);
struct inode *link_create(const char *target);

/* *inode is null if there is no such name. 0 or a negative error. */
int directory_find(struct inode *directory, const char *name, struct inode **inode);
int directory_names(struct inode *directory); /* makes its entries known */
int directory_show(struct inode *directory, const char *name, unsigned length, unsigned number, unsigned kind);
int directory_add(struct inode *directory, const char *name, struct inode *inode);
void directory_remove(struct inode *directory, const char *name, struct inode *inode);
void directory_forget(struct inode *directory);
const char *directory_name_of(struct inode *directory, unsigned number);

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

/* path is a frame of its own, and cut to pieces; a link at its end is followed if wanted. Under the lock. */
int path_find(struct process *process, struct inode *start, char *path, bool follow, struct place *place);

/* The path's inode, held; or null and an error. fd is a directory or AT_FDCWD. */
struct inode *path_open(struct process *process, int fd, unsigned address, bool follow, int *error);
struct inode *path_start(struct process *process, int fd, int *error);

/* The path of a directory, at the end of a buffer of PATH_LIMIT bytes; *start says where. */
int path_of(struct inode *directory, char *buffer, unsigned *start);

/* Calls action with the place of a user's path, under the lock. */
typedef int place_action(struct process *process, struct place *place, unsigned argument);
int at_place(struct process *process, int fd, unsigned path, bool follow, place_action *action, unsigned argument);

void root_build(void); /* in the first process's coroutine: it may read the disk */
struct inode *root_first_program(void); /* the one that the boot loader brought; null: none */
struct inode *proc_create(void);

#endif
