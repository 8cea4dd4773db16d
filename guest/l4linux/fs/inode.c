/* SPDX-License-Identifier: MIT
 * Inodes: made, found by number, held, forgotten. One lives while it has a name or somebody holds it; one that is as its
 * storage has it need not stay in memory meanwhile.
 */
#include "inode.h"
#include "clock.h"
#include "memory.h"
#include "page_cache.h"

#define TABLE_SIZE 256u /* a power of two */
#define BOUND 512u	/* inodes in memory before some are forgotten */

static struct pool inode_pool = { sizeof(struct inode), NULL };
static struct inode *table[TABLE_SIZE];
static unsigned last_number;
static unsigned count;
static unsigned trim_at = BOUND;

struct inode *inode_find(unsigned number)
{
	struct inode *inode = table[number % TABLE_SIZE];

	while (inode && inode->number != number) {
		inode = inode->table_next;
	}
	return inode;
}

struct inode *inode_allocate(void) { return pool_allocate(&inode_pool); }

void inode_add(struct inode *inode)
{
	struct inode **link = &table[inode->number % TABLE_SIZE];

	inode->table_next = *link;
	*link = inode;
	inode->next_cookie = 2; /* after "." and ".." */
	count++;
}

void inode_numbers_from(unsigned number) { last_number = number; }

/* A directory begins with the link that is its own ".". */
struct inode *inode_create(unsigned mode)
{
	struct inode *inode = inode_allocate();

	if (inode) {
		inode->number = ++last_number;
		inode->mode = mode;
		inode->links = is_directory(inode);
		inode->names_known = true;
		inode->is_kept = true;
		inode->accessed = inode->modified = inode->changed = clock_now();
		inode_add(inode);
	}
	return inode;
}

/* The storage is left behind: nothing of it is wanted any more, or it can be read again. */
static void forget(struct inode *inode)
{
	struct inode **link = &table[inode->number % TABLE_SIZE];
	struct inode *parent = inode->parent != inode ? inode->parent : NULL;

	while (*link != inode) {
		link = &(*link)->table_next;
	}
	*link = inode->table_next;
	count--;
	pages_forget_from(inode, 0);
	directory_forget(inode);
	pool_free(&inode_pool, inode);
	if (parent) {
		inode_release(parent);
	}
}

static void forget_if_dead(struct inode *inode)
{
	if (inode->links == 0 && inode->references == 0) {
		forget(inode);
	}
}

void inode_hold(struct inode *inode) { inode->references++; }

void inode_release(struct inode *inode)
{
	inode->references--;
	forget_if_dead(inode);
}

void inode_unlinked(struct inode *inode)
{
	inode->links--;
	inode->is_kept = true;
	inode->changed = clock_now();
	forget_if_dead(inode);
}

void inode_touch(struct inode *inode)
{
	inode->modified = inode->changed = clock_now();
	inode->is_kept = true;
}

/* Looks through the table only when it has doubled since it was last looked through. */
void inodes_trim(void)
{
	if (count < trim_at) {
		return;
	}
	for (unsigned i = 0; i < TABLE_SIZE; i++) {
		struct inode *next;
		for (struct inode *inode = table[i]; inode; inode = next) {
			next = inode->table_next;
			if (!inode->is_kept && inode->references == 0) {
				/* it may take its parent with it, even out of this chain: begin the chain again */
				forget(inode);
				next = table[i];
			}
		}
	}
	trim_at = count * 2 > BOUND ? count * 2 : BOUND;
}
