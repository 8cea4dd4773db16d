/* SPDX-License-Identifier: MIT
 * Between the files that read ext2: where the file system's own blocks are.
 */
#ifndef LINUX_EXT2_H
#define LINUX_EXT2_H

#include "inode.h"

extern unsigned ext2_block_bytes;

/* Bytes of one block, of the file system's own data. 0 or -EIO. */
int ext2_read(unsigned block, unsigned offset, void *to, unsigned size);

int ext2_read_page(struct inode *inode, unsigned index, char *page);
int ext2_read_names(struct inode *directory);

#endif
