/* SPDX-License-Identifier: MIT
 * The disk: drive 0 of the primary ATA channel, and the ext2 file system on it.
 */
#ifndef LINUX_DISK_H
#define LINUX_DISK_H

#include "types.h"

#define SECTOR_SIZE 512u
#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)

struct inode;

void disk_start(void);	     /* looks for the drive */
unsigned disk_sectors(void); /* 0: there is none */

/* At most SECTORS_PER_PAGE sectors; waits. One at a time: under the file-system lock. 0 or -EIO. */
int disk_read(unsigned sector, unsigned count, void *to);

/* The root directory of the file system on the disk, or null and a sentence on COM1. */
struct inode *ext2_mount(void);
unsigned ext2_blocks(void), ext2_block_size(void), ext2_inodes(void);
int ext2_load(unsigned number, struct inode **inode);

#endif
