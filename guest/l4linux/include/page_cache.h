/* SPDX-License-Identifier: MIT
 * Pages of files in memory: copies of what is stored, which may be forgotten, and what programs have written, which
 * may not.
 */
#ifndef LINUX_PAGE_CACHE_H
#define LINUX_PAGE_CACHE_H

#include "types.h"

struct inode;

struct page {
	struct page *table_next;
	struct page *next, *previous;  /* of the same inode */
	struct page *newer, *older;    /* among those that may be forgotten */
	struct inode *inode;
	unsigned index; /* offset in the file / 4096 */
	unsigned frame;
	bool is_own; /* has been written: the only copy */
};

struct page *page_find(struct inode *inode, unsigned index); /* and counts as used now */
struct page *page_add(struct inode *inode, unsigned index, unsigned frame);
void page_own(struct page *page);
void page_forget(struct page *page);
void pages_forget_from(struct inode *inode, unsigned first); /* all from that index on */

/* The page, read from the inode's storage if need be. Null: a hole, or *error is negative. */
struct page *page_get(struct inode *inode, unsigned index, int *error);
struct page *page_get_own(struct inode *inode, unsigned index, int *error);

void pages_trim(void);		/* down to the bound; nobody uses one now */
bool pages_give_one_back(void); /* memory is short: one frame is free; false: none can be spared */

#endif
