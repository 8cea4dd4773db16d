/* SPDX-License-Identifier: MIT
 * The pages of files in memory: a table by inode and index, a list for each inode, and a list, the newest first, of
 * those that may be forgotten because their storage still has them.
 */
#include "page_cache.h"
#include "inode.h"
#include "memory.h"

#define TABLE_SIZE 1024u  /* a power of two */
#define SPARED 16u	  /* the newest may be in use */
#define SHARE_OF_MEMORY 8u
#define LEAST_BOUND 64u
#define RESERVE 128u	  /* frames that files leave to processes */

static struct pool page_pool = { sizeof(struct page), NULL };
static struct page *table[TABLE_SIZE];
static struct page *newest, *oldest;
static unsigned count, bound; /* of those that may be forgotten */

static struct page **bucket(const struct inode *inode, unsigned index)
{
	return &table[(inode->number * 131 + index) % TABLE_SIZE];
}

static void list(struct page *page)
{
	page->newer = NULL;
	page->older = newest;
	*(newest ? &newest->newer : &oldest) = page;
	newest = page;
	count++;
}

static void unlist(struct page *page)
{
	*(page->newer ? &page->newer->older : &newest) = page->older;
	*(page->older ? &page->older->newer : &oldest) = page->newer;
	count--;
}

struct page *page_find(struct inode *inode, unsigned index)
{
	struct page *page = *bucket(inode, index);

	while (page && (page->inode != inode || page->index != index)) {
		page = page->table_next;
	}
	if (page && !page->is_own) {
		unlist(page);
		list(page);
	}
	return page;
}

struct page *page_add(struct inode *inode, unsigned index, unsigned frame)
{
	struct page *page = pool_allocate(&page_pool);
	struct page **link = bucket(inode, index);

	if (!page) {
		return NULL;
	}
	page->inode = inode;
	page->index = index;
	page->frame = frame;
	page->table_next = *link;
	*link = page;
	page->next = inode->pages;
	if (page->next) {
		page->next->previous = page;
	}
	inode->pages = page;
	list(page);
	return page;
}

void page_own(struct page *page)
{
	if (!page->is_own) {
		unlist(page);
		page->is_own = true;
		page->inode->is_kept = true;
	}
}

void page_forget(struct page *page)
{
	struct page **link = bucket(page->inode, page->index);

	while (*link != page) {
		link = &(*link)->table_next;
	}
	*link = page->table_next;
	*(page->previous ? &page->previous->next : &page->inode->pages) = page->next;
	if (page->next) {
		page->next->previous = page->previous;
	}
	if (!page->is_own) {
		unlist(page);
	}
	frame_free(page->frame);
	pool_free(&page_pool, page);
}

void pages_forget_from(struct inode *inode, unsigned first)
{
	struct page *next;

	for (struct page *page = inode->pages; page; page = next) {
		next = page->next;
		if (page->index >= first) {
			page_forget(page);
		}
	}
}

static bool is_stored(const struct inode *inode, unsigned index)
{
	return inode->operations && inode->operations->read_page && index <= (inode->stored_size - 1) / PAGE_SIZE &&
	       inode->stored_size > 0;
}

/* What stands behind the stored part of the last page must read as zero. */
static int read_stored(struct inode *inode, unsigned index, char *bytes)
{
	unsigned rest = inode->stored_size - index * PAGE_SIZE;
	int error = inode->operations->read_page(inode, index, bytes);

	if (error == 0 && rest < PAGE_SIZE) {
		memset(bytes + rest, 0, PAGE_SIZE - rest);
	}
	return error;
}

static struct page *make(struct inode *inode, unsigned index, bool stored, int *error)
{
	unsigned frame = frame_allocate();
	struct page *page;

	if (!frame) {
		*error = -ENOMEM;
		return NULL;
	}
	if (stored) {
		*error = read_stored(inode, index, frame_address(frame));
	} else {
		memset(frame_address(frame), 0, PAGE_SIZE);
	}
	page = *error == 0 ? page_add(inode, index, frame) : NULL;
	if (!page) {
		frame_free(frame);
		*error = *error < 0 ? *error : -ENOMEM;
	}
	return page;
}

struct page *page_get(struct inode *inode, unsigned index, int *error)
{
	struct page *page = page_find(inode, index);

	*error = 0;
	return page || !is_stored(inode, index) ? page : make(inode, index, true, error);
}

struct page *page_get_own(struct inode *inode, unsigned index, int *error)
{
	struct page *page = page_get(inode, index, error);

	if (!page && *error == 0 && frames_free() < RESERVE) {
		*error = -ENOSPC;
		return NULL;
	}
	if (!page && *error == 0) {
		page = make(inode, index, false, error);
		*error = page ? 0 : -ENOSPC;
	}
	if (page) {
		page_own(page);
	}
	return page;
}

/* A page that a process shows as well stays, so that both always see the same. */
static bool forget_one(struct page **from)
{
	while (*from) {
		struct page *page = *from;
		*from = page->newer;
		if (!frame_is_shared(page->frame)) {
			page_forget(page);
			return true;
		}
	}
	return false;
}

void pages_trim(void)
{
	struct page *from = oldest;

	if (bound == 0) {
		bound = memory_size() / PAGE_SIZE / SHARE_OF_MEMORY;
		bound = bound > LEAST_BOUND ? bound : LEAST_BOUND;
	}
	while (count > bound && forget_one(&from)) {
	}
}

bool pages_give_one_back(void)
{
	struct page *from = oldest;

	return count > SPARED && forget_one(&from);
}
