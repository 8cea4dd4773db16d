/* SPDX-License-Identifier: MIT
 * Inodes and the bytes of files. A file that was brought by the image is read in place; the first change copies it
 * to frames. An inode lives while it has a name or somebody holds it.
 */
#include "inode.h"
#include "clock.h"
#include "memory.h"

static struct pool inode_pool = { sizeof(struct inode), NULL };
static unsigned last_number;

#define PIECES (FILE_SIZE_LIMIT / PAGE_SIZE)

struct inode *inode_create(unsigned mode)
{
	struct inode *inode = pool_allocate(&inode_pool);

	if (inode) {
		inode->number = ++last_number;
		inode->mode = mode;
		inode->modified = clock_now();
	}
	return inode;
}

static void free_pieces(struct inode *inode, unsigned first)
{
	for (unsigned i = first; inode->frames && i < PIECES; i++) {
		if (inode->frames[i]) {
			frame_free(inode->frames[i]);
			inode->frames[i] = 0;
		}
	}
}

static void free_if_unused(struct inode *inode)
{
	if (inode->links == 0 && inode->references == 0) {
		free_pieces(inode, 0);
		if (inode->frames) {
			frame_free(frame_of(inode->frames));
		}
		pool_free(&inode_pool, inode);
	}
}

void inode_hold(struct inode *inode) { inode->references++; }

void inode_release(struct inode *inode)
{
	inode->references--;
	free_if_unused(inode);
}

void inode_unlinked(struct inode *inode)
{
	inode->links--;
	free_if_unused(inode);
}

const char *inode_piece(const struct inode *inode, unsigned offset)
{
	if (inode->content) {
		return inode->content + offset;
	}
	unsigned frame = inode->frames ? inode->frames[offset / PAGE_SIZE] : 0;
	return frame ? (const char *)frame_address(frame) + offset % PAGE_SIZE : NULL;
}

static char *piece(struct inode *inode, unsigned offset)
{
	unsigned *frame = &inode->frames[offset / PAGE_SIZE];

	if (!*frame) {
		*frame = frame_allocate();
		if (!*frame) {
			return NULL;
		}
		memset(frame_address(*frame), 0, PAGE_SIZE);
	}
	return (char *)frame_address(*frame) + offset % PAGE_SIZE;
}

/* Gives the file its own frames, with what it has held so far. */
static bool make_own(struct inode *inode)
{
	const char *content = inode->content;

	if (inode->frames) {
		return true;
	}
	inode->frames = page_table_create();
	for (unsigned at = 0; inode->frames && content && at < inode->size; at += PAGE_SIZE) {
		char *copy = piece(inode, at);
		if (!copy) {
			free_pieces(inode, 0);
			frame_free(frame_of(inode->frames));
			inode->frames = NULL;
			return false;
		}
		memcpy(copy, content + at, inode->size - at < PAGE_SIZE ? inode->size - at : PAGE_SIZE);
	}
	if (inode->frames) {
		inode->content = NULL;
	}
	return inode->frames != NULL;
}

char *inode_piece_for_writing(struct inode *inode, unsigned offset)
{
	return make_own(inode) ? piece(inode, offset) : NULL;
}

unsigned inode_read(const struct inode *inode, unsigned offset, void *to, unsigned size)
{
	unsigned done = 0;
	unsigned rest = offset < inode->size ? inode->size - offset : 0;

	size = size < rest ? size : rest;
	while (done < size) {
		unsigned at = offset + done;
		unsigned length = PAGE_SIZE - at % PAGE_SIZE;
		const char *bytes = inode_piece(inode, at);
		length = length < size - done ? length : size - done;
		if (bytes) {
			memcpy((char *)to + done, bytes, length);
		} else {
			memset((char *)to + done, 0, length);
		}
		done += length;
	}
	return done;
}

int inode_resize(struct inode *inode, unsigned size)
{
	if (size > FILE_SIZE_LIMIT) {
		return -EFBIG;
	}
	if (!make_own(inode)) {
		return -ENOSPC;
	}
	if (size < inode->size) {
		unsigned kept = page_ceiling(size);
		unsigned frame = size % PAGE_SIZE ? inode->frames[size / PAGE_SIZE] : 0;
		free_pieces(inode, kept / PAGE_SIZE);
		if (frame) { /* the rest of the last piece must read as zero if the file grows again */
			memset((char *)frame_address(frame) + size % PAGE_SIZE, 0, kept - size);
		}
	}
	inode->size = size;
	inode->modified = clock_now();
	return 0;
}
