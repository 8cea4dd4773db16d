/* SPDX-License-Identifier: MIT
 * The second extended file system, revision 0 and 1, read only: superblock, group descriptors, inodes. Blocks of 1, 2 or
 * 4 KB. What it needs of its own blocks it reads through the pages of an inode that stands for the whole disk.
 */
#include "ext2.h"
#include "disk.h"
#include "memory.h"
#include "page_cache.h"
#include "printk.h"

#define SUPERBLOCK_AT 1024u
#define MAGIC 0xEF53
#define INCOMPATIBLE_KNOWN 0x0002u /* directory entries say the kind */
#define ROOT_NUMBER 2u
#define SHORT_LINK (DISK_BLOCK_NUMBERS * 4)
#define DESCRIPTOR_SIZE 32u
#define OLD_INODE_SIZE 128u

struct superblock {
	unsigned inodes, blocks, reserved_blocks, free_blocks, free_inodes, first_data_block, log_block_size;
	unsigned log_fragment_size, blocks_per_group, fragments_per_group, inodes_per_group;
	unsigned mounted, written;
	unsigned short mounts, most_mounts, magic, state, errors, minor_revision;
	unsigned checked, check_interval, creator, revision;
	unsigned short reserved_user, reserved_group;
	unsigned first_inode;
	unsigned short inode_size, group_number;
	unsigned compatible, incompatible, read_only_compatible;
};

struct disk_inode {
	unsigned short mode, user;
	unsigned size, accessed, changed, modified, deleted;
	unsigned short group, links;
	unsigned sectors, flags, reserved;
	unsigned blocks[DISK_BLOCK_NUMBERS];
	unsigned generation, attributes, size_high, fragment;
	unsigned short more, user_high, group_high, rest;
	unsigned unused;
};
_Static_assert(sizeof(struct disk_inode) == OLD_INODE_SIZE, "the size of revision 0");

unsigned ext2_block_bytes;

static struct superblock superblock;
static unsigned inode_bytes;

static int read_disk_page(struct inode *disk, unsigned index, char *page)
{
	(void)disk;
	return disk_read(index * SECTORS_PER_PAGE, SECTORS_PER_PAGE, page);
}

static const struct inode_operations disk_operations = { .read_page = read_disk_page };
static struct inode whole_disk = { .operations = &disk_operations, .stored_size = ~0u };

/* Sectors of a disk are numbered by 28 bits, so a page's number fits where an offset in bytes would not. */
int ext2_read(unsigned block, unsigned offset, void *to, unsigned size)
{
	unsigned blocks_per_page = PAGE_SIZE / ext2_block_bytes;
	int error = -EIO;

	if (block >= superblock.blocks) {
		return -EIO;
	}
	struct page *page = page_get(&whole_disk, block / blocks_per_page, &error);
	if (page) {
		offset += block % blocks_per_page * ext2_block_bytes;
		memcpy(to, (const char *)frame_address(page->frame) + offset, size);
	}
	return page ? 0 : error;
}

static int read_link(struct inode *link, struct process *process, char *to, unsigned limit)
{
	unsigned length = link->size < limit ? link->size : limit;

	(void)process;
	memcpy(to, link->disk_blocks, length);
	return (int)length;
}

static const struct inode_operations ext2_operations = {
	.read_page = ext2_read_page,
	.read_names = ext2_read_names,
};
static const struct inode_operations short_link_operations = { .read_link = read_link };

static int read_inode(unsigned number, struct disk_inode *from)
{
	unsigned group = (number - 1) / superblock.inodes_per_group;
	unsigned index = (number - 1) % superblock.inodes_per_group;
	unsigned descriptor = group * DESCRIPTOR_SIZE;
	unsigned table;
	int error = ext2_read(superblock.first_data_block + 1 + descriptor / ext2_block_bytes,
			      descriptor % ext2_block_bytes + 8, &table, sizeof(table));

	if (error < 0) {
		return error;
	}
	unsigned at = index * inode_bytes;
	return ext2_read(table + at / ext2_block_bytes, at % ext2_block_bytes, from, sizeof(*from));
}

static void fill(struct inode *inode, const struct disk_inode *from)
{
	inode->mode = from->mode;
	inode->links = from->links;
	inode->user = from->user | (unsigned)from->user_high << 16;
	inode->group = from->group | (unsigned)from->group_high << 16;
	inode->size = from->size;
	inode->size_high = is_regular(inode) ? from->size_high : 0;
	inode->accessed = from->accessed;
	inode->modified = from->modified;
	inode->changed = from->changed;
	memcpy(inode->disk_blocks, from->blocks, sizeof(from->blocks));
	bool is_short = is_link(inode) && from->sectors == 0 && from->size <= SHORT_LINK;
	inode->operations = is_short ? &short_link_operations : &ext2_operations;
	inode->stored_size = is_short ? 0 : inode->size;
	inode->names_known = !is_directory(inode);
}

int ext2_load(unsigned number, struct inode **result)
{
	struct disk_inode from;

	*result = NULL;
	if (number == 0 || number > superblock.inodes) {
		return -EIO;
	}
	int error = read_inode(number, &from);
	struct inode *inode = error == 0 ? inode_allocate() : NULL;
	if (!inode) {
		return error < 0 ? error : -ENOMEM;
	}
	inode->number = number;
	fill(inode, &from);
	inode_add(inode);
	*result = inode;
	return 0;
}

static const char *refusal(void)
{
	if (superblock.magic != MAGIC) {
		return "has no ext2 file system";
	}
	if (superblock.log_block_size > 2) {
		return "has blocks of more than 4 KB";
	}
	if (superblock.revision > 0 && (superblock.incompatible & ~INCOMPATIBLE_KNOWN)) {
		return "has features beyond those of ext2";
	}
	if (inode_bytes < OLD_INODE_SIZE || inode_bytes > ext2_block_bytes || (inode_bytes & (inode_bytes - 1)) ||
	    superblock.inodes_per_group == 0 || superblock.blocks_per_group == 0) {
		return "has a damaged superblock";
	}
	return NULL;
}

struct inode *ext2_mount(void)
{
	struct inode *root = NULL;
	char *page = frame_address(frame_allocate());
	int error = disk_read(SUPERBLOCK_AT / SECTOR_SIZE, sizeof(superblock) / SECTOR_SIZE + 1, page);

	memcpy(&superblock, page, sizeof(superblock));
	frame_free(frame_of(page));
	ext2_block_bytes = 1024u << (superblock.log_block_size & 3);
	inode_bytes = superblock.revision > 0 ? superblock.inode_size : OLD_INODE_SIZE;
	const char *why = error < 0 ? "cannot be read" : refusal();
	if (!why && (ext2_load(ROOT_NUMBER, &root) < 0 || !is_directory(root))) {
		why = "has a damaged root directory";
	}
	if (why) {
		printk("linux: the disk %s\n", why);
		return NULL;
	}
	inode_numbers_from(superblock.inodes);
	return root;
}

unsigned ext2_blocks(void) { return superblock.blocks; }

unsigned ext2_block_size(void) { return ext2_block_bytes; }

unsigned ext2_inodes(void) { return superblock.inodes; }
