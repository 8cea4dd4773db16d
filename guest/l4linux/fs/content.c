/* SPDX-License-Identifier: MIT
 * The bytes of files and links. A file that came with the image is read in place; the first change copies it to pages
 * of its own.
 */
#include "inode.h"
#include "memory.h"
#include "page_cache.h"

const char *inode_piece(struct inode *inode, unsigned offset, int *error)
{
	if (inode->content) {
		*error = 0;
		return inode->content + offset;
	}
	struct page *page = page_get(inode, offset / PAGE_SIZE, error);
	return page ? (const char *)frame_address(page->frame) + offset % PAGE_SIZE : NULL;
}

/* Gives the file its own pages, with what it has held so far. */
static int make_own(struct inode *inode)
{
	const char *content = inode->content;
	int error = 0;

	inode->is_kept = true;
	for (unsigned at = 0; content && error == 0 && at < inode->size; at += PAGE_SIZE) {
		struct page *page = page_get_own(inode, at / PAGE_SIZE, &error);
		if (page) {
			memcpy(frame_address(page->frame), content + at,
			       inode->size - at < PAGE_SIZE ? inode->size - at : PAGE_SIZE);
		}
	}
	if (error < 0) {
		pages_forget_from(inode, 0);
	} else {
		inode->content = NULL;
	}
	return error;
}

char *inode_piece_for_writing(struct inode *inode, unsigned offset, int *error)
{
	*error = make_own(inode);
	struct page *page = *error == 0 ? page_get_own(inode, offset / PAGE_SIZE, error) : NULL;
	return page ? (char *)frame_address(page->frame) + offset % PAGE_SIZE : NULL;
}

int inode_read(struct inode *inode, unsigned offset, void *to, unsigned size)
{
	unsigned done = 0;
	unsigned rest = offset < inode->size ? inode->size - offset : 0;
	int error = 0;

	file_system_enter();
	size = size < rest ? size : rest;
	while (done < size && error == 0) {
		unsigned at = offset + done;
		unsigned length = PAGE_SIZE - at % PAGE_SIZE;
		const char *bytes = inode_piece(inode, at, &error);
		length = length < size - done ? length : size - done;
		if (bytes) {
			memcpy((char *)to + done, bytes, length);
		} else {
			memset((char *)to + done, 0, length);
		}
		done += length;
	}
	file_system_leave();
	return error < 0 ? error : (int)done;
}

/* The rest of the last page must read as zero if the file grows again. */
static int shrink(struct inode *inode, unsigned size)
{
	int error = 0;

	if (size % PAGE_SIZE) {
		char *bytes = inode_piece_for_writing(inode, size, &error);
		if (!bytes) {
			return error;
		}
		memset(bytes, 0, PAGE_SIZE - size % PAGE_SIZE);
	}
	pages_forget_from(inode, page_ceiling(size) / PAGE_SIZE);
	inode->stored_size = inode->stored_size < size ? inode->stored_size : size;
	return 0;
}

int inode_resize(struct inode *inode, unsigned size)
{
	if (size > FILE_SIZE_LIMIT) {
		return -EFBIG;
	}
	if (size == 0) {
		inode->content = NULL; /* nothing of it is left to copy */
	}
	int error = make_own(inode);
	if (error == 0 && size < inode->size) {
		error = shrink(inode, size);
	}
	if (error == 0) {
		inode->size = size;
		inode_touch(inode);
	}
	return error;
}

int inode_read_link(struct inode *link, struct process *process, char *to, unsigned limit)
{
	if (link->operations && link->operations->read_link) {
		return link->operations->read_link(link, process, to, limit);
	}
	return inode_read(link, 0, to, limit);
}

struct inode *link_create(const char *target)
{
	struct inode *inode = inode_create(S_IFLNK | 0777);
	unsigned length = strlen(target);
	int error;
	char *bytes = inode ? inode_piece_for_writing(inode, 0, &error) : NULL;

	if (inode && !bytes) {
		inode_hold(inode);
		inode_release(inode);
		return NULL;
	}
	if (inode) {
		memcpy(bytes, target, length);
		inode->size = length;
	}
	return inode;
}
