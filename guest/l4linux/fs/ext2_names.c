/* SPDX-License-Identifier: MIT
 * The names in a directory of an ext2 disk: records that fill each block, checked before they are believed.
 */
#include "ext2.h"
#include "memory.h"
#include "page_cache.h"
#include "printk.h"

struct record {
	unsigned number; /* 0: unused */
	unsigned short length;
	unsigned char name_length, type;
	char name[];
};

/* By the record's type: S_IFMT >> 12. */
static const unsigned char kinds[] = { 0, 8, 4, 2, 6, 1, 12, 10 };

static bool is_dot(const struct record *record)
{
	return record->name[0] == '.' &&
	       (record->name_length == 1 || (record->name_length == 2 && record->name[1] == '.'));
}

static int read_block(struct inode *directory, const char *block)
{
	for (unsigned at = 0; at < ext2_block_bytes;) {
		const struct record *record = (const void *)(block + at);
		unsigned rest = ext2_block_bytes - at;
		if (rest < sizeof(*record) || record->length < sizeof(*record) || record->length % 4 ||
		    record->length > rest || record->name_length > record->length - sizeof(*record)) {
			printk("linux: the directory of inode %u is damaged\n", directory->number);
			return -EIO;
		}
		if (record->number != 0 && record->name_length > 0 && !is_dot(record)) {
			unsigned kind = record->type < sizeof(kinds) ? kinds[record->type] : 0;
			int error = directory_show(directory, record->name, record->name_length, record->number, kind);
			if (error < 0) {
				return error;
			}
		}
		at += record->length;
	}
	return 0;
}

/* The pages are not kept: the list of entries takes their place. */
int ext2_read_names(struct inode *directory)
{
	int error = 0;

	for (unsigned at = 0; at < directory->size && error == 0; at += ext2_block_bytes) {
		struct page *page = page_get(directory, at / PAGE_SIZE, &error);
		if (page) {
			error = read_block(directory, (const char *)frame_address(page->frame) + at % PAGE_SIZE);
		}
	}
	pages_forget_from(directory, 0);
	return error;
}
