/* SPDX-License-Identifier: MIT
 * Directories: a list of names, the newest last, so that a reader's position stays good while names come.
 */
#include "clock.h"
#include "inode.h"
#include "memory.h"

static struct pool entry_pool = { sizeof(struct directory_entry), NULL };

struct inode *directory_find(struct inode *directory, const char *name)
{
	for (struct directory_entry *entry = directory->entries; entry; entry = entry->next) {
		if (strcmp(entry->name, name) == 0) {
			return entry->inode;
		}
	}
	return NULL;
}

int directory_add(struct inode *directory, const char *name, struct inode *inode)
{
	struct directory_entry **link = &directory->entries;
	struct directory_entry *entry;

	if (directory->links == 0) {
		return -ENOENT; /* it has been removed; somebody still stands in it */
	}
	if (strlen(name) > NAME_LIMIT) {
		return -ENAMETOOLONG;
	}
	entry = pool_allocate(&entry_pool);
	if (!entry) {
		return -ENOSPC;
	}
	while (*link) {
		link = &(*link)->next;
	}
	*link = entry;
	entry->inode = inode;
	memcpy(entry->name, name, strlen(name) + 1);
	inode->links++;
	if ((inode->mode & S_IFMT) == S_IFDIR) {
		inode->parent = directory;
	}
	directory->modified = clock_now();
	return 0;
}

/* The name must be there. */
void directory_remove(struct inode *directory, const char *name)
{
	struct directory_entry **link = &directory->entries;

	while (strcmp((*link)->name, name) != 0) {
		link = &(*link)->next;
	}
	struct directory_entry *entry = *link;
	*link = entry->next;
	directory->modified = clock_now();
	inode_unlinked(entry->inode);
	pool_free(&entry_pool, entry);
}
