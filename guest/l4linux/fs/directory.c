/* SPDX-License-Identifier: MIT
 * Directories: a list of names, the newest last, so that a reader's position stays good while names come and go. The
 * names of one that is stored are read at the first look into it.
 */
#include "disk.h"
#include "inode.h"
#include "memory.h"

/* A name takes the smallest of these that holds it. */
static struct pool pools[] = { { 32, NULL }, { 64, NULL }, { 128, NULL }, { 288, NULL } };

static struct directory_entry *entry_allocate(unsigned name_length)
{
	unsigned size = sizeof(struct directory_entry) + name_length + 1;
	unsigned char n = 0;

	while (pools[n].size < size) {
		n++;
	}
	struct directory_entry *entry = pool_allocate(&pools[n]);
	if (entry) {
		entry->pool = n;
	}
	return entry;
}

static void entry_free(struct directory_entry *entry) { pool_free(&pools[entry->pool], entry); }

int directory_show(struct inode *directory, const char *name, unsigned length, unsigned number, unsigned kind)
{
	struct directory_entry *entry = entry_allocate(length);

	if (!entry) {
		return -ENOMEM;
	}
	memcpy(entry->name, name, length);
	entry->name[length] = 0;
	entry->number = number;
	entry->kind = (unsigned char)kind;
	entry->cookie = directory->next_cookie++;
	*(directory->last_entry ? &directory->last_entry->next : &directory->entries) = entry;
	directory->last_entry = entry;
	return 0;
}

void directory_forget(struct inode *directory)
{
	while (directory->entries) {
		struct directory_entry *entry = directory->entries;
		directory->entries = entry->next;
		entry_free(entry);
	}
	directory->last_entry = NULL;
	directory->names_known = false;
	directory->next_cookie = 2;
}

int directory_names(struct inode *directory)
{
	if (directory->names_known) {
		return 0;
	}
	int error = directory->operations->read_names(directory);
	if (error < 0) {
		directory_forget(directory);
		return error;
	}
	directory->names_known = true;
	return 0;
}

/* A directory in memory holds the one above it. */
static void set_parent(struct inode *inode, struct inode *parent)
{
	if (is_directory(inode) && inode->parent != parent) {
		struct inode *old = inode->parent;
		inode_hold(parent);
		inode->parent = parent;
		if (old && old != inode) {
			inode_release(old);
		}
	}
}

int directory_find(struct inode *directory, const char *name, struct inode **inode)
{
	int error = directory_names(directory);
	struct directory_entry *entry = directory->entries;

	*inode = NULL;
	if (error < 0) {
		return error;
	}
	while (entry && strcmp(entry->name, name) != 0) {
		entry = entry->next;
	}
	if (!entry) {
		return 0;
	}
	*inode = inode_find(entry->number);
	if (!*inode) {
		error = ext2_load(entry->number, inode); /* only the disk's need not be in memory */
	}
	if (*inode) {
		set_parent(*inode, directory);
	}
	return error;
}

const char *directory_name_of(struct inode *directory, unsigned number)
{
	const struct directory_entry *entry = directory_names(directory) < 0 ? NULL : directory->entries;

	while (entry && entry->number != number) {
		entry = entry->next;
	}
	return entry ? entry->name : NULL;
}

int directory_add(struct inode *directory, const char *name, struct inode *inode)
{
	int error = directory_names(directory);

	if (error < 0) {
		return error;
	}
	if (directory->links == 0) {
		return -ENOENT; /* it has been removed; somebody still stands in it */
	}
	if (strlen(name) > NAME_LIMIT) {
		return -ENAMETOOLONG;
	}
	if (directory_show(directory, name, strlen(name), inode->number, inode->mode >> 12) < 0) {
		return -ENOSPC;
	}
	inode->links++;
	inode->is_kept = true;
	if (is_directory(inode)) {
		directory->links++;
		set_parent(inode, directory);
	}
	inode_touch(directory);
	return 0;
}

/* The name must be there, for that inode. */
void directory_remove(struct inode *directory, const char *name, struct inode *inode)
{
	struct directory_entry *previous = NULL;
	struct directory_entry *entry = directory->entries;

	while (strcmp(entry->name, name) != 0) {
		previous = entry;
		entry = entry->next;
	}
	*(previous ? &previous->next : &directory->entries) = entry->next;
	if (directory->last_entry == entry) {
		directory->last_entry = previous;
	}
	entry_free(entry);
	if (is_directory(inode)) {
		directory->links--;
	}
	inode_touch(directory);
	inode_unlinked(inode);
}
