/* SPDX-License-Identifier: MIT
 * The blocks of a file on an ext2 disk: 12 direct ones, then those that an indirect, a doubly and a triply indirect
 * block lead to. A number of 0 is a hole.
 */
#include "disk.h"
#include "ext2.h"
#include "memory.h"

#define DIRECT 12u

/* The number at a place of an indirect block. */
static int follow(unsigned *block, unsigned index)
{
	return *block == 0 ? 0 : ext2_read(*block, index * sizeof(*block), block, sizeof(*block));
}

/* The disk's block of the file's n-th block. */
static int block_of(const struct inode *inode, unsigned n, unsigned *block)
{
	unsigned per_block = ext2_block_bytes / sizeof(unsigned);
	unsigned reach = 1; /* blocks below one number of this level */

	if (n < DIRECT) {
		*block = inode->disk_blocks[n];
		return 0;
	}
	n -= DIRECT;
	for (unsigned level = DIRECT; level < DISK_BLOCK_NUMBERS; level++) {
		unsigned long long covered = (unsigned long long)reach * per_block;
		if (n < covered) {
			int error = 0;
			*block = inode->disk_blocks[level];
			for (; reach > 0 && error == 0; reach /= per_block) {
				error = follow(block, n / reach % per_block);
			}
			return error;
		}
		n -= (unsigned)covered;
		reach = (unsigned)covered;
	}
	return -EIO;
}

int ext2_read_page(struct inode *inode, unsigned index, char *page)
{
	unsigned blocks_per_page = PAGE_SIZE / ext2_block_bytes;
	unsigned sectors = ext2_block_bytes / SECTOR_SIZE;

	for (unsigned i = 0; i < blocks_per_page; i++, page += ext2_block_bytes) {
		unsigned block = 0;
		unsigned n = index * blocks_per_page + i;
		bool is_inside = n <= (inode->stored_size - 1) / ext2_block_bytes;
		int error = is_inside ? block_of(inode, n, &block) : 0;
		if (error == 0 && block == 0) {
			memset(page, 0, ext2_block_bytes);
		} else if (error == 0) {
			error = block < ext2_blocks() ? disk_read(block * sectors, sectors, page) : -EIO;
		}
		if (error < 0) {
			return error;
		}
	}
	return 0;
}
